"""A payer's bank wants its money back: each Rappen goes back once, whatever comes first, and the books say how."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pooling.accounts import explanation_of, money_of
from pooling.actions.backing import balance_of
from pooling.actions.bank import enter_payout
from pooling.actions.closing import close_pool, settlement_of
from pooling.actions.disputes import look_at_dispute
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import claim_refund, enter_refund_result
from pooling.invariants import breaches
from pooling.models import (
    Attempt,
    BackingKind,
    Dispute,
    DisputeState,
    Payout,
    PayoutTo,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    RefundState,
)
from pooling.payments import provider
from pooling.payments.base import Progress, RefundResult
from pooling.payments.stripe import client as stripe

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, Bank

pytestmark = pytest.mark.django_db
SHARE = 30_000
DISPUTES = "^/v1/disputes"


@pytest.fixture
def paid(bank: Bank) -> Pool:
    """All that was to be raised is paid by two organisations, CHF 300.00 each."""
    pool = bank.funded("pm_card_visa", "pm_card_visa")
    bank.tick()
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    return pool


def payment(pool: Pool, place: int = 0) -> Attempt:
    return Attempt.objects.filter(charge__pledge__pool=pool).order_by("pk")[place]


def disputed(bank: Bank, attempt: Attempt, **how: Any) -> str:
    return bank.control("dispute", intent=attempt.intent_ref, **how)["id"]


def goes_on(bank: Bank, ref: str, status: str) -> None:
    bank.control("dispute", dispute=ref, status=status)


def send_the_rest_by_hand(bank: Bank) -> None:
    """What Stripe refuses to send of a payment that was taken back in part waits for staff."""
    bank.tick()
    for number, refund in enumerate(Refund.objects.by_hand()):
        enter_payout(refund=refund, paid_on=bank.now.date(), reference=f"T{number}", by=make.staff(), now=bank.now)
    all_is_told(bank)


def call_off(bank: Bank, pool: Pool) -> None:
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)


def refunds_at_stripe() -> int:
    return sum(refund["amount"] for refund in stripe().v1.refunds.list({"limit": 100}).to_dict()["data"])


def all_is_told(bank: Bank) -> None:
    """Days later nothing has moved twice, nothing is left to do, and the books are right."""
    for _turn in range(4):
        bank.tick(hours=7)
    assert refunds_at_stripe() == sum(Refund.objects.filter(state="succeeded").values_list("amount", flat=True))
    assert not Refund.objects.counted_as_due().exists()
    assert not list(breaches())


# what is known of it


def test_a_dispute_is_known_by_its_notice_and_the_payment_still_counts(bank: Bank, paid: Pool, client: Client) -> None:
    ref = disputed(bank, payment(paid), reason="product_not_received")
    assert set(bank.deliver(client)) == {200}
    dispute = Dispute.objects.get()
    assert (dispute.ref, dispute.amount, dispute.reason, dispute.state) == (
        ref,
        SHARE,
        "product_not_received",
        DisputeState.NEEDS_RESPONSE,
    )
    assert (dispute.attempt, dispute.withdrawn, dispute.charged_back) == (payment(paid), SHARE, 0)
    assert dispute.due_by is not None
    assert dispute.due_by > dispute.opened_at
    assert balance_of(paid).net == 2 * SHARE
    assert not list(breaches())


@pytest.mark.parametrize("reverse_order", [False, True])
@pytest.mark.parametrize("end", ["won", "lost"])
def test_notices_in_any_order_and_twice_lead_to_the_same_end(
    bank: Bank, paid: Pool, client: Client, end: str, *, reverse_order: bool
) -> None:
    bank.control("webhooks", mode="duplicate", count=100)
    ref = disputed(bank, payment(paid))
    goes_on(bank, ref, "under_review")
    goes_on(bank, ref, end)
    assert set(bank.deliver(client, reverse_order=reverse_order)) == {200}
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.charged_back) == (end, SHARE if end == "lost" else 0)
    assert (dispute.withdrawn, dispute.reinstated) == (SHARE, 0 if end == "lost" else SHARE)
    all_is_told(bank)


def test_an_answer_that_was_overtaken_changes_nothing(bank: Bank, paid: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = disputed(bank, payment(paid))
    stripe_provider = provider("stripe")
    old = stripe_provider.look_at_dispute(ref)
    goes_on(bank, ref, "lost")
    look_at_dispute(provider_name="stripe", ref=ref, now=bank.now)
    monkeypatch.setattr(stripe_provider, "look_at_dispute", lambda ref: old)
    look_at_dispute(provider_name="stripe", ref=ref, now=bank.now)
    assert (Dispute.objects.get().state, Dispute.objects.get().charged_back) == (DisputeState.LOST, SHARE)
    all_is_told(bank)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_decision_whose_notice_was_lost_is_found_by_the_clock(
    bank: Bank, paid: Pool, client: Client, end: str
) -> None:
    ref = disputed(bank, payment(paid))
    bank.deliver(client)
    goes_on(bank, ref, end)
    bank.tick(hours=2)
    assert Dispute.objects.get().state == end
    all_is_told(bank)


def test_a_notice_waits_while_stripe_does_not_answer(bank: Bank, paid: Pool, client: Client) -> None:
    disputed(bank, payment(paid))
    bank.fault("503", match=DISPUTES, method="GET", count=2 * EVERY_RETRY)
    assert set(bank.deliver(client)) == {200}
    assert not Dispute.objects.exists()
    bank.tick(minutes=5)
    assert Dispute.objects.get().state == DisputeState.NEEDS_RESPONSE


def test_a_dispute_of_a_payment_that_is_not_ours_changes_nothing(bank: Bank, client: Client) -> None:
    intent = stripe().v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "chf",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "return_url": "https://a.example",
        }
    )
    bank.control("dispute", intent=intent.id)
    assert set(bank.deliver(client)) == {200}
    assert not Dispute.objects.exists()


def test_a_question_of_the_bank_withdraws_nothing_and_may_become_a_dispute(
    bank: Bank, paid: Pool, client: Client
) -> None:
    ref = disputed(bank, payment(paid), status="warning_needs_response")
    bank.deliver(client)
    assert (Dispute.objects.get().is_inquiry, Dispute.objects.get().withdrawn) == (True, 0)
    goes_on(bank, ref, "needs_response")
    bank.deliver(client)
    assert (Dispute.objects.get().is_inquiry, Dispute.objects.get().withdrawn) == (False, SHARE)
    kinds = list(paid.events.filter(kind__contains="_opened").values_list("kind", flat=True))
    assert kinds[-2:] == ["inquiry_opened", "dispute_opened"]


def test_a_question_that_ends_is_closed(bank: Bank, paid: Pool, client: Client) -> None:
    ref = disputed(bank, payment(paid), status="warning_needs_response")
    goes_on(bank, ref, "warning_closed")
    bank.deliver(client)
    assert (Dispute.objects.get().state, Dispute.objects.get().is_open) == (DisputeState.CLOSED, False)
    all_is_told(bank)


# what it does to the money


def lose(bank: Bank, attempt: Attempt, client: Client, **how: Any) -> Dispute:
    ref = disputed(bank, attempt, **how)
    goes_on(bank, ref, "lost")
    bank.deliver(client)
    return Dispute.objects.get(ref=ref)


def test_what_a_bank_took_back_is_missing_and_the_workshop_stays_confirmed(
    bank: Bank, paid: Pool, client: Client
) -> None:
    lose(bank, payment(paid), client)
    paid.refresh_from_db()
    money = money_of(paid)
    assert (paid.state, money.charged_back, money.net) == (PoolState.CONFIRMED, SHARE, SHARE)
    assert settlement_of(paid).absorbed == SHARE
    bank.later(days=90)
    close_pool(pool=paid, by=make.staff(), now=bank.now)
    assert [(row.kind, row.amount) for row in paid.backings.all()] == [(BackingKind.ABSORBED, SHARE)]
    all_is_told(bank)


def test_the_organisation_reads_what_the_bank_took_and_is_not_asked_to_pay_again(
    bank: Bank, paid: Pool, client: Client
) -> None:
    attempt = payment(paid)
    lose(bank, attempt, client)
    explanation = explanation_of(attempt.charge.pledge)
    balance = explanation.balance
    assert (balance.owed, balance.paid, balance.charged_back, balance.net, balance.open) == (SHARE, SHARE, SHARE, 0, 0)
    assert "300.00" in explanation.steps[-1].sentence


def test_a_bank_that_takes_back_of_a_settled_workshop_takes_it_from_the_operator(
    bank: Bank, paid: Pool, client: Client
) -> None:
    bank.later(days=90)
    close_pool(pool=paid, by=make.staff(), now=bank.now)
    lose(bank, payment(paid), client, amount=12_000)
    assert [(row.kind, row.amount) for row in paid.backings.all()] == [(BackingKind.ABSORBED, 12_000)]
    all_is_told(bank)


def test_a_payment_taken_back_before_all_had_paid_leaves_a_gap(bank: Bank, client: Client) -> None:
    pool = bank.funded("pm_card_visa", "declined")
    bank.tick()
    lose(bank, Attempt.objects.get(state="succeeded"), client)
    pool.refresh_from_db()
    assert (pool.state, balance_of(pool).gap) == (PoolState.FUNDED, 2 * SHARE)
    bank.tick(days=8)
    pool.refresh_from_db()
    assert not list(breaches())


def test_who_took_the_money_back_gets_nothing_of_a_surplus(bank: Bank, client: Client) -> None:
    pool = bank.opened(cost=50_000, capacity=6)
    bank.pledged(pool, "pm_card_visa", "pm_card_visa", "pm_card_visa")
    bank.tick()
    lose(bank, payment(pool), client)
    bank.later(days=90)
    close_pool(pool=pool, by=make.staff(), now=bank.now)
    assert [(row.pledge_id, row.amount) for row in Payout.objects.filter(to=PayoutTo.PAYER)] == [
        (payment(pool, place).charge.pledge_id, 5_000) for place in (1, 2)
    ]
    all_is_told(bank)


@pytest.mark.parametrize("amount", [SHARE, 1_000])
def test_a_surplus_that_waits_for_a_dispute_is_taken_off_once_it_is_lost(
    bank: Bank, client: Client, amount: int
) -> None:
    bank.expect_refusals()
    pool = bank.opened(cost=50_000, capacity=6)
    bank.pledged(pool, "pm_card_visa", "pm_card_visa")
    bank.tick()
    attempt = payment(pool)
    ref = disputed(bank, attempt, amount=amount)
    bank.deliver(client)
    bank.later(days=90)
    close_pool(pool=pool, by=make.staff(), now=bank.now)
    bank.tick()
    assert Refund.objects.get(attempt=attempt).state == RefundState.DUE
    goes_on(bank, ref, "lost")
    bank.deliver(client)
    send_the_rest_by_hand(bank)
    kept = 5_000 if amount < SHARE else 0
    assert Payout.objects.get(pledge=attempt.charge.pledge).amount == kept
    assert sum(row.amount for row in pool.backings.filter(kind=BackingKind.ABSORBED)) == amount - (5_000 - kept)


# refunds and disputes


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
