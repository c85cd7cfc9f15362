"""What waits for those who look after the money, with numbers and sums. Reads only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Model, Q, QuerySet, Sum

from pooling.models import BankLine, Comparison, Dispute, Pool, PoolState, Refund, RefundState

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
    refunds, rows = Refund.objects.all(), rows_for_finance(now=now)
    with_provider = refunds.filter(state__in=[RefundState.DUE, RefundState.SENDING], attempt__isnull=False)
    return Waiting(
        queue=heap(rows["queue"], "amount", counted=Q(currency="CHF")),
        overdue=heap(rows["overdue"], "left"),
        failed=heap(refunds.filter(state=RefundState.FAILED), "amount"),
        on_their_way=heap(with_provider, "amount"),
        to_transfer=heap(rows["to_transfer"], "amount"),
        disputes=heap(Dispute.objects.undecided(), "amount"),
    )


def rows_for_finance(*, now: datetime) -> dict[str, QuerySet[Any]]:
    """What somebody has to do something about, each row with the moment `since` when it waits. `unanswered` are the
    disputes that wait for the operator and not for the bank.
    """
    return {
        "queue": BankLine.objects.queue().annotate(since=F("file__imported_at")),
        "overdue": receivables(now=now).exclude(age=NOT_DUE).annotate(since=F("due")),
        "to_transfer": Refund.objects.by_hand().annotate(since=F("created_at")),
        "unanswered": Dispute.objects.unanswered().annotate(since=F("opened_at")),
    }


def short_pools() -> QuerySet[Pool]:
    """Those that lack money once all payments are final: staff decide what becomes of them."""
    declared = Max("events__at", filter=Q(events__kind="pool_short"))
    return Pool.objects.filter(state=PoolState.SHORT).annotate(since=declared)


def written(difference: Any) -> str:
    return json.dumps(difference, sort_keys=True)


def differences_since() -> dict[str, datetime]:
    """Each difference that the last comparison with a provider's books found, and since when each one did."""
    last = Comparison.objects.first()
    if last is None or not last.differences:
        return {}
    there = {written(each) for each in last.differences}
    since = dict.fromkeys(there, last.at)
    for earlier in Comparison.objects.filter(provider=last.provider, pk__lt=last.pk).order_by("-pk").iterator():
        there &= {written(each) for each in earlier.differences}
        if not there:
            break
        since |= dict.fromkeys(there, earlier.at)
    return since


def heap(rows: QuerySet[Model], name: str, *, counted: Q | None = None) -> Heap:
    """How many `rows` there are, and the sum of `name` over those that are `counted`, all by default."""
    found = rows.order_by().aggregate(number=Count("pk"), total=Sum(name, filter=counted))
    return Heap(found["number"], found["total"] or 0)
