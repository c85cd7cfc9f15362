"""Refunds and disputes of the same payment: each Rappen goes back once, whatever comes first."""

from __future__ import annotations

import pytest
from django.test import Client

from pooling.accounts import money_of
from pooling.actions.backing import balance_of
from pooling.actions.closing import close_pool
from pooling.actions.refunds import claim_refund, enter_refund_result
from pooling.invariants import breaches
from pooling.models import (
    Dispute,
    DisputeState,
    Payout,
    PayoutTo,
    Pool,
    Refund,
    RefundReason,
    RefundState,
)
from pooling.payments.base import Progress, RefundResult

from . import factories as make
from .dispute_steps import (
    SHARE,
    all_is_told,
    call_off,
    disputed,
    goes_on,
    lose,
    paid,
    payment,
    refunds_at_stripe,
    send_the_rest_by_hand,
)
from .stripe_fixtures import Bank

__all__ = ["paid"]
pytestmark = pytest.mark.django_db


def test_calling_off_refunds_only_what_the_bank_left(bank: Bank, paid: Pool, client: Client) -> None:
    bank.expect_refusals()
    lose(bank, payment(paid), client, amount=12_000)
    call_off(bank, paid)
    bank.tick()
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [SHARE - 12_000, SHARE]
    send_the_rest_by_hand(bank)


def test_nothing_is_left_to_refund_of_a_payment_that_was_taken_back(bank: Bank, paid: Pool, client: Client) -> None:
    lose(bank, payment(paid), client)
    call_off(bank, paid)
    assert list(Refund.objects.values_list("attempt", flat=True)) == [payment(paid, 1).pk]
    all_is_told(bank)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_refund_waits_until_the_dispute_is_decided(bank: Bank, paid: Pool, client: Client, end: str) -> None:
    attempt = payment(paid)
    ref = disputed(bank, attempt)
    bank.deliver(client)
    call_off(bank, paid)
    bank.tick(hours=7)
    refund = Refund.objects.get(attempt=attempt)
    assert (refund.state, refund.is_held_up, refunds_at_stripe()) == (RefundState.DUE, True, SHARE)
    assert not Refund.objects.by_hand().exists()
    goes_on(bank, ref, end)
    bank.deliver(client)
    bank.tick()
    refund.refresh_from_db()
    assert refund.state == (RefundState.SUCCEEDED if end == "won" else RefundState.VOID)
    assert refunds_at_stripe() == (2 * SHARE if end == "won" else SHARE)
    all_is_told(bank)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_refund_that_is_refused_for_a_dispute_nobody_told_us_of_is_not_for_staff(
    bank: Bank, paid: Pool, end: str
) -> None:
    bank.expect_refusals()
    attempt = payment(paid)
    call_off(bank, paid)
    ref = disputed(bank, attempt)
    bank.tick()
    assert Refund.objects.get(attempt=attempt).state == RefundState.DUE
    assert Dispute.objects.get().ref == ref
    assert not Refund.objects.by_hand().exists()
    goes_on(bank, ref, end)
    bank.tick(hours=25)
    bank.tick(hours=25)
    assert refunds_at_stripe() == (2 * SHARE if end == "won" else SHARE)
    all_is_told(bank)


def test_part_of_a_refused_refund_is_sent_under_a_name_of_its_own(bank: Bank, paid: Pool) -> None:
    bank.expect_refusals()
    attempt = payment(paid)
    call_off(bank, paid)
    ref = disputed(bank, attempt, amount=12_000)
    bank.tick()
    goes_on(bank, ref, "lost")
    bank.tick(hours=2)
    told = list(Refund.objects.filter(attempt=attempt).order_by("pk").values_list("amount", "state"))
    assert told == [(0, RefundState.VOID), (SHARE - 12_000, RefundState.FAILED)]
    send_the_rest_by_hand(bank)


def test_a_refund_on_its_way_decides_before_the_loss_is_entered(bank: Bank, paid: Pool, client: Client) -> None:
    bank.expect_refusals()
    attempt = payment(paid)
    call_off(bank, paid)
    while claim_refund(now=bank.now):  # the process that would send them is gone
        pass
    ref = disputed(bank, attempt)
    goes_on(bank, ref, "lost")
    bank.deliver(client)
    assert not Dispute.objects.lost().exists()
    bank.tick(minutes=3)
    bank.tick(hours=2)
    assert Refund.objects.get(attempt=attempt).state == RefundState.VOID
    all_is_told(bank)


def test_a_bank_that_takes_what_was_refunded_takes_it_beside_the_pools_money(
    bank: Bank, paid: Pool, client: Client
) -> None:
    call_off(bank, paid)
    bank.tick()
    dispute = lose(bank, payment(paid), client, amount=SHARE)
    assert (dispute.charged_back, dispute.beyond, money_of(paid).charged_back) == (0, SHARE, 0)
    all_is_told(bank)


def test_a_refund_that_fails_after_the_bank_has_paid_is_not_owed_any_more(
    bank: Bank, paid: Pool, client: Client
) -> None:
    call_off(bank, paid)
    bank.tick()
    lose(bank, payment(paid), client, amount=SHARE)
    refund = Refund.objects.get(attempt=payment(paid))
    enter_refund_result(refund=refund, result=RefundResult(Progress.FAILED, refund.ref, "declined"), now=bank.now)
    bank.tick()
    refund.refresh_from_db()
    assert (refund.state, Dispute.objects.get().charged_back) == (RefundState.VOID, SHARE)
    assert not list(breaches())


def test_a_decision_that_is_turned_round_brings_the_money_back(bank: Bank, paid: Pool, client: Client) -> None:
    dispute = lose(bank, payment(paid), client)
    goes_on(bank, dispute.ref, "won")
    bank.deliver(client)
    bank.tick()
    assert (Dispute.objects.get().state, balance_of(paid).net) == (DisputeState.WON, 2 * SHARE)
    all_is_told(bank)


def test_money_that_comes_back_of_a_workshop_called_off_is_refunded(bank: Bank, paid: Pool, client: Client) -> None:
    dispute = lose(bank, payment(paid), client)
    call_off(bank, paid)
    goes_on(bank, dispute.ref, "won")
    bank.deliver(client)
    refund = Refund.objects.get(attempt=payment(paid))
    assert (refund.amount, refund.reason) == (SHARE, RefundReason.CANCELLED)
    all_is_told(bank)
    assert refunds_at_stripe() == 2 * SHARE


def test_money_that_comes_back_after_closing_repays_the_operator(bank: Bank, paid: Pool, client: Client) -> None:
    dispute = lose(bank, payment(paid), client)
    bank.later(days=90)
    close_pool(pool=paid, by=make.staff(), now=bank.now)
    goes_on(bank, dispute.ref, "won")
    bank.deliver(client)
    assert [(row.to, row.amount) for row in Payout.objects.all()] == [(PayoutTo.OPERATOR, SHARE)]
    all_is_told(bank)
