"""Transfers that the bank takes back: what is missing is open again, and what never stayed does not go back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.accounts.explain import explanation_of
from pooling.actions.backing import balance_of
from pooling.actions.bank import enter_payout
from pooling.actions.bank_lines import assign_line
from pooling.actions.closing import close_pool
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import NothingToTakeBack, RefundsUnderWay
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import BankLine, Charge, ChargeState, Pool, PoolState, Receipt, Refund

from . import factories as make
from .bank_statements import Booked, booked
from .factories import NOW
from .test_bank_files import bring, ref_of
from .test_invoices import GIVEN_UP, one_invoiced, reread, the_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def came(charge: Charge, amount: int = 30_000, ref: str = "IN", **told: object) -> Booked:
    return booked(amount, reference=ref_of(charge), ref=ref, **told)


def went(charge: Charge, amount: int = 30_000, ref: str = "OUT", **told: object) -> Booked:
    return booked(amount, reference=ref_of(charge), ref=ref, direction="DBIT", is_reversal=True, **told)


def test_an_invoice_whose_payment_was_taken_back_is_open_again_and_the_organisation_is_told() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge))
    imported = bring(went(charge), now=NOW + timedelta(days=40))
    charge = the_invoice(pool)
    assert (imported.booked, imported.booked_back) == (0, 1)
    assert (charge.state, charge.captured, charge.still_open) == (ChargeState.ISSUED, 0, 30_000)
    assert charge.mend_until == NOW + timedelta(days=47)
    assert (reread(pool).state, balance_of(pool).net) == (PoolState.CONFIRMED, 60_000)
    assert Letter.objects.filter(template="pooling/letters/taken_back.txt").count() == 1
    assert explanation_of(charge.pledge).balance.open == 30_000
    assert [(row.amount, row.reverses_id is not None) for row in Receipt.objects.all()] == [
        (30_000, False),
        (-30_000, True),
    ]
    bring(came(charge, ref="AGAIN"))
    assert the_invoice(pool).state == ChargeState.PAID


def test_a_payment_and_its_reversal_in_one_file_and_in_the_wrong_order_leave_nothing() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(went(charge), came(charge))
    assert (the_invoice(pool).state, balance_of(pool).net) == (ChargeState.ISSUED, 60_000)


def test_a_reversal_that_comes_before_its_payment_waits_for_it() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    assert bring(went(charge)).queued == 1
    imported = bring(came(charge))
    assert (imported.booked, imported.booked_back, imported.queued) == (1, 1, 0)
    assert the_invoice(pool).captured == 0


@pytest.mark.parametrize("mark", [{"uetr": "u-1"}, {"ref": "SAME"}])
def test_a_reversal_without_a_reference_is_known_by_the_banks_own(mark: dict[str, str]) -> None:
    charge = the_invoice(one_invoiced())
    bring(came(charge, **mark), version="08")
    bring(booked(30_000, direction="DBIT", is_reversal=True, **mark), version="08")
    assert the_invoice(charge.pledge.pool).captured == 0


def test_part_of_what_was_paid_twice_is_taken_back_and_no_longer_goes_back() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge), came(charge, ref="TWICE"))
    assert Refund.objects.get().amount == 30_000
    bring(went(charge, 10_000))
    assign_line(line=BankLine.objects.queue().get(), charge=charge, by=make.staff(), now=NOW)
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, the_invoice(pool).state) == ("due", 20_000, ChargeState.PAID)
    bring(went(charge, 20_000, ref="OUT2"))
    assign_line(line=BankLine.objects.queue().get(), charge=charge, by=make.staff(), now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.amount) == ("void", 0)
    assert balance_of(pool).net == 90_000
    assert not Refund.objects.by_hand().exists()


def test_what_went_back_already_is_for_staff_to_settle() -> None:
    pool = one_invoiced()
    charge, by = the_invoice(pool), make.staff()
    bring(came(charge), came(charge, ref="TWICE"))
    enter_payout(refund=Refund.objects.get(), paid_on=NOW.date(), reference="PO", by=by, now=NOW)
    bring(went(charge))
    line = BankLine.objects.queue().get()
    assert (line.state, line.charge) == ("proposed", charge)
    with pytest.raises(RefundsUnderWay):
        assign_line(line=line, charge=charge, by=by, now=NOW)
    assert the_invoice(pool).captured == 60_000


def test_more_than_came_is_not_taken_back() -> None:
    charge = the_invoice(one_invoiced())
    bring(came(charge, 20_000), went(charge, 20_001))
    with pytest.raises(NothingToTakeBack):
        assign_line(line=BankLine.objects.queue().get(), charge=charge, by=make.staff(), now=NOW)


@pytest.mark.parametrize("end", ["cancelled", "dropped"])
def test_what_is_not_owed_any_more_is_neither_open_again_nor_goes_back(end: str) -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge, 10_000))
    if end == "cancelled":
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
        send_due_refunds(now=NOW)
    else:
        give_up_overdue_charges(now=GIVEN_UP)
    bring(went(charge, 10_000), now=GIVEN_UP)
    charge = the_invoice(pool)
    assert (charge.captured, charge.still_open) == (0, 0)
    assert charge.state == (ChargeState.VOID if end == "cancelled" else ChargeState.FAILED)
    assert Refund.objects.get(receipt__isnull=False).state == "void"
    assert balance_of(pool).net == (0 if end == "cancelled" else 60_000)


def closed(**terms: object) -> Pool:
    pool = one_invoiced(**terms)
    bring(came(the_invoice(pool)))
    if terms:
        make.pledge(pool)
        collect_due_charges(now=NOW)
    return close_pool(pool=reread(pool), by=make.staff(), now=pool.starts_at)


def test_after_closing_the_operator_bears_what_was_taken_back_until_it_comes_again() -> None:
    pool = closed()
    charge = the_invoice(pool)
    bring(went(charge), now=pool.starts_at)
    assert balance_of(pool).absorbed == 30_000
    bring(came(charge, ref="AGAIN"), now=pool.starts_at)
    assert [(row.to, row.amount) for row in pool.payouts.all()] == [("operator", 30_000)]


def test_once_a_surplus_was_shared_out_staff_settle_it() -> None:
    pool = closed(surplus_rule="payers")
    bring(went(the_invoice(pool)), now=pool.starts_at)
    assert BankLine.objects.queue().count() == 1
    assert the_invoice(pool).state == ChargeState.PAID


def test_what_is_left_of_a_payment_goes_back_when_a_workshop_is_called_off() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    bring(came(charge, 20_000), came(charge, 10_000, ref="REST"), went(charge, 20_000))
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    assert Refund.objects.get(receipt__isnull=False).amount == 10_000
