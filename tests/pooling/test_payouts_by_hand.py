"""Refunds that only staff can send: of what came by transfer, and what a provider could not send."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.accounts import money_of
from pooling.actions.bank import enter_payout
from pooling.actions.errors import ReferenceTaken, WrongState
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import enter_refund_result, send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Pool, Refund, RefundState
from pooling.payments.base import Progress, RefundResult

from . import factories as make
from .factories import NOW
from .test_invoices import one_invoiced, the_invoice

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def called_off() -> Pool:
    """Two had paid CHF 300.00 by card, one CHF 100.00 of its invoice."""
    pool = one_invoiced()
    make.receipt(the_invoice(pool), 10_000)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    return pool


def pay_out(refund: Refund, reference: str = "ZKB-0815") -> Refund:
    return enter_payout(refund=refund, paid_on=LATER.date(), reference=reference, by=make.staff(), now=LATER)


def test_no_provider_is_asked_for_a_refund_of_a_transfer_and_it_waits_for_staff() -> None:
    called_off()
    assert send_due_refunds(now=NOW) == 2
    assert send_due_refunds(now=LATER) == 0
    refund = Refund.objects.by_hand().get()
    assert (refund.amount, refund.state) == (10_000, RefundState.DUE)


def test_a_refund_that_staff_transferred_counts_as_paid_back_and_is_told() -> None:
    pool = called_off()
    send_due_refunds(now=NOW)
    before = money_of(pool)
    refund = pay_out(Refund.objects.by_hand().get())
    after = money_of(pool)
    assert (refund.state, refund.paid_ref, refund.paid_on) == (RefundState.PAID_OUT, "ZKB-0815", LATER.date())
    assert (before.refunded, before.refund_due) == (60_000, 10_000)
    assert (after.refunded, after.refund_due, after.net) == (70_000, 0, 0)
    letters = Letter.objects.filter(template="pooling/letters/refunded.txt")
    assert sum("ZKB-0815" in letter.text for letter in letters) == 1


def test_what_a_provider_could_not_send_is_transferred_by_hand_and_never_sent_again() -> None:
    called_off()
    refund = Refund.objects.filter(attempt__isnull=False)[0]
    enter_refund_result(refund=refund, result=RefundResult(Progress.FAILED, failure="closed"), now=NOW)
    pay_out(refund)
    enter_refund_result(refund=refund, result=RefundResult(Progress.FAILED, failure="closed"), now=LATER)
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID_OUT
    assert send_due_refunds(now=LATER) == 1


def test_a_refund_is_transferred_once() -> None:
    called_off()
    refund = Refund.objects.by_hand().get()
    pay_out(refund)
    assert pay_out(refund, " zkb-0815").state == RefundState.PAID_OUT
    with pytest.raises(WrongState):
        pay_out(refund, "ZKB-0816")
    assert refund.events.filter(kind="refund_paid_out").count() == 1


def test_what_a_provider_sends_is_not_transferred_as_well() -> None:
    called_off()
    with pytest.raises(WrongState):
        pay_out(Refund.objects.filter(attempt__isnull=False)[0])


def test_a_reference_is_of_one_transfer_back() -> None:
    pool = called_off()
    make.receipt(the_invoice(pool), 500)
    first, second = Refund.objects.by_hand().order_by("pk")
    pay_out(first)
    with pytest.raises(ReferenceTaken):
        pay_out(second)


def test_cards_are_collected_beside_invoices() -> None:
    one_invoiced()
    assert collect_due_charges(now=NOW) == 0
