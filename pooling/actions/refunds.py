"""Money that goes back: owed in the transaction that finds out, sent by tick, recorded when the provider answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from pooling.actions.letters import tell_refunded
from pooling.models import (
    Attempt,
    Charge,
    Payout,
    Pledge,
    Pool,
    Receipt,
    Refund,
    RefundReason,
    RefundState,
    record,
)
from pooling.payments import provider
from pooling.payments.base import OutcomeUnknown, Parameters, Progress, RefundRequest, RefundResult, RequestRefused

from .patience import BOOKS_FIRST, LEASE, STALE, after

# A refund that the provider took but has not finished is looked at again after this.
NEXT_LOOK = timedelta(minutes=10)
# One that was refused because its payment is disputed is sent again after this, unless the dispute is known by then.
HELD_UP = timedelta(hours=6)


def owe_refund(
    *, source: Attempt | Receipt, amount: int, reason: RefundReason, now: datetime, payout: Payout | None = None
) -> Refund:
    """Write down that `amount` Rappen of what `source` brought go back. Call it in the transaction that decides so."""
    charge = source.charge
    refund = Refund.objects.create(
        charge=charge,
        attempt=source if isinstance(source, Attempt) else None,
        receipt=source if isinstance(source, Receipt) else None,
        payout=payout,
        amount=amount,
        reason=reason,
        created_at=now,
        next_look_at=now,
    )
    record(charge.pledge.pool, "refund_due", now=now, pledge=charge.pledge, charge=charge, refund=refund, amount=amount)
    return refund


def refund_everything(*, pool: Pool, now: datetime) -> int:
    """Owe back all that was captured for a pool and isn't on its way back yet. Returns the number of refunds made."""
    charges = Charge.objects.filter(pledge__pool=pool)
    return owe_back_all_of(charges, reason=RefundReason.CANCELLED, now=now)


def owe_back(*, pledge: Pledge, reason: RefundReason, now: datetime) -> int:
    """Owe back all that was captured for one pledge and isn't on its way back yet. Returns the number of refunds."""
    return owe_back_all_of(Charge.objects.filter(pledge=pledge), reason=reason, now=now)


def owe_back_all_of(charges: QuerySet[Charge], *, reason: RefundReason, now: datetime) -> int:
    paid = charges.filter(captured__gt=0).select_related("pledge__pool", "pledge__organisation")
    paid = paid.prefetch_related("attempts__refunds", "attempts__disputes", "receipts__refunds")
    kept = [each for charge in paid for each in charge.kept()]
    for source, left in kept:
        owe_refund(source=source, amount=left, reason=reason, now=now)
    return len(kept)


def send_due_refunds(*, now: datetime) -> int:
    """Send each refund that is due, one after the other.

    Returns how many were asked for. Any number of processes may do this at once.
    """
    sent = 0
    while refund := claim_refund(now=now):
        sent += 1
        try:
            result = ask(refund, now=now)
        except OutcomeUnknown:
            put_off(refund, now=now)
        except RequestRefused as refusal:
            if refusal.code == provider(attempt_of(refund).provider).disputed:
                hold_up(refund, code=refusal.code, now=now)
                continue
            enter_refund_result(refund=refund, result=RefundResult(Progress.FAILED, failure=refusal.code), now=now)
        else:
            enter_refund_result(refund=refund, result=result, now=now)
    return sent


def ask(refund: Refund, *, now: datetime) -> RefundResult:
    """Send it, or look what became of it.

    An answer that never came is asked for again with the same key while keys are remembered.
    """
    bank = provider(attempt_of(refund).provider)
    if refund.ref:
        return bank.look_at_refund(refund.ref)
    is_old = refund.first_sent_at is not None and now - refund.first_sent_at >= STALE
    if (refund.tries >= BOOKS_FIRST or is_old) and (found := bank.find_refund(parameters=refund.parameters)):
        return found
    return bank.refund(key=refund.key, parameters=refund.parameters)


@transaction.atomic
def claim_refund(*, now: datetime) -> Refund | None:
    """Mark the next refund as being sent, so that no other process takes it before the lease ends."""
    refund = (
        Refund.objects.due(now=now)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("attempt", "charge__pledge__pool")
        .order_by("next_look_at", "pk")
        .first()
    )
    if refund is None:
        return None
    refund.parameters = refund.parameters or parameters_of(refund)
    refund.first_sent_at = refund.first_sent_at or now
    refund.state = RefundState.SENDING
    refund.tries += 1
    refund.next_look_at = now + LEASE
    refund.save()
    return refund


def attempt_of(refund: Refund) -> Attempt:
    """What it is a refund of. Raises LookupError for one that only staff can transfer."""
    if refund.attempt is None:
        raise LookupError(f"Refund {refund.uuid} is of a payment by transfer.")
    return refund.attempt


def parameters_of(refund: Refund) -> Parameters:
    """What the provider is sent; stored before it is sent and never built again."""
    request = RefundRequest(
        intent_ref=attempt_of(refund).intent_ref,
        amount=refund.amount,
        refund=str(refund.uuid),
        pledge=str(refund.charge.pledge.uuid),
    )
    return provider(attempt_of(refund).provider).refund_parameters(request)


def put_off(refund: Refund, *, now: datetime) -> None:
    """Nobody knows what became of it: it stays as it is and is looked at again later."""
    Refund.objects.filter(pk=refund.pk, state=RefundState.SENDING).update(next_look_at=now + after(refund.tries))


def hold_up(refund: Refund, *, code: str, now: datetime) -> None:
    """The payment is disputed, which we may not have heard: nothing was sent, and it is due again once that is decided.

    Until then it is not for staff to transfer either: the bank might give the same money back.
    """
    held = Refund.objects.filter(pk=refund.pk, state=RefundState.SENDING)
    held.update(state=RefundState.DUE, failure=code, next_look_at=now + HELD_UP)


@transaction.atomic
def enter_refund_result(*, refund: Refund, result: RefundResult, now: datetime) -> Refund:
    """Record what a provider says of a refund.

    Hearing the same again changes nothing; a success may still turn into a failure (it happens). What staff have
    transferred by hand since stays paid out, and what a bank gave back stays void.
    """
    refund = (
        Refund.objects.select_for_update(no_key=True, of=("self",))
        .select_related("attempt", "charge__pledge__pool", "charge__pledge__organisation")
        .get(pk=refund.pk)
    )
    if refund.state in (RefundState.PAID_OUT, RefundState.VOID):
        return refund
    if result.progress == Progress.OPEN:
        refund.ref = refund.ref or result.ref
        refund.next_look_at = now + NEXT_LOOK
        refund.save()
        return refund
    state = RefundState.SUCCEEDED if result.progress == Progress.SUCCEEDED else RefundState.FAILED
    if refund.state == state:
        return refund
    if not refund.settled_by:
        refund.ref = refund.ref or result.ref
    refund.failure, refund.state, refund.settled_at = result.failure, state, now
    refund.save()
    charge = refund.charge
    record(
        charge.pledge.pool,
        f"refund_{state}",
        now=now,
        pledge=charge.pledge,
        charge=charge,
        refund=refund,
        amount=refund.amount,
    )
    if state == RefundState.SUCCEEDED:
        tell_refunded(refund=refund, now=now)
    return refund
