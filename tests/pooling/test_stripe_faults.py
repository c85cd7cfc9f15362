"""Whatever goes wrong between Stripe and us: every Rappen moves exactly once. Stripe's own books are the judge."""

from __future__ import annotations

from typing import Any

import pytest

from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import Attempt, AttemptState, Charge, ChargeState, Pool, PoolState, Refund, RefundState

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, PAYMENTS, REFUNDS, Bank, proof

pytestmark = pytest.mark.django_db

WITHOUT_EFFECT = ["429", "409", "500", "503", "reset", "timeout"]
WITH_EFFECT = ["reset_after", "timeout_after", "500_after", "500_after_sticky", "slow"]
FAULTS = [*WITHOUT_EFFECT, *WITH_EFFECT]
A_ROW_OF_THEM = ["429", "reset", "timeout_after", "500_after_sticky"]
A_ROW_FIRST = [kind if kind in A_ROW_OF_THEM else pytest.param(kind, marks=proof) for kind in FAULTS]
LONGER_THAN_WE_WAIT = 0.6  # seconds
BOOKS = "^/v1/payment_intents$"


def disturb(bank: Bank, kind: str, match: str, *, calls: int = 1) -> None:
    """`calls` calls of ours that match fail in this way, with all the retries that the package makes of its own."""
    count = 1 if kind == "500_after_sticky" else calls * (1 if kind == "429" else EVERY_RETRY)
    bank.fault(kind, match, count=count, seconds=LONGER_THAN_WE_WAIT)


def moved_once(bank: Bank) -> bool:
    """CHF 300.00 arrived, once, and our rows say the same."""
    ledger = bank.ledger()
    charge = Charge.objects.get()
    return (ledger["succeeded"], ledger["captured"], charge.state, charge.captured, list(breaches())) == (
        1,
        30_000,
        ChargeState.SUCCEEDED,
        30_000,
        [],
    )


@pytest.mark.parametrize("kind", FAULTS)
def test_a_charge_whose_call_goes_wrong_is_made_exactly_once(bank: Bank, kind: str) -> None:
    pool = bank.funded()
    disturb(bank, kind, PAYMENTS)
    bank.tick()
    assert Charge.objects.get().state == ChargeState.SENDING
    bank.tick(seconds=5)
    assert Charge.objects.get().state == ChargeState.SENDING  # not before it is time
    bank.tick_on(3)
    pool.refresh_from_db()
    assert moved_once(bank)
    assert (pool.state, Attempt.objects.count()) == (PoolState.CONFIRMED, 1)
    assert {request["key"] for request in bank.requests()} == {Attempt.objects.get().key}
    assert len({request["params"] for request in bank.requests()}) == 1  # the same bytes each time


@proof
@pytest.mark.parametrize("kind", FAULTS)
def test_a_charge_whose_calls_go_wrong_for_an_hour_is_made_exactly_once(bank: Bank, kind: str) -> None:
    bank.funded()
    disturb(bank, kind, PAYMENTS, calls=5)
    bank.tick()
    for _hour in range(8):
        bank.tick(minutes=20)
    assert moved_once(bank)


def test_one_charge_that_goes_wrong_does_not_hold_up_the_others(bank: Bank) -> None:
    bank.funded("pm_card_visa", "declined", "pm_card_visa")
    disturb(bank, "reset_after", PAYMENTS)
    bank.tick()
    assert sorted(Charge.objects.values_list("state", flat=True)) == ["action_required", "sending", "succeeded"]
    bank.tick(minutes=1)
    assert sorted(Charge.objects.values_list("state", flat=True)) == ["action_required", "succeeded", "succeeded"]
    assert (bank.ledger()["succeeded"], bank.ledger()["more_than_one_charge"]) == (2, [])


def test_a_key_that_answers_the_same_500_for_ever_is_looked_up_in_the_books(bank: Bank) -> None:
    bank.funded()
    disturb(bank, "500_after_sticky", PAYMENTS)
    bank.tick()
    bank.tick(minutes=1)
    assert Charge.objects.get().state == ChargeState.SENDING
    sent = len(bank.requests())
    bank.tick(minutes=1)
    assert len(bank.requests()) == sent
    assert moved_once(bank)


def test_a_declined_charge_under_such_a_key_is_found_declined(bank: Bank) -> None:
    bank.funded("declined")
    disturb(bank, "500_after_sticky", PAYMENTS)
    bank.tick()
    bank.tick_on(3)
    charge = Charge.objects.get()
    assert (charge.state, charge.failure) == (ChargeState.ACTION_REQUIRED, "generic_decline")


@pytest.mark.parametrize("kind", ["reset_after", "500_after_sticky"])
def test_a_charge_whose_key_was_forgotten_is_found_in_the_books(bank: Bank, kind: str) -> None:
    bank.funded()
    disturb(bank, kind, PAYMENTS)
    bank.tick()
    sent = len(bank.requests())
    bank.tick(hours=25)
    assert len(bank.requests()) == sent
    assert moved_once(bank)


