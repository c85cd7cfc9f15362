"""What a dispute does to the money once it is lost, or no longer: each Rappen goes back once, by refund or by the bank.

Call both under the lock of the pool and of the charge, in the transaction that records the dispute.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from pooling.models import (
    Attempt,
    BackingKind,
    Charge,
    ChargeState,
    Dispute,
    Payout,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    RefundState,
    record,
)
from pooling.payments.base import OutcomeUnknown

from .backing import back, confirm_if_financed, take_late_money
from .refunds import owe_refund


def charge_back(*, pool: Pool, dispute: Dispute, now: datetime) -> int:
    """Count as charged back what was left of the payment, and take what the bank gave back off the refunds still due.

    What of it nobody gets back by refund is missing to the pool; of a settled one the operator bears it. Returns the
    Rappen charged back. Raises OutcomeUnknown while a refund of the payment is on its way: only its answer tells which
    of both was first.
    """
    attempt = dispute.attempt
    refunds = list(Refund.objects.filter(attempt=attempt).select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if any(refund.state == RefundState.SENDING for refund in refunds):
        raise OutcomeUnknown("a refund of the disputed payment is on its way")
    done = sum(refund.amount for refund in refunds if refund.state in Refund.DONE_STATES)
    left = attempt.captured - done - attempt.disputes.exclude(pk=dispute.pk).charged_back()
    more = max(0, min(dispute.amount, left)) - dispute.charged_back
    dispute.charged_back += more
    dispute.save(update_fields=["charged_back"])
    owed = [refund for refund in refunds if refund.state not in Refund.DONE_STATES]
    needless = max(0, sum(refund.amount for refund in owed) - (left - dispute.charged_back))
    lower(owed, attempt=attempt, needless=needless, now=now)
    if pool.state == PoolState.CLOSED and more > needless:
        back(pool=pool, kind=BackingKind.ABSORBED, amount=more - needless, now=now)
    return more


def lower(owed: list[Refund], *, attempt: Attempt, needless: int, now: datetime) -> None:
    """Lower refunds that are owed of a payment, one after the other, by `needless` Rappen in all.

    One that the provider knows already can't change: it is void, and what remains of it has a refund of its own.
    """
    for refund in owed:
        part = min(needless, refund.amount)
        if part <= 0:
            return
        needless -= part
        rest, is_known = refund.amount - part, bool(refund.parameters)
        reason, payout = RefundReason(refund.reason), refund.payout
        refund.amount = 0 if is_known else rest
        if not refund.amount:
            refund.state, refund.settled_at = RefundState.VOID, now
        refund.save(update_fields=["amount", "state", "settled_at"])
        charge, pledge = attempt.charge, attempt.charge.pledge
        kind = "refund_reduced" if refund.amount else "refund_void"
        record(pledge.pool, kind, now=now, pledge=pledge, charge=charge, refund=refund, amount=refund.amount)
        if rest and is_known:
            owe_refund(source=attempt, amount=rest, reason=reason, payout=payout, now=now)
        if payout is not None:
            Payout.objects.filter(pk=payout.pk).update(amount=F("amount") - part)
            record(pledge.pool, "surplus_reduced", now=now, pledge=pledge, amount=part, to=str(payout.to))


def reinstate(*, pool: Pool, charge: Charge, attempt: Attempt, restored: int, now: datetime) -> None:
    """A dispute that was lost is not any more: `restored` Rappen, which were charged back, are there again.

    What of it is not owed goes back now; what stays confirms the pool, or is late money of a settled one.
    """
    given_up = charge.state in (ChargeState.VOID, ChargeState.FAILED) or pool.state not in Pool.OWING_STATES
    kept = sum(left for _source, left in Charge.objects.get(pk=charge.pk).kept())
    too_much = min(restored, kept if given_up else max(0, kept - charge.amount))
    if too_much:
        reason = RefundReason.CANCELLED if pool.state == PoolState.CANCELLED else RefundReason.NOT_OWED
        owe_refund(source=attempt, amount=too_much, reason=reason, now=now)
    if restored > too_much and pool.state == PoolState.CLOSED:
        take_late_money(pool=pool, amount=restored - too_much, now=now)
    confirm_if_financed(pool=pool, now=now)
