"""The bank took a transfer back that had been booked: what is missing is open again, and less goes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from members.models import User
from pooling.models import (
    BackingKind,
    Charge,
    ChargeState,
    Pool,
    PoolState,
    Receipt,
    Refund,
    RefundReason,
    RefundState,
    record,
)
from pooling.models.invoice import compact

from . import invoice_letters
from .backing import back
from .errors import NothingToTakeBack, ReferenceTaken, RefundsUnderWay


@transaction.atomic
def take_receipt_back(
    *, receipt: Receipt, amount: int, value_date: date, reference: str, by: User | None, now: datetime
) -> Receipt:
    """The bank took back `amount` Rappen (>= 1) of what `receipt` had brought. Returns the row that says so.

    What is missing then is open again; what was to go back and never stayed does not go back. A confirmed pool stays
    confirmed, and in a closed one the operator bears what is gone.
    Raises NothingToTakeBack, ReferenceTaken, RefundsUnderWay where money of the charge has gone back already.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges=receipt.charge_id)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge__organisation", "pledge__method", "invoice")
        .get(pk=receipt.charge_id)
    )
    charge.pledge.pool = pool
    taken = receipt.reversals.aggregate(sum=Coalesce(Sum("amount"), 0))["sum"]
    if receipt.reverses_id is not None or amount > receipt.amount + taken:
        raise NothingToTakeBack
    given_up = charge.state in (ChargeState.VOID, ChargeState.FAILED) or pool.state not in Pool.OWING_STATES
    left = charge.captured - amount
    too_much = left if given_up else max(0, left - charge.amount)
    going_back = charge.refunds.aggregate(sum=Coalesce(Sum("amount"), 0))["sum"]
    needless = going_back - too_much
    shrink(refunds_of(charge, receipt=receipt, needless=needless), needless=needless, now=now)
    try:
        with transaction.atomic():
            row = Receipt.objects.create(
                charge=charge,
                amount=-amount,
                value_date=value_date,
                reference=compact(reference),
                entered_by=by,
                entered_at=now,
                reverses=receipt,
            )
    except IntegrityError as known:
        raise ReferenceTaken from known
    charge.captured, charge.settled_at = left, now
    if not given_up:
        reopen(charge, days=pool.mending_days, now=now)
    charge.save()
    figures = {"amount": amount, "state": charge.state}
    record(pool, "charge_reversed", now=now, by=by, pledge=charge.pledge, charge=charge, **figures)
    if pool.state == PoolState.CLOSED and amount > needless:
        back(pool=pool, kind=BackingKind.ABSORBED, amount=amount - needless, by=by, now=now)
    invoice_letters.tell_taken_back(receipt=row, now=now)
    return row


def reopen(charge: Charge, *, days: int, now: datetime) -> None:
    """What is missing again waits to be paid, for a whole mending window at least."""
    if charge.captured >= charge.amount:
        return
    charge.state = ChargeState.PART_PAID if charge.captured else ChargeState.ISSUED
    charge.mend_until = charge.mend_until or max(charge.invoice.due_at, now) + timedelta(days=days)
    charge.reminders = 0 if now < charge.invoice.due_at else min(charge.reminders, 2)


def refunds_of(charge: Charge, *, receipt: Receipt, needless: int) -> list[Refund]:
    """Refunds of the charge that nobody has transferred or ordered yet, those of `receipt` first.

    Raises RefundsUnderWay if they are less than what is needless, or if a surplus was shared out.
    """
    refunds = charge.refunds.select_for_update(no_key=True)
    if refunds.filter(reason=RefundReason.SURPLUS).exists():
        raise RefundsUnderWay
    due = refunds.filter(state=RefundState.DUE, receipt__isnull=False, ordered_at=None)
    found = sorted(due, key=lambda refund: (refund.receipt_id != receipt.pk, refund.pk))
    if sum(refund.amount for refund in found) < needless:
        raise RefundsUnderWay
    return found


def shrink(refunds: list[Refund], *, needless: int, now: datetime) -> None:
    """Lower `refunds`, one after the other, by `needless` Rappen in all."""
    for refund in refunds:
        part = min(needless, refund.amount)
        if part <= 0:
            return
        needless -= part
        refund.amount -= part
        refund.state = RefundState.DUE if refund.amount else RefundState.VOID
        refund.settled_at = None if refund.amount else now
        refund.save(update_fields=["amount", "state", "settled_at"])
        charge = Charge.objects.select_related("pledge__pool").get(pk=refund.charge_id)
        kind = "refund_reduced" if refund.amount else "refund_void"
        pledge = charge.pledge
        record(pledge.pool, kind, now=now, pledge=pledge, charge=charge, refund=refund, amount=refund.amount)
