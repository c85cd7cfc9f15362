"""A refund against a dispute at the same moment, with real threads: each Rappen goes back once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from pooling.actions.disputes import enter_dispute
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Attempt, Dispute, DisputeState, Refund, RefundState, SandboxEntry
from pooling.payments.base import OutcomeUnknown

from . import factories as make
from .factories import NOW
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)
SHARE = 30_000


def paid() -> Attempt:
    """One of three payments of a confirmed pool."""
    make.funded()
    collect_due_charges(now=NOW)
    return Attempt.objects.order_by("pk")[0]


def call_off(attempt: Attempt) -> None:
    cancel_pool(pool=attempt.charge.pledge.pool, reason="abgesagt", by=make.staff(), now=NOW)


def went_back(attempt: Attempt) -> tuple[int, int]:
    """By refund and by the bank, in the sandbox's books and in ours."""
    refunds = SandboxEntry.objects.filter(kind="refund", data__intent_ref=attempt.intent_ref)
    refunded = sum(refunds.values_list("amount", flat=True))
    done = Refund.objects.filter(attempt=attempt, state=RefundState.SUCCEEDED)
    assert refunded == sum(done.values_list("amount", flat=True))
    return refunded, Dispute.objects.filter(attempt=attempt).charged_back()


@pytest.mark.parametrize("turn", range(6))
def test_a_refund_against_a_loss_at_the_same_moment_goes_back_once(turn: int) -> None:
    attempt = paid()
    call_off(attempt)
    made = make.dispute_made(attempt, state=DisputeState.LOST)

    def lose() -> None:
        with suppress(OutcomeUnknown):  # the refund is on its way: asked again later, as a notice is
            enter_dispute(attempt=attempt, made=made, now=NOW)

    jobs = [lambda: send_due_refunds(now=NOW), lose]
    at_once(*(jobs if turn % 2 else reversed(jobs)))
    enter_dispute(attempt=attempt, made=made, now=NOW)
    refunded, charged_back = went_back(attempt)
    assert refunded + charged_back == SHARE
    assert not Refund.objects.counted_as_due().exists()
    assert not list(breaches())


def test_one_dispute_told_by_many_at_once_is_entered_once() -> None:
    attempt = paid()
    made = make.dispute_made(attempt, state=DisputeState.LOST)
    at_once(*[lambda: enter_dispute(attempt=attempt, made=made, now=NOW)] * 4)
    assert Dispute.objects.get().charged_back == SHARE
    assert attempt.charge.pledge.events.filter(kind="dispute_lost").count() == 1
    assert not list(breaches())
