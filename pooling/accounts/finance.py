"""What waits for those who look after the money, with numbers and sums. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model, Q, QuerySet, Sum

from pooling.models import BankLine, Dispute, Refund, RefundState

from .receivables import NOT_DUE, receivables


@dataclass(frozen=True)
class Heap:
    """So many things of one kind, and the Rappen they are about."""

    number: int
    amount: int


@dataclass(frozen=True)
class Waiting:
    """`queue`: lines of the bank, of which those in francs are summed. `overdue`: receivables. Refunds that a provider
    could not send have `failed`, those that it is to send are `on_their_way`; `to_transfer`: those that only staff can
    send, the failed ones among them. `disputes`: those that are not decided.
    """

    queue: Heap
    overdue: Heap
    failed: Heap
    on_their_way: Heap
    to_transfer: Heap
    disputes: Heap


def waiting_for_finance(*, now: datetime) -> Waiting:
    refunds = Refund.objects.all()
    with_provider = refunds.filter(state__in=[RefundState.DUE, RefundState.SENDING], attempt__isnull=False)
    return Waiting(
        queue=heap(BankLine.objects.queue(), "amount", counted=Q(currency="CHF")),
        overdue=heap(receivables(now=now).exclude(age=NOT_DUE), "left"),
        failed=heap(refunds.filter(state=RefundState.FAILED), "amount"),
        on_their_way=heap(with_provider, "amount"),
        to_transfer=heap(refunds.by_hand(), "amount"),
        disputes=heap(Dispute.objects.undecided(), "amount"),
    )


def heap(rows: QuerySet[Model], name: str, *, counted: Q | None = None) -> Heap:
    """How many `rows` there are, and the sum of `name` over those that are `counted`, all by default."""
    found = rows.order_by().aggregate(number=Count("pk"), total=Sum(name, filter=counted))
    return Heap(found["number"], found["total"] or 0)
