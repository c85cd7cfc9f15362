"""A pool's figures as drawings show them: shares over time, and where the money comes from and goes. Reads only.

Places on a drawing are hundredths of its width or height, so that it fits any screen and its letters keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .accounts import Money
from .models import Pool, PoolEvent

MOST_STEPS = 24  # of a drawing and of the table behind it: more are taken together
TOP = 14  # hundredths that stay free above the highest line

# What an event makes of its pledge's shares; every other kind of event leaves them as they are.
ENDS = {"pledge_withdrawn", "pledge_expired", "pledge_dropped"}


@dataclass(frozen=True)
class Step:
    """From this moment on so many shares stood."""

    at: datetime
    standing: int


def steps_of(events: Iterable[PoolEvent]) -> list[Step]:
    """How many shares stood when, from a pool's events in order. Moments at which nothing changed are left out."""
    shares: dict[int, int] = {}
    steps: list[Step] = []
    for event in events:
        if event.kind == "pool_opened":
            steps.append(Step(event.at, 0))
        if event.pledge_id is None:
            continue
        if event.kind == "pledge_standing" or (event.kind == "pledge_changed" and event.pledge_id in shares):
            shares[event.pledge_id] = event.figures["shares"]
        elif event.kind in ENDS:
            shares.pop(event.pledge_id, None)
        else:
            continue
        standing = sum(shares.values())
        if steps and steps[-1].standing == standing:
            continue
        if steps and steps[-1].at == event.at:
            steps.pop()
        steps.append(Step(event.at, standing))
    return steps


def thinned(steps: list[Step], *, start: datetime, end: datetime, most: int = MOST_STEPS) -> list[Step]:
    """At most `most` steps: the last one in each stretch of time, so that every figure shown was true at its moment."""
    if len(steps) <= most:
        return steps
    stretch = (end - start) / (most - 2)  # the first step, and one for each stretch and for the very end
    last_of = {int((step.at - start) / stretch): step for step in steps}
    return [steps[0], *(step for step in last_of.values() if step is not steps[0])]


@dataclass(frozen=True)
class Column:
    """One step on the drawing: from `x`, so wide and so high."""

    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True)
class Mark:
    """A moment on the time axis."""

    kind: str
    x: str
    at: datetime


@dataclass(frozen=True)
class History:
    """Shares over time as a drawing, with the steps behind it."""

    steps: list[Step]
    columns: list[Column]
    marks: list[Mark]
    threshold_y: str
    highest_y: str
    highest: int
    start: datetime
    end: datetime


def history_of_shares(pool: Pool, events: Iterable[PoolEvent], *, now: datetime) -> History | None:
    """From the opening to the closing time, or to the last change if that came later; none before the opening."""
    if pool.opened_at is None:
        return None
    steps = steps_of(events)
    start = pool.opened_at
    ended = [pool.ended_at] if pool.ended_at else [pool.closes_at]
    end = max([*ended, *(moment for moment in (pool.funded_at, pool.confirmed_at) if moment), *(s.at for s in steps)])
    steps = thinned(steps, start=start, end=end)
    until = min(max(now, steps[-1].at if steps else start), end)
    highest = max([pool.threshold, *(step.standing for step in steps)])

    def across(moment: datetime) -> float:
        length = (end - start).total_seconds()
        return 100 * (moment - start).total_seconds() / length if length else 0

    def down(shares: int) -> float:
        return 100 - (100 - TOP) * shares / highest

    following = [*(step.at for step in steps[1:]), until]
    columns = [
        Column(
            percent(across(step.at)),
            percent(max(0, across(after) - across(step.at))),
            percent(down(step.standing)),
            percent(100 - down(step.standing)),
        )
        for step, after in zip(steps, following, strict=True)
        if step.standing
    ]
    moments = [("funded", pool.funded_at), ("confirmed", pool.confirmed_at), (str(pool.state), pool.ended_at)]
    marks = [Mark(kind, percent(across(at)), at) for kind, at in moments if at is not None]
    if pool.ended_at is None and start < now < end:
        marks.append(Mark("today", percent(across(now)), now))
    return History(
        steps, columns, marks, percent(down(pool.threshold)), percent(down(highest)), highest, start=start, end=end
    )


def percent(value: float) -> str:
    """As an attribute of an SVG element, with a point in every language."""
    return f"{round(value, 2):g}%"


@dataclass(frozen=True)
class Part:
    """A part of a sum, in Rappen, and its place on the bar."""

    kind: str
    amount: int
    x: str
    width: str


@dataclass(frozen=True)
class Flow:
    """Where a pool's money comes from and what it is for. Both sides have the same sum."""

    comes_from: list[Part]
    goes_to: list[Part]


def flow_of(pool: Pool, money: Money) -> Flow:
    """The cost is carried by the subsidy, by what was paid and what is pledged and still to be paid, by a guarantor or
    the operator where payments failed; what is missing says itself.

    What was paid and went back, or is to go back, stands on the other side; so does what stays beyond the cost. Parts
    of nothing are left out.
    """
    back = money.refunded + money.refund_due + money.charged_back
    backed = money.drawn + money.absorbed
    pledged = 0 if pool.ended_at else max(0, min(money.pledged, money.to_raise) - max(0, money.net) - backed)
    carried = pool.subsidy + money.captured + pledged + backed - back
    missing, surplus = max(0, pool.cost - carried), max(0, carried - pool.cost)
    whole = pool.cost + back + surplus
    return Flow(
        parts_of(
            [
                ("subsidy", pool.subsidy),
                ("paid", money.captured),
                ("guarantor", money.drawn),
                ("operator", money.absorbed),
                ("pledged", pledged),
                ("missing", missing),
            ],
            whole,
        ),
        parts_of([("cost", pool.cost), ("refunds", back), ("surplus", surplus)], whole),
    )


def parts_of(amounts: list[tuple[str, int]], whole: int) -> list[Part]:
    parts, begun = [], 0
    for kind, amount in amounts:
        if amount:
            parts.append(Part(kind, amount, percent(100 * begun / whole), percent(100 * amount / whole)))
        begun += amount
    return parts
