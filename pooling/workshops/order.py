"""In which order workshops are listed: what one can still take part in comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pooling.models import Pool, PoolState

if TYPE_CHECKING:
    from .models import WorkshopPage


@dataclass(frozen=True)
class Workshops:
    """In the order of a list: those that take pledges, those that lead a waiting list only, those to come, the past."""

    accepting: list[WorkshopPage]
    full: list[WorkshopPage]
    to_come: list[WorkshopPage]
    past: list[WorkshopPage]

    @property
    def looking(self) -> list[WorkshopPage]:
        """Those that do not come about without more organisations."""
        return [page for page in self.accepting if page.pool.missing]


def in_order(pages: list[WorkshopPage], *, now: datetime) -> Workshops:
    """Those that take pledges, by closing time; then all others: those to come by their start, those that have no pool
    yet, and the past ones, the latest first. Where all shares are taken or held one can only wait: those stand apart.
    """
    accepting, full, to_come, announced, past = [], [], [], [], []
    for page in pages:
        pool = page.pool
        if pool is None or pool.state == PoolState.DRAFT:
            announced.append(page)
        elif pool.has_waiting_list(now=now):
            full.append(page)
        elif pool.accepts(now=now):
            accepting.append(page)
        elif is_to_come(pool, now=now):
            to_come.append(page)
        else:
            past.append(page)
    for listed in (accepting, full):
        listed.sort(key=lambda page: (page.pool.closes_at, page.pk))
    to_come.sort(key=lambda page: (page.pool.starts_at, page.pk))
    announced.sort(key=lambda page: page.pk)
    past.sort(key=lambda page: (page.pool.starts_at, page.pk), reverse=True)
    return Workshops(accepting, full, [*to_come, *announced], past)


def is_to_come(pool: Pool, *, now: datetime) -> bool:
    """Whether the workshop may still take place."""
    return pool.state in Pool.OPEN_STATES and now < pool.starts_at
