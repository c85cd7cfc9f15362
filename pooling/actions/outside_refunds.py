"""Refunds that staff made in the provider's own dashboard: found, and entered in our books; nothing is sent twice.

One of them settles what is owed back of the same payment anyway, as far as it goes. What is more than that is a refund
that the operator decided on: of a settled pool the operator bears it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from pooling.models import Attempt, BackingKind, Pool, PoolState, Refund, RefundReason, RefundState
from pooling.payments import provider
from pooling.payments.base import OutcomeUnknown, Progress, RefundMade, RefundResult, RequestRefused

from .backing import back
from .refunds import enter_refund_result, owe_refund

# One that the provider refused to make is looked for in its books so often.
NEXT_LOOK = timedelta(hours=6)


def look_for_refunds(*, attempt: Attempt, now: datetime) -> int:
    """Enter what the provider shows of refunds of one payment that we did not make. Returns how many were new.

    Raises OutcomeUnknown, RequestRefused.
    """
    made = provider(attempt.provider).refunds_of(attempt.intent_ref)
    return sum(enter_outside_refund(attempt=attempt, made=each, now=now) for each in reversed(made))


@transaction.atomic
def enter_outside_refund(*, attempt: Attempt, made: RefundMade, now: datetime) -> bool:
    """Enter one refund, unless it is ours, known, or not there yet. Whether it was new.

    Raises OutcomeUnknown while one of ours for the same payment is on its way: only its answer tells whether both were
    made.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges__attempts=attempt)
    refunds = Refund.objects.filter(attempt=attempt)
    is_known = refunds.filter(Q(uuid=made.refund or None) | Q(ref=made.ref) | Q(settled_by=made.ref)).exists()
    if is_known or made.progress != Progress.SUCCEEDED:
        return False
    if refunds.filter(state=RefundState.SENDING).exists():
        raise OutcomeUnknown("a refund of ours is on its way")
    left = made.amount
    owed = refunds.filter(state__in=[RefundState.DUE, RefundState.FAILED]).select_for_update(no_key=True, of=("self",))
    for refund in owed.order_by("pk"):
        if left:
            cut(refund, to=min(left, refund.amount), now=now)
            settle(refund, made=made, now=now)
            left -= refund.amount
    if left:
        settle(owe_refund(source=attempt, amount=left, reason=RefundReason.OUTSIDE, now=now), made=made, now=now)
        if pool.state == PoolState.CLOSED:
            back(pool=pool, kind=BackingKind.ABSORBED, amount=left, now=now)
    return True


def cut(refund: Refund, *, to: int, now: datetime) -> None:
    """Let a refund that is owed be of `to` Rappen; the rest has one of its own, new to the provider."""
    rest, attempt = refund.amount - to, refund.attempt
    if rest and attempt:
        refund.amount = to
        refund.save(update_fields=["amount"])
        reason = RefundReason(refund.reason)
        owe_refund(source=attempt, amount=rest, reason=reason, payout=refund.payout, now=now)


def settle(refund: Refund, *, made: RefundMade, now: datetime) -> None:
    refund.settled_by = made.ref
    refund.save(update_fields=["settled_by"])
    enter_refund_result(refund=refund, result=RefundResult(Progress.SUCCEEDED), now=now)


def settle_refused_refunds(*, now: datetime) -> int:
    """A refund that the provider refused to make may have been made in its dashboard. Returns how many were found."""
    refused = Refund.objects.filter(state=RefundState.FAILED, ref="", settled_by="", next_look_at__lte=now)
    attempts = Attempt.objects.filter(refunds__in=refused).distinct().order_by("pk")
    found = 0
    for attempt in list(attempts):
        refused.filter(attempt=attempt).update(next_look_at=now + NEXT_LOOK)
        try:
            found += look_for_refunds(attempt=attempt, now=now)
        except (OutcomeUnknown, RequestRefused):
            continue  # looked for again later
    return found
