"""Disputes: what a payer's bank wants back, entered as the provider tells it, whenever we hear of it.

A notice or the clock makes us look; what the provider shows then decides, and an older answer changes nothing. While a
dispute is open its payment counts as paid and nothing of it is sent back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from pooling.models import (
    Attempt,
    AttemptState,
    Charge,
    Dispute,
    DisputeState,
    Pool,
    Refund,
    RefundState,
    record,
)
from pooling.payments import PROVIDERS, provider
from pooling.payments.base import DisputeMade, OutcomeUnknown, Progress, RefundResult, RequestRefused

from .charge_backs import charge_back, reinstate
from .dispute_letters import tell_dispute
from .refunds import enter_refund_result
from .settlement import ask, enter_result

NEXT_LOOK = timedelta(hours=1)

# A bank's question comes before a dispute, an answer after it, a decision last.
RANKS = {
    DisputeState.NEEDS_RESPONSE: 3,
    DisputeState.UNDER_REVIEW: 4,
    DisputeState.CLOSED: 5,
    DisputeState.WON: 5,
    DisputeState.LOST: 5,
}
INQUIRY_RANKS = {DisputeState.NEEDS_RESPONSE: 0, DisputeState.UNDER_REVIEW: 1}

# What a dispute's new state is called in the pool's history.
TURNS = {
    DisputeState.NEEDS_RESPONSE: "dispute_opened",
    DisputeState.UNDER_REVIEW: "dispute_answered",
    DisputeState.WON: "dispute_won",
    DisputeState.LOST: "dispute_lost",
    DisputeState.CLOSED: "dispute_closed",
}


def look_at_dispute(*, provider_name: str, ref: str, now: datetime) -> Dispute | None:
    """Ask the provider about one dispute and enter what it says. None if it is of no payment of ours.

    Raises OutcomeUnknown, RequestRefused.
    """
    made = provider(provider_name).look_at_dispute(ref)
    return enter_known(provider_name=provider_name, made=made, now=now)


def look_for_disputes(*, attempt: Attempt, now: datetime) -> int:
    """Enter all disputes that the provider shows of one payment. Returns how many. Raises as look_at_dispute."""
    made = provider(attempt.provider).disputes_of(attempt.intent_ref)
    return sum(enter_known(provider_name=attempt.provider, made=each, now=now) is not None for each in made)


def enter_known(*, provider_name: str, made: DisputeMade, now: datetime) -> Dispute | None:
    """Enter a dispute, and before it the payment that it is of, should we not have heard that it arrived."""
    attempt = Attempt.objects.filter(provider=provider_name, intent_ref=made.intent_ref).exclude(intent_ref="").first()
    if attempt is not None and attempt.state != AttemptState.SUCCEEDED:
        attempt = enter_result(attempt=attempt, result=ask(attempt, now=now), now=now)
    if attempt is None or attempt.state != AttemptState.SUCCEEDED:
        return None
    return enter_dispute(attempt=attempt, made=made, now=now)


@transaction.atomic
def enter_dispute(*, attempt: Attempt, made: DisputeMade, now: datetime) -> Dispute:
    """Record what a provider says of a dispute of `attempt`, which brought money, and what follows from it.

    Hearing the same again, or something older, changes nothing. Raises OutcomeUnknown as charge_back does.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges__attempts=attempt.pk)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge__organisation")
        .get(pk=attempt.charge_id)
    )
    charge.pledge.pool = pool
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    attempt.charge = charge
    known = Dispute.objects.filter(provider=attempt.provider, ref=made.ref).select_for_update(no_key=True).first()
    dispute = known or Dispute(provider=attempt.provider, ref=made.ref)
    if known is not None and not is_news(known, made):
        Dispute.objects.filter(pk=known.pk).update(next_look_at=now + NEXT_LOOK)
        return known
    before = DisputeState(known.state) if known else None
    has_turned = before != made.state or (known is not None and known.is_inquiry and not made.is_inquiry)
    was_told = known is not None and not known.is_inquiry
    restored = dispute.charged_back if made.state != DisputeState.LOST else 0
    dispute.attempt, dispute.charged_back = attempt, dispute.charged_back - restored
    write(dispute, made=made, now=now)
    amount = dispute.amount
    if before == DisputeState.LOST and made.state != DisputeState.LOST:
        amount = restored
        reinstate(pool=pool, charge=charge, attempt=attempt, restored=restored, now=now)
    elif made.state == DisputeState.LOST and before != DisputeState.LOST:
        amount = charge_back(pool=pool, dispute=dispute, now=now)
    if has_turned:
        asks = made.is_inquiry and made.state == DisputeState.NEEDS_RESPONSE
        kind = "inquiry_opened" if asks else TURNS[made.state]
        if before == DisputeState.LOST:
            kind = "dispute_reinstated"
        figures = {"amount": amount, "dispute": dispute.pk, "state": str(made.state)}
        turn = record(pool, kind, now=now, pledge=charge.pledge, charge=charge, **figures)
        if not made.is_inquiry and not (was_told and made.state in Dispute.OPEN_STATES):
            tell_dispute(dispute=dispute, pledge=charge.pledge, once=turn.pk, now=now)
    if made.state not in Dispute.OPEN_STATES:
        release_refunds(attempt=attempt, now=now)
    return dispute


