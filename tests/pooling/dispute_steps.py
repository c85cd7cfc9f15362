"""What banks, staff and time do with the payments of a pool that is paid for, for the tests of disputes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pooling.actions.bank import enter_payout
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import (
    Attempt,
    Dispute,
    Pool,
    PoolState,
    Refund,
)
from pooling.payments.stripe import client as stripe

from . import factories as make
from .stripe_fixtures import Bank

SHARE = 30_000


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


def lose(bank: Bank, attempt: Attempt, client: Client, **how: Any) -> Dispute:
    ref = disputed(bank, attempt, **how)
    goes_on(bank, ref, "lost")
    bank.deliver(client)
    return Dispute.objects.get(ref=ref)