def test_a_charge_that_never_arrived_is_made_once_even_after_its_key_was_forgotten(bank: Bank) -> None:
    bank.funded()
    disturb(bank, "reset", PAYMENTS)
    bank.tick()
    bank.tick(hours=25)
    assert moved_once(bank)
    bank.tick(hours=25)
    assert moved_once(bank)


def test_while_the_books_can_not_be_read_nothing_is_sent(bank: Bank) -> None:
    bank.funded()
    disturb(bank, "reset_after", PAYMENTS)
    bank.tick()
    sent = len(bank.requests())
    bank.fault("503", BOOKS, method="GET", count=2 * EVERY_RETRY)  # for this charge, and for the night's comparison
    bank.tick(hours=25)
    assert (len(bank.requests()), Charge.objects.get().state) == (sent, ChargeState.SENDING)
    bank.tick(hours=2)
    assert moved_once(bank)


def test_a_wrong_key_makes_no_payment_fail(bank: Bank, settings: Any) -> None:
    bank.expect_refusals()
    pool = bank.funded()
    settings.STRIPE_SECRET_KEY = "sk_wrong"
    bank.tick()
    for hours in (1, 5, 20, 20):
        bank.tick(hours=hours)
    assert (Charge.objects.get().state, bank.ledger()["succeeded"]) == (ChargeState.SENDING, 0)
    settings.STRIPE_SECRET_KEY = "sk_test_right"
    bank.tick(hours=2)
    pool.refresh_from_db()
    assert moved_once(bank)
    assert pool.state == PoolState.CONFIRMED


# called off while the money is on its way


def call_off(bank: Bank, pool: Pool) -> None:
    cancel_pool(pool=pool, reason="Die Expertin ist krank.", by=make.staff(), now=bank.now)


@pytest.mark.parametrize("kind", ["reset_after", "500_after_sticky"])
def test_a_charge_that_arrived_while_the_workshop_was_called_off_goes_back(bank: Bank, kind: str) -> None:
    pool = bank.funded()
    disturb(bank, kind, PAYMENTS)
    bank.tick()
    call_off(bank, pool)
    assert Charge.objects.get().state == ChargeState.SENDING
    bank.tick(minutes=1)
    ledger = bank.ledger()
    assert (ledger["captured"], ledger["refunded"]) == (30_000, 30_000)
    assert (Charge.objects.get().state, Refund.objects.get().state) == (ChargeState.VOID, RefundState.SUCCEEDED)
    assert not list(breaches())


def test_a_charge_that_never_arrived_is_not_made_after_the_workshop_was_called_off(bank: Bank) -> None:
    pool = bank.funded()
    disturb(bank, "reset", PAYMENTS)
    bank.tick()
    call_off(bank, pool)
    bank.tick_on(3)
    assert (bank.ledger()["succeeded"], Charge.objects.get().state) == (0, ChargeState.VOID)
    assert Attempt.objects.get().state == AttemptState.FAILED
    assert not list(breaches())


# refunds


def refund_due(bank: Bank) -> Refund:
    pool = bank.funded()
    bank.tick()
    call_off(bank, pool)
    return Refund.objects.get()


def returned_once(bank: Bank) -> bool:
    """CHF 300.00 went back, once, and our rows say the same."""
    refunds = list(bank.server.stripe_client().v1.refunds.list())
    refund = Refund.objects.get()
    return ([each.amount for each in refunds], [each.id for each in refunds], refund.state, list(breaches())) == (
        [30_000],
        [refund.ref],
        RefundState.SUCCEEDED,
        [],
    )


@pytest.mark.parametrize("kind", A_ROW_FIRST)
def test_a_refund_whose_call_goes_wrong_is_made_exactly_once(bank: Bank, kind: str) -> None:
    refund = refund_due(bank)
    disturb(bank, kind, REFUNDS)
    bank.tick()
    refund.refresh_from_db()
    assert refund.state == RefundState.SENDING
    bank.tick_on(3)
    assert returned_once(bank)


@pytest.mark.parametrize("kind", ["reset", "reset_after"])
def test_a_refund_whose_key_was_forgotten_is_made_exactly_once(bank: Bank, kind: str) -> None:
    refund_due(bank)
    disturb(bank, kind, REFUNDS)
    bank.tick()
    bank.tick(hours=25)
    assert returned_once(bank)
    bank.tick(hours=25)
    assert returned_once(bank)


def test_a_refund_that_stripe_refuses_has_failed_and_is_still_owed(bank: Bank) -> None:
    bank.expect_refusals()
    refund = refund_due(bank)
    intent = refund.attempt.intent_ref
    bank.server.stripe_client().v1.refunds.create({"payment_intent": intent})  # in Stripe's own dashboard
    bank.tick()
    refund.refresh_from_db()
    assert (refund.state, refund.failure) == (RefundState.FAILED, "charge_already_refunded")
