"""The journal: its sums are the pools' books, it reads the same each time, and a treasurer finds each document."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from openpyxl import load_workbook

from pooling.accounts.journal import ORDER, Entry, EntryKind, Period, journal
from pooling.accounts.journal_tables import journal_columns, journal_rows
from pooling.actions.backing import absorb_gap, declare_short_pools, draw_guarantee, record_guarantee
from pooling.actions.bank import enter_payout
from pooling.actions.closing import close_pool
from pooling.actions.disputes import enter_dispute
from pooling.actions.outside_refunds import cut
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import enter_refund_result
from pooling.actions.settlement import collect_due_charges
from pooling.models import Attempt, DisputeState, Pool, Refund
from pooling.payments.base import Progress, RefundResult
from portal.roles import EDITOR, FINANCE

from . import factories as make
from .bank_statements import DAY
from .factories import NOW
from .journal_books import assert_the_journal_agrees
from .payment_steps import one_dropped
from .test_bank_files import bring
from .test_bank_reversals import came, went
from .test_cost_sheet import Life, lived, lives, quick
from .test_desk import of_group
from .test_invoices import one_invoiced, reread, the_invoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAYS = timedelta(days=1)


def kinds(entries: list[Entry]) -> list[str]:
    return [entry.kind.value for entry in entries]


@quick
@given(life=lives())
def test_the_sums_are_those_of_the_books(life: Life) -> None:
    assert_the_journal_agrees(reread(lived(life)))


@quick
@given(life=lives())
def test_periods_that_follow_each_other_make_up_the_whole(life: Life) -> None:
    pool = lived(life)
    whole = journal(pool=pool)
    edges = [NOW, NOW + timedelta(microseconds=1), NOW + 21 * DAYS, NOW + 60 * DAYS]
    periods = [Period(until=edges[0]), *map(Period, edges, edges[1:]), Period(since=edges[-1])]
    assert [entry for period in periods for entry in journal(period, pool=pool)] == whole
    assert len({entry.id for entry in whole}) == len(whole)


def refunded_twice() -> tuple[Pool, Refund]:
    """A refund that the provider sent, that came back, and that staff transferred."""
    pool = one_invoiced()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    refund = Refund.objects.order_by("-pk")[0]
    for progress in (Progress.SUCCEEDED, Progress.FAILED):
        enter_refund_result(refund=refund, result=RefundResult(progress, ref=f"re_{refund.pk}"), now=NOW)
    enter_payout(refund=refund, paid_on=date(2027, 2, 27), reference=f"ZKB-{refund.pk}", by=make.staff(), now=NOW)
    return pool, refund


def test_a_refund_that_came_back_and_was_transferred_moved_money_three_times_and_was_owed_once() -> None:
    pool, refund = refunded_twice()
    own = [entry for entry in journal(pool=pool) if entry.charge == refund.charge]
    assert kinds(own) == ["payment", "refund_owed", "refund_sent", "refund_sent", "refund_returned"]
    assert [entry.amount for entry in own] == [30_000, -30_000, 0, 0, 0]
    assert sorted(entry.moved for entry in own) == [-30_000, -30_000, 0, 30_000, 30_000]
    [by_hand] = [entry for entry in own if entry.provider == "bank"]
    assert (by_hand.day, by_hand.reference) == (date(2027, 2, 27), f"ZKB-{refund.pk}")
    assert_the_journal_agrees(pool)


def test_a_refund_that_was_cut_is_owed_for_what_is_left_of_it() -> None:
    pool = one_invoiced()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    refund = Refund.objects.order_by("pk")[0]
    cut(refund, to=10_000, now=NOW)
    enter_refund_result(refund=refund, result=RefundResult(Progress.SUCCEEDED, ref="re_1"), now=NOW)
    assert "refund_reduced" in kinds(journal(pool=pool))
    assert_the_journal_agrees(pool)


def test_what_the_bank_took_back_and_a_refund_that_shrinks_are_entries_of_their_own() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge), came(charge, ref="TWICE"))
    bring(went(charge), now=NOW + DAYS)
    own = [entry for entry in journal(pool=pool) if entry.charge == charge]
    assert kinds(own) == ["payment", "payment", "refund_owed", "taken_back", "refund_reduced"]
    assert [entry.amount for entry in own] == [30_000, 30_000, -30_000, -30_000, 30_000]
    assert {entry.day for entry in own if entry.provider == "bank"} == {DAY}
    assert_the_journal_agrees(pool)


def test_a_later_export_of_a_period_that_is_over_reads_the_same() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge), came(charge, ref="TWICE"))
    period = Period(NOW - DAYS, NOW + DAYS)
    before = list(journal_rows(journal(period)))
    bring(went(charge), now=NOW + 2 * DAYS)
    make.receipt(charge, 500, now=NOW + 3 * DAYS)
    assert list(journal_rows(journal(period))) == before
    later = journal(Period(since=NOW + DAYS))
    assert sum(entry.amount for entry in later) == 0
    assert kinds(later) == ["taken_back", "refund_reduced", "payment", "refund_owed"]


def test_what_a_bank_took_after_a_dispute_and_gave_back_stands_in_it() -> None:
    pool = one_invoiced()
    attempt = Attempt.objects.order_by("pk")[0]
    for number, state in enumerate((DisputeState.LOST, DisputeState.WON), start=1):
        made = make.dispute_made(attempt, state=state, movements=number)
        enter_dispute(attempt=attempt, made=made, now=NOW + number * DAYS)
        assert_the_journal_agrees(pool)
    late = journal(Period(since=NOW + DAYS), pool=pool)
    assert [(entry.kind.value, entry.amount) for entry in late] == [("charged_back", -30_000), ("reinstated", 30_000)]
    assert {entry.reference for entry in late} == {made.ref}


def test_who_bears_a_gap_and_who_gets_a_surplus_stand_in_it() -> None:
    pool = one_invoiced()
    close_pool(pool=confirmed(pool), by=make.staff(), now=pool.starts_at)
    make.receipt(the_invoice(pool), 30_000, now=pool.starts_at + DAYS)
    late = journal(Period(since=pool.starts_at), pool=pool)
    assert kinds(late) == ["absorbed", "payment", "surplus_operator"]
    assert_the_journal_agrees(pool)


def test_what_backs_a_pool_that_is_called_off_is_taken_out_of_it_again() -> None:
    pool, by = one_dropped(), make.staff()
    later = pool.closes_at
    declare_short_pools(now=later)
    record_guarantee(pool=pool, guarantor="Stiftung", limit=5_000, promised_on=NOW.date(), by=by, now=later)
    draw_guarantee(pool=pool, by=by, now=later)
    absorb_gap(pool=pool, by=by, now=later)
    cancel_pool(pool=reread(pool), reason="abgesagt", by=by, now=later)
    backed = {entry.kind.value: entry.amount for entry in journal(pool=pool) if entry.charge is None}
    assert backed == {
        "guarantee_drawn": 5_000,
        "guarantee_returned": -5_000,
        "absorbed": 25_000,
        "absorption_reversed": -25_000,
    }
    assert_the_journal_agrees(pool)


def confirmed(pool: Pool) -> Pool:
    declare_short_pools(now=pool.starts_at)
    absorb_gap(pool=reread(pool), by=make.staff(), now=pool.starts_at)
    return reread(pool)


def test_vat_is_told_where_it_is_due_with_the_sign_of_the_amount() -> None:
    pool = one_invoiced(tax_rate=810)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    paid, owed = journal(pool=pool)[0], next(e for e in journal(pool=pool) if e.kind == EntryKind.REFUND_OWED)
    assert (paid.vat, owed.vat) == (2_248, -2_248)
    rows = list(journal_rows([paid, owed]))
    assert rows[1][-2:] == [Decimal("8.10"), Decimal("22.48")]
    assert all(entry.vat is None for entry in journal(pool=one_invoiced()))


def test_an_invoice_and_its_credit_note_are_named() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    make.receipt(charge, 10_000)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    paid, owed = (entry for entry in journal(pool=pool) if entry.charge == charge)
    assert (paid.document, owed.document) == (charge.invoice.number, charge.invoice.credit_note.number)


def test_the_number_of_queries_does_not_grow() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(journal_rows(journal(Period(NOW - DAYS, NOW + DAYS))))
        return len(captured)

    refunded_twice()
    few = queries()
    refunded_twice()
    assert queries() == few


def test_the_desk_exports_a_period_as_csv_and_as_xlsx() -> None:
    pool = one_invoiced()
    client, address = of_group(FINANCE), reverse("desk_journal")
    asked = {"since": "2027-03-01", "until": "2027-03-01"}
    told = client.get(address, asked | {"export": "csv"})
    rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    assert rows[1][1:4] == ["2027-03-01", "2027-03-01", "payment"]
    assert rows[1][6] == str(pool.uuid)
    assert rows[1][10:13] == ["300.00", "300.00", "CHF"]
    book = load_workbook(io.BytesIO(client.get(address, asked | {"export": "xlsx"}).content))
    values = list(book.active.values)
    assert (float(values[1][10]), values[1][1].date()) == (300, date(2027, 3, 1))
    assert client.get(address, asked | {"export": "csv"}).content == told.content
    empty = {"since": "2027-02-01", "until": "2027-02-28", "export": "csv"}
    assert len(client.get(address, empty).content.decode().splitlines()) == 1


def test_the_page_shows_the_sums_and_refuses_a_period_that_is_none() -> None:
    one_invoiced()
    client, address = of_group(FINANCE), reverse("desk_journal")
    page = client.get(address, {"since": "2027-03-01", "until": "2027-03-01"}).content.decode()
    assert page.count("CHF\u00a0600.00") == 4
    backwards = client.get(address, {"since": "2027-03-02", "until": "2027-03-01", "export": "csv"})
    assert "Zeitraum endet" in backwards.content.decode()
    assert "Kein Geld" in client.get(address).content.decode()
    editor = of_group(EDITOR)
    assert editor.get(address, {"export": "csv"}).status_code == 302


def test_the_documentation_names_every_column_and_every_kind() -> None:
    told = (Path(portal.BASE_DIR) / "docs" / "journal.md").read_text(encoding="utf-8")
    with translation.override("en"):
        headings = [str(heading) for heading, _meaning in journal_columns()]
    places = [told.index(f"| {heading} |") for heading in headings]
    assert places == sorted(places)
    assert [kind for kind in EntryKind.values if f"| `{kind}` |" not in told] == []
    assert list(ORDER) == list(EntryKind)


def test_cards_and_transfers_are_told_apart() -> None:
    pool: Any = one_invoiced()
    make.receipt(the_invoice(pool), 30_000, reference="ZKB 7")
    collect_due_charges(now=NOW)
    assert sorted(entry.provider for entry in journal(pool=pool)) == ["bank", "sandbox", "sandbox"]
    assert "ZKB7" in {entry.reference for entry in journal(pool=pool)}
