"""The finance desk's overview and lists: who sees them, and that they hold what is owed, paid and sent back."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import translation
from openpyxl import load_workbook
from wagtail.admin.icons import get_icons

from pooling.accounts.finance import Heap, waiting_for_finance
from pooling.accounts.receivables import LABELS, receivables, sums_by_age
from pooling.actions.disputes import enter_dispute
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import enter_refund_result
from pooling.actions.settlement import collect_due_charges
from pooling.desk.wagtail_hooks import PLACES
from pooling.models import Attempt, DisputeState, Pool, Refund
from pooling.payments.base import Progress, RefundResult
from portal.roles import EDITOR, FINANCE

from . import factories as make
from .bank_statements import booked
from .factories import NOW
from .payment_steps import one_declined
from .test_bank_files import bring
from .test_desk import of_group
from .test_invoices import DAY, one_invoiced, the_invoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LISTS = ("desk_receivables", "desk_payments", "desk_refunds", "desk_disputes")


@pytest.fixture
def desk() -> Client:
    return of_group(FINANCE)


def rows_of(answer: Any) -> list[dict[str, str]]:
    data = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(data)))


def exported(client: Client, name: str, **filters: str) -> list[dict[str, str]]:
    return rows_of(client.get(reverse(name), {"export": "csv", **filters}))


def test_only_who_looks_after_the_money_sees_the_overview_the_lists_and_the_documents(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    pages = [reverse(name) for name in ("desk", *LISTS)]
    pages += [f"{page}?export=csv" for page in pages[1:]]
    pages.append(reverse("desk_document", args=[charge.pledge.uuid, "invoice"]))
    assert [desk.get(page).status_code for page in pages] == [200] * len(pages)
    editor = of_group(EDITOR)
    for page in pages:
        answer = editor.get(page)
        assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailadmin_home"))
    assert "/finance/" not in editor.get(reverse("wagtailadmin_home")).content.decode()
    assert "/finance/lists/receivables/" in desk.get(reverse("wagtailadmin_home")).content.decode()


def test_the_overview_counts_what_waits_and_says_where_nothing_does(desk: Client) -> None:
    page = desk.get(reverse("desk")).content.decode()
    assert "Nichts wartet auf Sie" in page
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 31_000)
    bring(booked(12_300))
    failed = make.funded(behaviours=("pays",) * 3)
    collect_due_charges(now=NOW)
    cancel_pool(pool=Pool.objects.get(pk=failed.pk), reason="abgesagt", by=make.staff(), now=NOW)
    refund = Refund.objects.filter(attempt__isnull=False)[0]
    enter_refund_result(refund=refund, result=RefundResult(Progress.FAILED, failure="closed"), now=NOW)
    overdue = the_invoice(one_invoiced())
    waiting = waiting_for_finance(now=NOW + 31 * DAY)
    assert (waiting.queue, waiting.overdue) == (Heap(1, 12_300), Heap(1, overdue.amount))
    assert (waiting.to_transfer, waiting.failed) == (Heap(2, 31_000), Heap(1, 30_000))
    assert waiting.on_their_way == Heap(2, 60_000)
    page = desk.get(reverse("desk")).content.decode()
    for told in ("CHF\u00a0123.00", "CHF\u00a0310.00", "CHF\u00a0300.00", "CHF\u00a0600.00"):
        assert told in page
    assert "Nichts wartet auf Sie" not in page


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "not_due"), (30, "not_due"), (31, "d30"), (60, "d30"), (61, "d60"), (90, "d60"), (91, "d90"), (120, "d90"),
     (121, "older")],
)  # fmt: skip
def test_a_receivable_ages_by_whole_days(days: int, age: str) -> None:
    """It is due 30 days after the first of March; clocks change on the 28th."""
    charge = the_invoice(one_invoiced())
    for hour in (-8, 0, 12):
        at = NOW + timedelta(days=days, hours=hour)
        assert receivables(now=at).get(pk=charge.pk).age == age


def test_sums_of_all_ages_make_up_what_is_open() -> None:
    first, second = the_invoice(one_invoiced()), the_invoice(one_invoiced())
    make.receipt(first, 12_345)
    one_declined()
    sums = sums_by_age(receivables(now=NOW + 31 * DAY))
    assert [age for age, _n, _amount in sums] == list(LABELS)
    assert sum(amount for _age, _n, amount in sums) == 30_000 - 12_345 + second.amount + 30_000
    assert {age: (n, amount) for age, n, amount in sums}["d30"] == (3, 77_655)


def test_receivables_say_what_is_owed_by_whom_and_filter_by_age(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 10_000)
    page = desk.get(reverse("desk_receivables")).content.decode()
    for told in (charge.pledge.organisation.name, charge.invoice.number, "CHF\u00a0200.00"):
        assert told in page
    [row] = exported(desk, "desk_receivables")
    values = list(row.values())
    assert values[1:3] + values[4:7] == ["200.00", "2027-03-31 11:00:00", charge.invoice.number, "300.00", "100.00"]
    assert exported(desk, "desk_receivables", age="overdue") == []
    assert len(exported(desk, "desk_receivables", age="not_due")) == 1
    assert len(exported(desk, "desk_receivables", q=charge.invoice.number)) == 1
    assert exported(desk, "desk_receivables", q="nobody") == []
    make.receipt(charge, 20_000)
    assert exported(desk, "desk_receivables") == []


def test_a_spreadsheet_adds_up_and_holds_no_formula(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    type(charge.pledge.organisation).objects.filter(pk=charge.pledge.organisation_id).update(name="=1+1")
    answer = desk.get(reverse("desk_receivables"), {"export": "xlsx"})
    [_headings, values] = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values
    assert (values[0], float(values[1])) == ("'=1+1", 300)


def test_payments_are_found_by_provider_state_and_reference(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 10_000, reference="ZKB 1")
    make.receipt(charge, 5_000, reference="ZKB 2")
    assert len(exported(desk, "desk_payments")) == 3
    assert len(exported(desk, "desk_payments", provider="sandbox")) == 2
    [row] = exported(desk, "desk_payments", provider="invoice")
    assert "ZKB1, ZKB2" in row.values()
    assert len(exported(desk, "desk_payments", state="succeeded")) == 2
    assert len(exported(desk, "desk_payments", q="ZKB")) == 1
    ref = Attempt.objects.order_by("pk")[0].intent_ref
    assert len(exported(desk, "desk_payments", q=ref)) == 1
    assert exported(desk, "desk_payments", settled_at_from="2027-03-02") == []
    assert ref in desk.get(reverse("desk_payments")).content.decode()


def test_a_declined_payment_waits_for_the_organisation_not_for_whoever_reads_the_list(desk: Client) -> None:
    one_declined()
    rows = exported(desk, "desk_payments", state="action_required")
    assert ["wartet auf die Organisation" in row.values() for row in rows] == [True]


def test_refunds_say_how_long_they_are_owed_and_filter_by_state_and_reason(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 31_000)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        late = of_group(FINANCE)
        [row] = exported(late, "desk_refunds", state="open")
    assert list(row.values())[1] == "10.00"
    assert "3" in row.values()
    assert len(exported(desk, "desk_refunds", reason="not_owed")) == 1
    assert exported(desk, "desk_refunds", state="succeeded") == []


def test_disputes_are_listed_with_what_the_bank_took_and_wait_on_the_overview(desk: Client) -> None:
    one_invoiced()
    waits, lost = Attempt.objects.order_by("pk")
    enter_dispute(attempt=waits, made=make.dispute_made(waits, ref="dp_1", state=DisputeState.NEEDS_RESPONSE), now=NOW)
    enter_dispute(attempt=lost, made=make.dispute_made(lost, ref="dp_2", state=DisputeState.LOST), now=NOW)
    assert waiting_for_finance(now=NOW).disputes == Heap(1, 30_000)
    assert [row["Referenz"] for row in exported(desk, "desk_disputes", state="open")] == ["dp_1"]
    [row] = exported(desk, "desk_disputes", state="lost")
    assert (row["Zurückgebucht"], row["Betrag"]) == ("300.00", "300.00")
    assert "dp_1" in desk.get(reverse("desk_disputes")).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_grow(desk: Client, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get(reverse(name))
        return len(captured)

    def more() -> None:
        pool = make.funded()
        collect_due_charges(now=NOW)
        attempt = Attempt.objects.filter(charge__pledge__pool=pool)[0]
        enter_dispute(attempt=attempt, made=make.dispute_made(attempt, state=DisputeState.LOST), now=NOW)
        make.receipt(the_invoice(one_invoiced()), 100)
        make.receipt(the_invoice(one_invoiced()), 31_000)

    more()
    queries()
    few = queries()
    more()
    more()
    assert queries() == few


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_is_named_in_the_readers_language(name: str) -> None:
    def labels(language: str) -> list[str]:
        view = resolve(reverse(name)).func.view_class
        with translation.override(language):
            filters = view.filterset_class(data={}, queryset=view.model.objects.none()).filters
            return [str(each.label) for each in filters.values()]

    assert len(labels("de")) >= 2
    assert set(labels("de")).isdisjoint(labels("en"))


def test_staff_filter_payments_by_the_states_that_they_read(desk: Client) -> None:
    page = desk.get(reverse("desk_payments")).content.decode()
    assert "wartet auf die Organisation" in page
    assert "wartet auf Sie" not in page


@pytest.mark.parametrize(("name", "icon"), [(name, icon) for _label, name, icon in PLACES])
def test_each_page_of_the_desk_shows_icons_that_exist(desk: Client, name: str, icon: str) -> None:
    shown = set(re.findall(r'href="#icon-([\w-]+)"', desk.get(reverse(name)).content.decode()))
    assert shown
    assert [each for each in sorted({icon, *shown}) if f'id="icon-{each}"' not in get_icons()] == []
