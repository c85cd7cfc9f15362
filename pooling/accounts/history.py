"""What a pledge has been through, step by step. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pooling.models import Pledge, PoolEvent


@dataclass(frozen=True)
class Step:
    """One line of a pledge's history: when, what (an event's kind), and its figures."""

    at: datetime
    kind: str
    amount: int | None
    shares: int | None
    reference: str


def history_of(pledge: Pledge) -> list[Step]:
    """What happened to a pledge and its pool, in order, for the page that explains an organisation's money."""
    own = pledge.events.select_related("charge", "refund")
    turns = pledge.pool.events.filter(
        pledge=None,
        kind__in=["pool_funded", "pool_short", "pool_confirmed", "pool_closed", "pool_lapsed", "pool_cancelled"],
    )
    events = told_once(sorted([*own, *turns], key=lambda event: event.pk))
    return [
        Step(
            at=event.at,
            kind=event.kind,
            amount=event.figures.get("amount"),
            shares=event.figures.get("shares"),
            reference=str((event.refund or event.charge or pledge).uuid),
        )
        for event in events
    ]


def told_once(events: list[PoolEvent]) -> list[PoolEvent]:
    """Without the end of a pledge whose reason stands just before: what is not approved is withdrawn by that."""
    before = [None, *events]
    return [
        event
        for event, last in zip(events, before, strict=False)
        if not (event.kind == "pledge_withdrawn" and last is not None and last.kind == "approval_declined")
    ]
