"""A payer's bank wants its money back: what is known of it, and what it does to a pool's money."""

from __future__ import annotations

import pytest
from django.test import Client

from pooling.accounts import explanation_of, money_of
from pooling.actions.backing import balance_of
from pooling.actions.closing import close_pool, settlement_of
from pooling.actions.disputes import look_at_dispute
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
    RefundState,
)
from pooling.payments import provider
from pooling.payments.stripe import client as stripe

from . import factories as make
from .dispute_steps import (
    SHARE,
    all_is_told,
    disputed,
    goes_on,
    lose,
    paid,
    payment,
    send_the_rest_by_hand,
)
from .stripe_fixtures import EVERY_RETRY, Bank

__all__ = ["paid"]
pytestmark = pytest.mark.django_db
DISPUTES = "^/v1/disputes"


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
