"""Reads only: where a pool's money is, what a pledge has been through, and whether the books are right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.db.models.functions import Coalesce

from .models import BackingKind, Charge, ChargeState, Pledge, PledgeState, Pool, PoolState, Refund, RefundState

if TYPE_CHECKING:
    from members.models import Organisation


@dataclass(frozen=True)
class Money:
    """A pool's money in Rappen. Pledged and collected are told apart: a pledge is not money."""

    to_raise: int
    pledged: int
    captured: int
    refunded: int
    refund_due: int
    drawn: int = 0
    absorbed: int = 0

    @property
    def net(self) -> int:
        return self.captured - self.refunded - self.refund_due

    @property
    def outstanding(self) -> int:
        """What is missing to the cost, beside what the guarantor gave and the operator absorbed."""
        return max(0, self.to_raise - self.net - self.drawn - self.absorbed)


def money_of(pool: Pool) -> Money:
    """Where the pool's money is now."""
    captured = Charge.objects.filter(pledge__pool=pool).aggregate(sum=Coalesce(Sum("captured"), 0))["sum"]
    refunds = dict(
        Refund.objects.filter(charge__pledge__pool=pool).values_list("state").annotate(Sum("amount")).order_by()
    )
    refunded = refunds.pop(RefundState.SUCCEEDED, 0)
    backings = dict(pool.backings.order_by().values_list("kind").annotate(total=Sum("amount")))
    return Money(
        pool.to_raise,
        pool.standing * pool.ceiling,
        captured,
        refunded,
        sum(refunds.values()),
        drawn=backings.get(BackingKind.DRAWN, 0) - backings.get(BackingKind.RETURNED, 0),
        absorbed=backings.get(BackingKind.ABSORBED, 0) - backings.get(BackingKind.REVERSED, 0),
    )


def paid_shares(pool: Pool) -> int:
    """How many of the shares that stand are paid in full."""
    paid = Pledge.objects.standing().filter(pool=pool, charges__state=ChargeState.SUCCEEDED)
    return int(paid.aggregate(sum=Coalesce(Sum("shares"), 0))["sum"])


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
    events = sorted([*own, *turns], key=lambda event: event.pk)
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


def charge_of(pledge: Pledge) -> Charge | None:
    """The pledge's charge: the live one, else the last."""
    charges = sorted(pledge.charges.all(), key=lambda charge: (charge.state != ChargeState.VOID, charge.pk))
    return charges[-1] if charges else None


def pledges_of(organisations: list[Organisation]) -> list[Pledge]:
    """All pledges of some organisations, what is alive first, the newest first."""
    pledges = (
        Pledge.objects.filter(organisation__in=organisations)
        .select_related("pool", "organisation", "method")
        .prefetch_related("pool__texts", "charges__refunds")
        .order_by("-placed_at")
    )
    return sorted(pledges, key=lambda pledge: not is_alive(pledge))


def is_alive(pledge: Pledge) -> bool:
    """Whether the pledge may still cost something, or stands for a workshop to come."""
    if pledge.pool.state == PoolState.CLOSED:
        charge = charge_of(pledge)
        return pledge.is_live and charge is not None and charge.state == ChargeState.ACTION_REQUIRED
    return pledge.is_live and pledge.pool.state not in (PoolState.LAPSED, PoolState.CANCELLED)


def needs_you(pledge: Pledge) -> bool:
    """Whether the organisation has to do something now: give a method, or mend a payment; not to get approval."""
    charge = charge_of(pledge)
    return is_alive(pledge) and (
        (pledge.state == PledgeState.PENDING and not pledge.awaits_approval)
        or (charge is not None and charge.state == ChargeState.ACTION_REQUIRED)
    )