def write(dispute: Dispute, *, made: DisputeMade, now: datetime) -> None:
    """The provider's figures. What was charged back is decided by us, see charge_back and reinstate."""
    is_open = made.state in Dispute.OPEN_STATES
    dispute.closed_at = None if is_open else dispute.closed_at or now
    dispute.state, dispute.is_inquiry, dispute.reason = made.state, made.is_inquiry, made.reason[:60]
    dispute.amount = max(made.amount, dispute.charged_back)
    dispute.opened_at, dispute.due_by = made.opened_at, made.due_by
    dispute.withdrawn, dispute.reinstated, dispute.movements = made.withdrawn, made.reinstated, made.movements
    dispute.next_look_at = now + NEXT_LOOK
    dispute.save()


def is_news(known: Dispute, made: DisputeMade) -> bool:
    """Whether `made` was told after what we know. Movements of the provider's balance only ever become more."""
    before = (known.movements, rank(known.state, is_inquiry=known.is_inquiry))
    after = (made.movements, rank(made.state, is_inquiry=made.is_inquiry))
    return after > before or (after == before and made.state == known.state and made.due_by != known.due_by)


def rank(state: str, *, is_inquiry: bool) -> int:
    ranks = INQUIRY_RANKS if is_inquiry else {}
    return ranks.get(DisputeState(state), 2 if is_inquiry else RANKS[DisputeState(state)])


def release_refunds(*, attempt: Attempt, now: datetime) -> None:
    """What was held up by the dispute is sent at once."""
    Refund.objects.filter(attempt=attempt, state=RefundState.DUE).update(next_look_at=now)


def follow_disputes(*, now: datetime) -> int:
    """Look at every dispute that is open, so that one is decided though its notice was lost. Returns how many."""
    waiting = list(Dispute.objects.undecided().filter(next_look_at__lte=now).order_by("pk"))
    for dispute in waiting:
        Dispute.objects.filter(pk=dispute.pk).update(next_look_at=now + NEXT_LOOK)
        try:
            look_at_dispute(provider_name=dispute.provider, ref=dispute.ref, now=now)
        except (OutcomeUnknown, RequestRefused):
            continue  # looked at again later
    return len(waiting)


def charge_back_the_rest(*, now: datetime) -> int:
    """A refund failed after all, though its payment was charged back, too: the bank has paid it already, so what is due
    of it is taken off. Returns the number of disputes that this concerned.
    """
    failed = Refund.objects.filter(state=RefundState.FAILED)
    lost = Dispute.objects.lost().filter(charged_back__lt=F("amount"), attempt__refunds__in=failed).distinct()
    return sum(charge_back_more(pk=pk, now=now) for pk in list(lost.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def charge_back_more(*, pk: int, now: datetime) -> bool:
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges__attempts__disputes=pk)
    dispute = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("attempt__charge__pledge")
    lost = dispute.get(pk=pk)
    charge = lost.attempt.charge
    charge.pledge.pool = pool
    try:
        with transaction.atomic():
            more = charge_back(pool=pool, dispute=lost, now=now) if lost.state == DisputeState.LOST else 0
    except OutcomeUnknown:
        return False  # another refund of it is on its way
    if more:
        figures = {"amount": more, "dispute": lost.pk, "state": str(lost.state)}
        record(pool, "dispute_lost", now=now, pledge=charge.pledge, charge=charge, **figures)
    return more > 0


def look_behind_refused_refunds(*, now: datetime) -> int:
    """A refund was refused because its payment is disputed: find out how. Returns how many payments were looked at.

    Where a dispute was lost and something is still due all the same, the provider won't send it: staff have to.
    """
    codes = [provider(name).disputed for name in PROVIDERS]
    refused = Refund.objects.filter(state=RefundState.DUE, failure__in=codes, attempt__isnull=False)
    attempts = list(Attempt.objects.filter(refunds__in=refused).distinct().order_by("pk"))
    for attempt in attempts:
        try:
            look_for_disputes(attempt=attempt, now=now)
        except (OutcomeUnknown, RequestRefused):
            continue  # at the next tick
        still_due = refused.filter(attempt=attempt)
        if attempt.disputes.lost().exists() and not attempt.disputes.holding().exists():
            for refund in list(still_due):
                result = RefundResult(Progress.FAILED, failure=refund.failure)
                enter_refund_result(refund=refund, result=result, now=now)
        still_due.update(failure="")
    return len(attempts)
