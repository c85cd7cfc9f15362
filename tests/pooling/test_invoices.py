"""Paying by invoice: when it is possible, what is issued, what arrives, and what time does to what does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from pooling.actions.backing import absorb_gap, balance_of, declare_short_pools
from pooling.actions.bank import enter_receipt
from pooling.actions.closing import close_pool
from pooling.actions.dropping import give_up_overdue_charges, remind_of_mending
from pooling.actions.errors import InvoiceTooLate, NoInvoices, ReferenceTaken, RefillsByCard, WrongState
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Creditor, Invoice, Pledge, PledgeState, Pool, PoolState, Receipt, Refund

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_dropped

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DUE, GIVEN_UP = NOW + 30 * DAY, NOW + 37 * DAY


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def told(template: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{template}.txt").count()


def one_invoiced(**terms: object) -> Pool:
    """A pool whose threshold of 3 shares was reached; two have paid by card, the third is to be paid by invoice."""
    pool = make.opened(**terms)
    for _each in range(2):
        make.pledge(pool)
    make.invoiced(pool)
    collect_due_charges(now=NOW)
    return reread(pool)


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def the_invoice(pool: Pool) -> Charge:
    return Charge.objects.get(pledge__pool=pool, invoice__isnull=False)


def test_a_pledge_by_invoice_stands_at_once_and_needs_no_method() -> None:
    pledge = make.invoiced(make.opened())
    assert (pledge.state, pledge.method, pledge.pays_by) == (PledgeState.STANDING, None, "invoice")
    assert told("pledged") == 1
    assert not Charge.objects.exists()


def test_without_an_account_of_the_operator_nobody_pays_by_invoice() -> None:
    pool = make.opened()
    make.account()
    Creditor.objects.all().delete()
    by = make.organisation()
    from pooling.actions.pledges import place_pledge

    with pytest.raises(NoInvoices):
        place_pledge(
            pool=pool, organisation=by, shares=1, by=make.administrator(by), language="de", now=NOW, pays_by="invoice"
        )
    assert not Pledge.objects.exists()


def test_when_prices_lock_an_invoice_is_issued_in_the_same_step_and_nothing_is_collected() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    assert (charge.state, charge.amount, charge.captured) == (ChargeState.ISSUED, 30_000, 0)
    assert (charge.invoice.issued_at, charge.invoice.due_at, charge.mend_until) == (NOW, DUE, GIVEN_UP)
    assert charge.invoice.number.startswith("2027-")
    assert not charge.attempts.exists()
    assert (told("invoice_issued"), told("funded"), pool.state) == (1, 2, PoolState.FUNDED)


def test_each_invoice_has_a_number_of_its_own() -> None:
    pool = make.opened()
    for _each in range(3):
        make.invoiced(pool)
    assert len({invoice.number for invoice in Invoice.objects.all()}) == 3


def test_a_part_leaves_the_rest_open_and_the_rest_confirms_the_pool() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    make.receipt(charge, 10_000)
    charge.refresh_from_db()
    assert (charge.state, charge.still_open) == (ChargeState.PART_PAID, 20_000)
    assert (reread(pool).state, balance_of(pool).net) == (PoolState.FUNDED, 70_000)
    make.receipt(charge, 20_000)
    charge.refresh_from_db()
    assert (charge.state, charge.still_open) == (ChargeState.PAID, 0)
    assert reread(pool).state == PoolState.CONFIRMED
    assert told("received") == 2
    assert not Refund.objects.exists()


@pytest.mark.parametrize("parts", [(35_000,), (29_999, 5_001), (30_000, 5_000)])
def test_what_is_too_much_goes_back_from_the_step_that_records_it(parts: tuple[int, ...]) -> None:
    pool = one_invoiced()
    for part in parts:
        make.receipt(the_invoice(pool), part)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.state) == (5_000, "not_owed", "due")
    assert refund.receipt == Receipt.objects.last()
    assert balance_of(pool).net == 90_000


def test_the_same_transfer_entered_twice_counts_once() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    first = make.receipt(charge, 10_000, reference="zkb 4711")
    assert make.receipt(charge, 10_000, reference="ZKB4711") == first
    charge.refresh_from_db()
    assert charge.captured == 10_000


def test_a_bank_reference_is_of_one_transfer_only() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    make.receipt(charge, 10_000, reference="ZKB4711")
    with pytest.raises(ReferenceTaken):
        make.receipt(charge, 20_000, reference="ZKB4711")
    charge.refresh_from_db()
    assert charge.captured == 10_000


def test_a_charge_by_card_takes_no_transfer() -> None:
    pool = one_invoiced()
    with pytest.raises(WrongState):
        make.receipt(Charge.objects.filter(pledge__pool=pool, pays_by="card")[0], 30_000)


def test_transfers_can_be_neither_changed_nor_deleted() -> None:
    make.receipt(the_invoice(one_invoiced()), 1)
    for attempt in (lambda: Receipt.objects.update(amount=2), lambda: Receipt.objects.all()._raw_delete("default")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()


def test_an_invoice_is_given_up_after_its_term_and_the_mending_window_and_not_a_second_before() -> None:
    pool = one_invoiced()
    make.receipt(the_invoice(pool), 10_000)
    assert give_up_overdue_charges(now=GIVEN_UP - SECOND) == 0
    assert give_up_overdue_charges(now=GIVEN_UP) == 1
    charge = the_invoice(pool)
    assert (charge.state, charge.pledge.state) == (ChargeState.FAILED, PledgeState.DROPPED)
    assert (reread(pool).standing, reread(pool).freed) == (2, 1)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.state) == (10_000, "not_owed", "due")
    assert told("dropped") == 1
    assert balance_of(pool).net == 60_000


@pytest.mark.parametrize("given_up", ["dropped", "cancelled"])
def test_money_that_is_not_owed_any_more_goes_back_from_the_step_that_records_it(given_up: str) -> None:
    pool = one_invoiced()
    if given_up == "dropped":
        give_up_overdue_charges(now=GIVEN_UP)
    else:
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    before = balance_of(pool).net
    make.receipt(the_invoice(pool), 30_000, now=GIVEN_UP)
    refund = Refund.objects.get(receipt__isnull=False)
    assert (refund.amount, refund.reason) == (30_000, "cancelled" if given_up == "cancelled" else "not_owed")
    assert the_invoice(pool).state == (ChargeState.VOID if given_up == "cancelled" else ChargeState.FAILED)
    assert balance_of(pool).net == before


def test_calling_off_voids_what_is_unpaid_and_owes_back_what_was_paid_in_part() -> None:
    pool = one_invoiced()
    other = make.invoiced(pool, now=NOW)
    make.receipt(the_invoice_of(other), 12_345)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    assert set(Charge.objects.filter(invoice__isnull=False).values_list("state", flat=True)) == {"void"}
    assert Refund.objects.get(receipt__isnull=False).amount == 12_345
    letters = Letter.objects.filter(template="pooling/letters/cancelled.txt")
    assert sum(the_invoice_of(other).invoice.number in letter.text for letter in letters) == 1


def the_invoice_of(pledge: Pledge) -> Charge:
    return pledge.charges.select_related("invoice").get(invoice__isnull=False)


def test_reminders_are_written_before_an_invoice_is_due_then_and_a_day_before_the_end() -> None:
    make.receipt(the_invoice(one_invoiced()), 10_000)
    moments = [DUE - 7 * DAY, DUE, GIVEN_UP - DAY]
    written = []
    for moment in moments:
        for now in (moment - SECOND, moment, moment):
            remind_of_mending(now=now)
            written.append(told("invoice_reminder"))
    assert written == [0, 1, 1, 1, 2, 2, 2, 3, 3]
    assert remind_of_mending(now=GIVEN_UP) == 0
    assert "CHF\u00a0200.00" in Letter.objects.filter(template="pooling/letters/invoice_reminder.txt")[0].text


def test_what_is_paid_is_not_reminded() -> None:
    make.receipt(the_invoice(one_invoiced()), 30_000)
    assert remind_of_mending(now=DUE) == 0


def test_a_late_pledge_by_invoice_is_due_seven_days_before_the_start_at_the_latest() -> None:
    start = NOW + 80 * DAY
    pool = make.funded(closes_at=NOW + 45 * DAY, starts_at=start, mending_days=1)
    last = start - 37 * DAY
    make.invoiced(pool, now=last)
    with pytest.raises(InvoiceTooLate):
        make.invoiced(pool, now=last + SECOND)
    make.pledge(pool, now=last + SECOND)


def test_a_freed_place_is_paid_by_card_after_closing() -> None:
    pool = one_dropped()
    with pytest.raises(RefillsByCard):
        make.invoiced(pool, now=pool.closes_at)
    make.pledge(pool, now=pool.closes_at)


def test_before_closing_a_freed_place_is_paid_by_invoice_too() -> None:
    pledge = make.invoiced(one_dropped(), now=IN_EIGHT_DAYS)
    assert pledge.slots.get().refills is not None
    assert the_invoice_of(pledge).state == ChargeState.ISSUED


def test_a_pool_with_an_unpaid_invoice_is_not_short_before_time_has_told() -> None:
    pool = one_invoiced()
    assert declare_short_pools(now=GIVEN_UP) == 0
    give_up_overdue_charges(now=GIVEN_UP)
    assert declare_short_pools(now=GIVEN_UP) == 1
    assert reread(pool).state == PoolState.SHORT


def test_what_is_unpaid_when_the_workshop_starts_stays_a_receivable_and_repays_the_operator() -> None:
    pool = one_invoiced()
    start, by = pool.starts_at, make.staff()
    assert give_up_overdue_charges(now=start) == 0
    assert declare_short_pools(now=start) == 1
    absorb_gap(pool=pool, by=by, now=start)
    close_pool(pool=pool, by=by, now=start)
    charge = the_invoice(pool)
    assert (charge.state, charge.pledge.state) == (ChargeState.ISSUED, PledgeState.STANDING)
    make.receipt(charge, 10_000, now=start + DAY)
    make.receipt(charge, 20_001, now=start + DAY)
    assert [(row.to, row.amount) for row in pool.payouts.all()] == [("operator", 10_000), ("operator", 20_000)]
    assert Refund.objects.get().amount == 1


def test_a_surplus_goes_back_to_those_who_paid_by_invoice_as_well() -> None:
    pool = one_invoiced()
    make.receipt(the_invoice(pool), 30_000)
    make.pledge(pool)
    collect_due_charges(now=NOW)
    close_pool(pool=reread(pool), by=make.staff(), now=pool.starts_at)
    assert list(Refund.objects.values_list("amount", flat=True)) == [7_500] * 4
    assert Refund.objects.by_hand().get().receipt is not None


def test_money_after_a_surplus_was_shared_out_is_not_owed() -> None:
    pool = one_invoiced()
    make.receipt(the_invoice(pool), 30_000)
    make.pledge(pool)
    collect_due_charges(now=NOW)
    close_pool(pool=reread(pool), by=make.staff(), now=pool.starts_at)
    make.receipt(the_invoice(pool), 30_000, now=pool.starts_at)
    assert Refund.objects.get(reason="not_owed").amount == 30_000


def test_a_transfer_for_a_pool_in_another_moment_needs_its_own_reference() -> None:
    first, second = the_invoice(one_invoiced()), the_invoice(one_invoiced())
    make.receipt(first, 100, reference="A1")
    with pytest.raises(ReferenceTaken):
        enter_receipt(charge=second, amount=100, value_date=NOW.date(), reference=" a 1", by=make.staff(), now=NOW)
