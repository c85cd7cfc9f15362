"""What an editor is shown of a pool in figures: what its terms mean, and what calling it off would do. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pooling.actions.backing import balance_of
from pooling.actions.charges import VOIDABLE
from pooling.models import Attempt, Charge, ChargeState, Pledge, Pool, PoolState, Terms


@dataclass(frozen=True)
class Meaning:
    """What terms come to. Amounts in Rappen."""

    to_raise: int
    ceiling: int
    seats_per_share: int
    threshold: int
    capacity: int
    at_threshold: int  # what the shares bring once the threshold stands
    at_most: int  # what they bring if all shares are taken
    is_split: bool
    lowest_price: int  # what a share costs if all are taken
    closes_at: datetime | None
    settles_by: datetime | None  # when the last payment can have come
    starts_at: datetime | None

    @property
    def surplus_at_threshold(self) -> int:
        return self.at_threshold - self.to_raise

    @property
    def seats_at_most(self) -> int:
        return self.capacity * self.seats_per_share


def meaning_of(terms: Terms) -> Meaning:
    """What `terms` come to."""
    return Meaning(
        to_raise=terms.to_raise,
        ceiling=terms.ceiling,
        seats_per_share=terms.seats_per_share,
        threshold=terms.threshold,
        capacity=terms.capacity,
        at_threshold=terms.worth_of(terms.threshold),
        at_most=terms.worth_of(terms.capacity),
        is_split=terms.is_split,
        lowest_price=terms.price_at(terms.capacity),
        closes_at=terms.closes_at,
        settles_by=terms.settles_by if terms.closes_at else None,
        starts_at=terms.starts_at,
    )


def meaning_of_typed(typed: dict[str, Any]) -> Meaning | None:
    """The same of what is in a form so far; None while cost, price and shares are missing or make no sense."""
    if any(
        typed.get(name) is None for name in ("cost", "subsidy", "ceiling", "minimum", "capacity", "seats_per_share")
    ):
        return None
    if typed["ceiling"] <= 0 or typed["subsidy"] >= typed["cost"]:
        return None
    fields = {name: typed[name] for name in typed if typed[name] is not None}
    return meaning_of(Pool(**{"invoice_days": 30, "mending_days": 7} | fields))


@dataclass(frozen=True)
class Effect:
    """What calling off does to one pledge. Amounts in Rappen."""

    pledge: Pledge
    refunded: int
    voided: int
    under_way: int
    disputed: int = 0  # of what is refunded, what waits until a bank has decided

    @property
    def is_felt(self) -> bool:
        """Whether it ends a pledge whose terms were accepted, or moves money."""
        return self.pledge.state in Pledge.PLACED_STATES or self.refunded > 0 or self.under_way > 0


@dataclass(frozen=True)
class CallingOff:
    """What calling off does, as `cancel_pool` will do it if nothing happens meanwhile. Amounts in Rappen."""

    effects: list[Effect]
    drawn: int = 0  # what goes back to the guarantor
    absorbed: int = 0  # what the operator no longer has to bear

    @property
    def pledges(self) -> int:
        return len(self.effects)

    @property
    def refunds(self) -> int:
        return sum(effect.refunded > 0 for effect in self.effects)

    @property
    def refunded(self) -> int:
        return sum(effect.refunded for effect in self.effects)

    @property
    def disputed(self) -> int:
        return sum(effect.disputed for effect in self.effects)

    @property
    def voids(self) -> int:
        return sum(effect.voided > 0 for effect in self.effects)

    @property
    def voided(self) -> int:
        return sum(effect.voided for effect in self.effects)

    @property
    def payments_under_way(self) -> int:
        return sum(effect.under_way > 0 for effect in self.effects)

    @property
    def under_way(self) -> int:
        return sum(effect.under_way for effect in self.effects)


def calling_off(pool: Pool) -> CallingOff:
    """What calling `pool` off would do to each live pledge, and to what filled its gap."""
    pledges = pool.pledges.select_related("organisation").prefetch_related(
        "charges__attempts__refunds", "charges__attempts__disputes", "charges__receipts__refunds"
    )
    effects = [effect_on(pledge) for pledge in pledges]
    balance = balance_of(pool)
    felt = [effect for effect in effects if effect.is_felt]
    return CallingOff(felt, drawn=balance.drawn, absorbed=balance.absorbed)


def effect_on(pledge: Pledge) -> Effect:
    charges: list[Charge] = list(pledge.charges.all())
    kept = [each for charge in charges for each in charge.kept()]
    return Effect(
        pledge=pledge,
        refunded=sum(left for _source, left in kept),
        disputed=sum(left for source, left in kept if isinstance(source, Attempt) and source.is_disputed),
        voided=sum(charge.amount - charge.captured for charge in charges if charge.state in VOIDABLE),
        under_way=sum(charge.amount for charge in charges if charge.state == ChargeState.SENDING),
    )


def why_not_to_call_off(pool: Pool, *, now: datetime) -> str:
    """The reason in a sentence why `pool` can't be called off, with what to do instead; empty if it can."""
    if pool.state == PoolState.DRAFT:
        return _("The pool is not open yet: nobody can pledge as long as the page is not published.")
    if pool.state == PoolState.CANCELLED:
        return _("The workshop has been called off already.")
    if pool.state == PoolState.LAPSED:
        return _("The threshold was not reached in time. The pool has ended and nobody was charged.")
    if pool.state == PoolState.CLOSED:
        return _("The workshop was held, and its account is settled.")
    if now >= pool.starts_at:
        return _("The workshop has started. Nothing is refunded automatically from then on.")
    return ""
