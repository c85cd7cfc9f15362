"""What happens to a pool when: what has been, what goes on, and what is ahead (DESIGN.md section 5, reads only)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .models import Pool, PoolState

PAST, CURRENT, AHEAD = "past", "current", "ahead"


@dataclass(frozen=True)
class Moment:
    """One entry. `at` is empty where the moment comes with what people do, not with a date."""

    kind: str
    at: datetime | None
    when: str


def calendar_of(pool: Pool, *, now: datetime) -> list[Moment]:
    """The pool's moments in order: those that have been by their time, then what goes on, then what is ahead."""
    been = [
        Moment("opened", pool.opened_at, PAST),
        Moment("funded", pool.funded_at, PAST),
        Moment("confirmed", pool.confirmed_at, PAST),
        Moment(str(pool.state), pool.ended_at, PAST),
    ]
    moments = [moment for moment in been if moment.at is not None]
    if pool.ended_at is None:
        moments += still_to_come(pool, now=now)
    elif pool.state == PoolState.CLOSED:
        moments.append(Moment("started", pool.starts_at, PAST))
    order = [PAST, CURRENT, AHEAD]
    return sorted(moments, key=lambda moment: (order.index(moment.when), moment.at or now))


def still_to_come(pool: Pool, *, now: datetime) -> list[Moment]:
    """What a pool that has not ended waits for."""
    start = Moment("start" if now < pool.starts_at else "started", pool.starts_at, side_of(pool.starts_at, now=now))
    if pool.is_falling:
        now_on = Moment("enough" if pool.missing else "falling", None, CURRENT)
        return [now_on, Moment("locking", pool.closes_at, AHEAD), start]
    if pool.state == PoolState.OPEN:
        return [Moment("threshold", None, CURRENT), Moment("closing", pool.closes_at, AHEAD), start]
    last_call = [Moment("last_call", pool.closes_at, AHEAD)] if pool.takes_new_shares(now=now) else []
    goes_on = {PoolState.FUNDED: "collecting", PoolState.SHORT: "gap"}.get(PoolState(pool.state))
    return [*([Moment(goes_on, None, CURRENT)] if goes_on else []), *last_call, start]


def side_of(moment: datetime, *, now: datetime) -> str:
    return AHEAD if now < moment else PAST
