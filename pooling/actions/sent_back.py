"""Refunds that the bank has sent by an order of ours: its files name them as the order did; they count as paid back."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from members.models import User
from pooling.invoices.camt_lines import Sent
from pooling.models import BankFile, Pool, Refund, SentBack
from pooling.models.invoice import compact

from .bank import enter_payout
from .errors import Refused

LONGEST_REFERENCE = 60  # leaves room for what tells the parts of a batch apart


def enter_sent_back(*, file: BankFile, told: list[tuple[str, Sent]], by: User | None, now: datetime) -> int:
    """Keep each transfer for a refund once, and enter the refunds that wait for staff as paid out. Returns how many.

    Call it where the accounts are locked. Staff may have entered the refund already; what is not as it was ordered
    stays as it is, and check_money --bank tells of it.
    """
    ids = {UUID(each.id) for _account, each in told}
    refunds = {refund.uuid: refund for refund in Refund.objects.filter(uuid__in=ids)}
    rows = [row_of(file, account, each, refunds[UUID(each.id)]) for account, each in told if UUID(each.id) in refunds]
    SentBack.objects.bulk_create(rows, ignore_conflicts=True)
    named = {row.refund_id for row in rows}
    list(
        Pool.objects.select_for_update(no_key=True, of=("self",))
        .filter(pledges__charges__refunds__in=named)
        .order_by("pk")
    )
    return sum(
        pay_out(refund, by=by, now=now) for refund in Refund.objects.by_hand().filter(pk__in=named).order_by("pk")
    )


def row_of(file: BankFile, account: str, sent: Sent, refund: Refund) -> SentBack:
    marks = account, sent.booked_on.isoformat(), compact(sent.entry_ref), sent.amount, refund.pk
    identity = hashlib.sha256("|".join(str(mark) for mark in marks).encode()).hexdigest()
    name = compact(sent.entry_ref)[:LONGEST_REFERENCE]
    reference = f"{name}/{sent.id[:8].upper()}" if sent.is_part or not name else name
    return SentBack(
        file=file,
        refund=refund,
        identity=identity,
        amount=sent.amount,
        booked_on=sent.booked_on,
        reference=reference,
    )


def pay_out(refund: Refund, *, by: User | None, now: datetime) -> bool:
    """Enter `refund` as the bank has sent it. Whether it was sent in one piece."""
    sent = refund.sent_back.filter(amount=refund.amount).order_by("booked_on", "reference").first()
    if sent is None:
        return False
    try:
        enter_payout(refund=refund, paid_on=sent.booked_on, reference=sent.reference, by=by, now=now)
    except Refused:  # the reference is another one's
        return False
    return True
