"""Refunds that staff make in Stripe's own dashboard are noticed, and nothing is sent back twice."""

from __future__ import annotations

import pytest
from django.test import Client

from members.letters.models import Letter
from pooling.actions.backing import balance_of
from pooling.actions.closing import close_pool
from pooling.actions.outside_refunds import look_for_refunds
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import claim_refund
from pooling.invariants import breaches
from pooling.models import Attempt, BackingKind, Pool, Refund, RefundReason, RefundState
from pooling.payments.stripe import client as stripe

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, REFUNDS, Bank

pytestmark = pytest.mark.django_db
SHARE = 30_000


@pytest.fixture
def paid(bank: Bank) -> Pool:
    """All that was to be raised is paid, in shares of CHF 300.00."""
    pool = bank.funded()
    bank.tick()
    return pool


def by_dashboard(attempt: Attempt, amount: int) -> str:
    """What staff do there; Stripe's name of the refund."""
    return stripe().v1.refunds.create({"payment_intent": attempt.intent_ref, "amount": amount}).id


def one_payment(pool: Pool) -> Attempt:
    return Attempt.objects.filter(charge__pledge__pool=pool).order_by("pk")[0]


def called_off(pool: Pool, bank: Bank) -> Attempt:
    """The pool is called off and nothing is sent back yet; one of its payments."""
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    return one_payment(pool)


def told(attempt: Attempt) -> list[tuple[int, str, str]]:
    refunds = Refund.objects.filter(attempt=attempt).order_by("pk")
    return [(refund.amount, refund.reason, refund.state) for refund in refunds]


def nothing_is_sent_twice(bank: Bank) -> None:
    for _turn in range(3):
        bank.tick(hours=7)
    captured = sum(Attempt.objects.values_list("captured", flat=True))
    back = sum(refund["amount"] for refund in stripe().v1.refunds.list({"limit": 100}).to_dict()["data"])
    assert back == sum(Refund.objects.filter(state=RefundState.SUCCEEDED).values_list("amount", flat=True)) <= captured
    assert not Refund.objects.counted_as_due().exists()
    assert not list(breaches())


def test_a_notice_of_a_refund_by_hand_enters_it_once_and_tells_whom_it_goes_to(
    bank: Bank, paid: Pool, client: Client
) -> None:
    attempt, before = one_payment(paid), balance_of(paid).net
    ref = by_dashboard(attempt, 12_000)
    assert set(bank.deliver(client)) == {200}
    assert told(attempt) == [(12_000, RefundReason.OUTSIDE, RefundState.SUCCEEDED)]
    assert Refund.objects.get().settled_by == ref
    assert look_for_refunds(attempt=attempt, now=bank.now) == 0
    assert balance_of(paid).net == before - 12_000
    letter = Letter.objects.get(template="pooling/letters/refunded.txt")
    assert "120.00" in letter.text
    nothing_is_sent_twice(bank)


def test_what_went_back_by_hand_is_not_owed_when_the_workshop_is_called_off(
    bank: Bank, paid: Pool, client: Client
) -> None:
    attempt = one_payment(paid)
    by_dashboard(attempt, 12_000)
    bank.deliver(client)
    called_off(paid, bank)
    assert told(attempt)[1:] == [(SHARE - 12_000, RefundReason.CANCELLED, RefundState.DUE)]
    nothing_is_sent_twice(bank)


@pytest.mark.parametrize("amount", [SHARE, 12_000])
def test_a_refund_by_hand_settles_what_is_owed_before_it_is_sent(
    bank: Bank, paid: Pool, client: Client, amount: int
) -> None:
    attempt = called_off(paid, bank)
    by_dashboard(attempt, amount)
    bank.deliver(client)
    assert told(attempt)[0] == (amount, RefundReason.CANCELLED, RefundState.SUCCEEDED)
    nothing_is_sent_twice(bank)
    assert sum(row[0] for row in told(attempt)) == SHARE


@pytest.mark.parametrize("amount", [SHARE, 12_000])
def test_a_refund_that_stripe_refuses_is_found_in_its_books_without_any_notice(
    bank: Bank, paid: Pool, amount: int
) -> None:
    bank.expect_refusals()
    attempt = called_off(paid, bank)
    by_dashboard(attempt, amount)
    bank.tick()
    assert bank.requests(REFUNDS)
    nothing_is_sent_twice(bank)
    assert sum(row[0] for row in told(attempt)) == SHARE
    assert Refund.objects.exclude(settled_by="").get().amount == amount


@pytest.mark.parametrize("amount", [SHARE, 12_000])
def test_one_made_while_ours_is_on_its_way_waits_for_its_answer(
    bank: Bank, paid: Pool, client: Client, amount: int
) -> None:
    bank.expect_refusals()
    attempt = called_off(paid, bank)
    while claim_refund(now=bank.now):  # the process that would send them is gone
        pass
    by_dashboard(attempt, amount)
    bank.deliver(client)
    assert told(attempt) == [(SHARE, RefundReason.CANCELLED, RefundState.SENDING)]
    nothing_is_sent_twice(bank)
    assert sum(row[0] for row in told(attempt)) == SHARE


def test_the_operator_bears_what_it_pays_back_of_a_settled_workshop(bank: Bank, paid: Pool, client: Client) -> None:
    bank.later(days=90)
    close_pool(pool=paid, by=make.staff(), now=bank.now)
    by_dashboard(one_payment(paid), 12_000)
    bank.deliver(client)
    assert [(row.kind, row.amount) for row in paid.backings.all()] == [(BackingKind.ABSORBED, 12_000)]
    nothing_is_sent_twice(bank)


def test_while_stripe_is_away_a_refused_refund_waits(bank: Bank, paid: Pool) -> None:
    bank.expect_refusals()
    attempt = called_off(paid, bank)
    by_dashboard(attempt, SHARE)
    bank.fault("503", match=REFUNDS, method="GET", count=EVERY_RETRY)
    bank.tick()
    assert (SHARE, RefundReason.CANCELLED, RefundState.FAILED) in told(attempt)
    nothing_is_sent_twice(bank)
