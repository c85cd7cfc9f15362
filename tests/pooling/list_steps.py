"""A pool that is full, and what those on its waiting list do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.letters.models import Letter
from members.models import Organisation
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.waiting import accept_offer, join_waiting_list
from pooling.models import Pledge, Pool
from pooling.tick import STEPS

from . import factories as make
from .factories import NOW


def full(*, capacity: int = 6, taken: tuple[int, ...] = (2, 2, 2), **terms: Any) -> Pool:
    """A pool all of whose shares stand, short of nothing but places. Funded unless the terms say otherwise."""
    pool = make.opened(**{"cost": capacity * 30_000, "capacity": capacity, **terms})
    for shares in taken:
        make.pledge(pool, shares=shares)
    return fresh(pool)


def held_full(*, capacity: int = 3, holders: int = 3, **terms: Any) -> Pool:
    """An open pool each of whose shares is held until a method is there."""
    pool = make.opened(capacity=capacity, **terms)
    for _holder in range(holders):
        make.pledge(pool, behaviour=None)
    return fresh(pool)


def join(pool: Pool, *, shares: int = 1, by: Organisation | None = None, now: datetime = NOW) -> Pledge:
    """Somebody joins the waiting list."""
    by = by or make.organisation()
    return join_waiting_list(pool=pool, organisation=by, shares=shares, by=make.administrator(by), now=now)


def accept(pledge: Pledge, *, behaviour: str | None = "pays", now: datetime = NOW, **changes: Any) -> Pledge:
    """The administrator accepts an offer, all of it with a saved method unless said otherwise."""
    pledge = reread(pledge)
    saved = make.method(pledge.organisation, behaviour) if behaviour else None
    given: dict[str, Any] = {
        "shares": pledge.shares,
        "by": make.administrator(pledge.organisation),
        "language": "de",
        "method": saved,
    }
    return accept_offer(pledge=pledge, now=now, **(given | changes))


def fresh(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def reread(pledge: Pledge) -> Pledge:
    return Pledge.objects.select_related("pool", "organisation").get(pk=pledge.pk)


def states(*pledges: Pledge) -> list[tuple[str, int]]:
    """State and shares of each, as the database has them."""
    return [(each.state, each.shares) for each in map(reread, pledges)]


def leaver_of(pool: Pool) -> Pledge:
    return pool.pledges.placed().select_related("organisation").order_by("pk")[0]


def free_one(pool: Pool) -> None:
    """Somebody who holds or has pledged shares gives them back."""
    leaver = leaver_of(pool)
    withdraw_pledge(pledge=leaver, by=make.administrator(leaver.organisation), now=NOW)


def tick(*, now: datetime) -> None:
    for step in STEPS:
        step(now=now)


def letters_to(pledge: Pledge) -> list[str]:
    named = Letter.objects.filter(organisation=pledge.organisation).order_by("pk")
    return [template.split("/")[-1].removesuffix(".txt") for template in named.values_list("template", flat=True)]
