"""Many at once about the bank's files, on a real PostgreSQL: imports, staff, and an organisation that pays by card."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from pooling.accounts.bank_books import differences_to_bank
from pooling.actions.bank import enter_payout
from pooling.actions.bank_files import Imported, import_bank_file
from pooling.actions.bank_lines import assign_line, dismiss_line
from pooling.actions.errors import LineSettled, PartPaidAlready, WayIsSettled
from pooling.actions.paying import pay_by_card
from pooling.actions.splitting import Part, split_line
from pooling.invariants import breaches
from pooling.models import BankFile, BankLine, Charge, ChargeState, Receipt, Refund, RefundState, SentBack

from . import factories as make
from .bank_statements import booked, statement
from .factories import NOW
from .test_bank_files import ref_of
from .test_bank_reversals import came, went
from .test_invoice_races import entering
from .test_invoices import one_invoiced, the_invoice
from .test_races import at_once
from .test_sent_back import ordered, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


def importing(content: bytes):
    return partial(import_bank_file, content=content, by=None, now=NOW)


def test_one_file_that_four_import_at_once_is_added_once() -> None:
    pool = one_invoiced()
    content = statement(*(booked(5_000, reference=ref_of(the_invoice(pool)), ref=f"R{n}") for n in range(6)))
    came = at_once(*[importing(content)] * 4)
    assert sorted(imported.is_known for imported in came) == [False, True, True, True]
    assert (BankFile.objects.count(), BankLine.objects.count(), Receipt.objects.count()) == (1, 6, 6)
    assert the_invoice(pool).captured == 30_000
    assert not list(breaches())


def test_a_refund_that_files_imported_at_once_tell_of_is_paid_back_once() -> None:
    [refund] = ordered(500)
    files = [statement(sent(refund), kind="camt.053"), statement(sent(refund)), statement(sent(refund))]
    results = at_once(*[importing(content) for content in files])
    assert sorted(imported.sent_back for imported in results) == [0, 0, 1]
    refund.refresh_from_db()
    assert (refund.state, refund.events.filter(kind="refund_paid_out").count()) == (RefundState.PAID_OUT, 1)
    assert (SentBack.objects.count(), list(breaches())) == (1, [])


def test_an_import_against_staff_who_enter_the_same_transfer_pays_it_back_once() -> None:
    [refund] = ordered(500)
    by, day = make.staff(), NOW.date()
    entered = partial(enter_payout, refund=refund, paid_on=day, reference="typed", by=by, now=NOW)
    at_once(importing(statement(sent(refund))), entered)
    refund.refresh_from_db()
    assert (refund.state, refund.events.filter(kind="refund_paid_out").count()) == (RefundState.PAID_OUT, 1)
    assert (list(differences_to_bank()), list(breaches())) == ([], [])


def test_a_statement_and_a_notification_of_the_same_at_once_are_added_once() -> None:
    pools = [one_invoiced(), one_invoiced()]
    entries = [came(the_invoice(pool), ref=f"R{number}") for number, pool in enumerate(pools)]
    entries.append(went(the_invoice(pools[0])))
    files = [statement(*entries, kind="camt.053"), statement(*reversed(entries)), statement(*entries, version="08")]
    results = at_once(*[importing(content) for content in files])
    assert all(isinstance(imported, Imported) for imported in results)
    assert BankLine.objects.count() == 3
    assert [the_invoice(pool).captured for pool in pools] == [0, 30_000]
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_an_import_against_a_card_instead_leaves_one_that_asks_for_money(turn: int) -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    pledge = charge.pledge
    method, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    content = statement(came(charge))
    imported, changed = at_once(importing(content), lambda: pay_by_card(pledge=pledge, method=method, by=by, now=NOW))
    assert imported.booked == 1
    if isinstance(changed, WayIsSettled | PartPaidAlready):
        assert the_invoice(pool).state == ChargeState.PAID
    else:
        assert the_invoice(pool).state == ChargeState.VOID
        assert Refund.objects.get().amount == 30_000
    assert pledge.charges.live().count() == 1
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_an_import_against_staff_who_enter_the_same_payment_books_it_once(turn: int) -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    at_once(importing(statement(came(charge, ref="ZKB4711"))), entering(charge, reference="ZKB4711"))
    charge = Charge.objects.get(pk=charge.pk)
    line = BankLine.objects.get()
    assert charge.captured == 30_000
    assert Receipt.objects.count() == 1
    assert line.state == "matched" or line.charge == charge
    assert not list(breaches())


def test_staff_who_assign_and_dismiss_one_line_at_once_do_one_of_both() -> None:
    pool = one_invoiced()
    charge, by = the_invoice(pool), make.staff()
    importing(statement(booked(30_000)))()
    line = BankLine.objects.get()
    results = at_once(
        lambda: assign_line(line=line, charge=charge, by=by, now=NOW),
        lambda: assign_line(line=line, charge=charge, by=by, now=NOW),
        importing(statement(booked(30_000), kind="camt.053")),
    )
    assert sum(isinstance(each, LineSettled) for each in results) == 1
    with pytest.raises(LineSettled):
        dismiss_line(line=line, note="privat", by=by, now=NOW)
    assert the_invoice(pool).captured == 30_000
    assert not list(breaches())


def test_a_line_that_two_split_and_one_assigns_at_once_is_booked_once() -> None:
    first, second, by = the_invoice(one_invoiced()), the_invoice(one_invoiced()), make.staff()
    importing(statement(booked(60_000)))()
    line = BankLine.objects.get()
    halves = [Part(first, 30_000), Part(second, 30_000)]
    tries = [
        partial(split_line, line=line, parts=halves, by=by, now=NOW),
        partial(split_line, line=line, parts=halves[::-1], by=by, now=NOW),
        partial(assign_line, line=line, charge=second, by=by, now=NOW),
    ]
    results = at_once(*[refusing(each) for each in tries])
    assert sorted(results) == [False, False, True]
    assert sum(receipt.amount for receipt in Receipt.objects.all()) == 60_000
    assert (list(breaches()), list(differences_to_bank())) == ([], [])


def refusing(action: Callable[[], object]) -> Callable[[], bool]:
    """Whether it went through; what came too late is refused."""

    def try_it() -> bool:
        try:
            action()
        except LineSettled:
            return False
        return True

    return try_it
