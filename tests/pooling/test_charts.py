"""What drawings of a pool are made of: shares over time, money, and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pooling.accounts import Money, money_of, paid_shares
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.calendar import calendar_of
from pooling.charts import MOST_STEPS, Flow, Step, flow_of, history_of_shares, steps_of, thinned
from pooling.models import Pool
from tests.pooling.factories import NOW, opened, pledge, staff

START = datetime(2027, 1, 1, tzinfo=UTC)


def event(kind: str, *, pledge: int | None = None, minutes: int = 0, **figures: int) -> Any:
    return SimpleNamespace(kind=kind, pledge_id=pledge, at=START + timedelta(minutes=minutes), figures=figures)


def figures(events: list[Any]) -> list[int]:
    return [step.standing for step in steps_of(events)]


def test_shares_that_are_only_held_do_not_stand() -> None:
    assert figures([event("pool_opened"), event("pledge_held", pledge=1, shares=3)]) == [0]


def test_the_line_follows_what_stands_changes_and_goes() -> None:
    assert figures(
        [
            event("pool_opened"),
            event("pledge_standing", pledge=1, shares=3, minutes=1),
            event("pledge_standing", pledge=2, shares=1, minutes=2),
            event("pledge_changed", pledge=1, shares=2, before=3, minutes=3),
            event("pledge_changed", pledge=9, shares=8, before=1, minutes=4),  # held only
            event("pledge_withdrawn", pledge=2, shares=1, minutes=5),
            event("pledge_expired", pledge=9, shares=8, minutes=6),
            event("charge_due", pledge=1, amount=100, minutes=7),
        ]
    ) == [0, 3, 4, 3, 2]


def test_of_changes_in_one_moment_the_last_one_counts() -> None:
    assert figures([event("pool_opened"), *(event("pledge_standing", pledge=n, shares=1) for n in range(3))]) == [3]


def a_pool(**changes: Any) -> Pool:
    terms = {"cost": 90_000, "subsidy": 0, "ceiling": 30_000, "capacity": 6, "minimum": 1}
    times = {"opened_at": START, "closes_at": START + timedelta(days=30), "starts_at": START + timedelta(days=90)}
    return Pool(**{**terms, **times, "state": "open", **changes})


def test_a_pool_that_never_opened_has_no_history() -> None:
    assert history_of_shares(a_pool(opened_at=None), [], now=START) is None


def test_a_pool_without_pledges_is_an_empty_drawing_with_its_threshold() -> None:
    history = history_of_shares(a_pool(), [event("pool_opened")], now=START + timedelta(days=15))
    assert history is not None
    assert history.columns == []
    assert history.threshold_y == history.highest_y == "14%"
    assert [(mark.kind, mark.x) for mark in history.marks] == [("today", "50%")]


def test_each_step_is_as_wide_as_it_lasted_and_as_high_as_its_shares() -> None:
    day = 24 * 60
    events = [
        event("pool_opened"),
        event("pledge_standing", pledge=1, shares=1, minutes=3 * day),
        event("pledge_standing", pledge=2, shares=5, minutes=6 * day),
    ]
    history = history_of_shares(a_pool(), events, now=START + timedelta(days=15))
    assert history is not None
    assert [(c.x, c.width) for c in history.columns] == [("10%", "10%"), ("20%", "30%")]
    assert history.highest == 6
    assert history.columns[-1].height == "86%"
    assert history.threshold_y == "57%"


@given(
    st.lists(st.tuples(st.integers(0, 40_000), st.integers(1, 9), st.integers(1, 5)), max_size=60),
    st.sampled_from(["fr", "de"]),
)
def test_any_history_fits_its_drawing(pledges: list[tuple[int, int, int]], language: str) -> None:
    happened = sorted(pledges)
    events = [event("pool_opened")] + [
        event("pledge_standing", pledge=number, shares=shares, minutes=minutes) for minutes, number, shares in happened
    ]
    with translation.override(language):
        history = history_of_shares(a_pool(capacity=1000), events, now=START + timedelta(days=10))
    assert history is not None
    assert len(history.steps) <= MOST_STEPS
    for column in history.columns:
        x, width, y, height = (float(value.removesuffix("%")) for value in vars_of(column))
        assert 0 <= x <= 100
        assert x + width <= 100.02
        assert y + height == pytest.approx(100, abs=0.02)
    assert history.steps[-1].standing == (steps_of(events)[-1].standing)


def vars_of(column: Any) -> list[str]:
    return [column.x, column.width, column.y, column.height]


def test_many_steps_are_taken_together_and_the_last_one_stays() -> None:
    steps = [Step(START + timedelta(hours=n), n) for n in range(500)]
    few = thinned(steps, start=START, end=steps[-1].at)
    assert len(few) <= MOST_STEPS
    assert few[0] == steps[0]
    assert few[-1] == steps[-1]
    assert set(few) <= set(steps)


def amounts(flow: Flow) -> tuple[dict[str, int], dict[str, int]]:
    return (
        {part.kind: part.amount for part in flow.comes_from},
        {part.kind: part.amount for part in flow.goes_to},
    )


@given(
    cost=st.integers(1_000, 10**8),
    subsidy=st.integers(0, 999),
    pledged=st.integers(0, 2 * 10**8),
    net=st.integers(0, 2 * 10**8),
    refunded=st.integers(0, 10**7),
    due=st.integers(0, 10**7),
    drawn=st.integers(0, 10**6),
    absorbed=st.integers(0, 10**6),
)
def test_both_sides_of_the_money_have_one_sum(
    cost: int, subsidy: int, pledged: int, net: int, refunded: int, due: int, drawn: int, absorbed: int
) -> None:
    money = Money(cost - subsidy, pledged, net + refunded + due, refunded, due, drawn=drawn, absorbed=absorbed)
    flow = flow_of(a_pool(cost=cost, subsidy=subsidy, state="funded"), money)
    source, use = amounts(flow)
    assert sum(source.values()) == sum(use.values())
    assert use["cost"] == cost
    assert source.get("paid", 0) == money.captured
    assert use.get("refunds", 0) == refunded + due
    assert min([*source.values(), *use.values()]) > 0
    for parts in (flow.comes_from, flow.goes_to):
        assert sum(float(part.width.removesuffix("%")) for part in parts) == pytest.approx(100, abs=0.05)


def test_an_open_pool_shows_what_is_pledged_and_what_is_missing() -> None:
    source, use = amounts(flow_of(a_pool(subsidy=10_000), Money(80_000, 30_000, 0, 0, 0)))
    assert source == {"subsidy": 10_000, "pledged": 30_000, "missing": 50_000}
    assert use == {"cost": 90_000}


def test_what_comes_in_beyond_the_cost_is_surplus() -> None:
    source, use = amounts(flow_of(a_pool(state="confirmed"), Money(90_000, 120_000, 120_000, 0, 0)))
    assert source == {"paid": 120_000}
    assert use == {"cost": 90_000, "surplus": 30_000}


def kinds(pool: Pool, now: datetime) -> list[tuple[str, str]]:
    return [(moment.kind, moment.when) for moment in calendar_of(pool, now=now)]


@pytest.mark.parametrize(
    ("changes", "days", "expected"),
    [
        ({}, 1, [("opened", "past"), ("threshold", "current"), ("closing", "ahead"), ("start", "ahead")]),
        (
            {"state": "funded", "funded_at": START + timedelta(days=5)},
            6,
            [
                ("opened", "past"),
                ("funded", "past"),
                ("collecting", "current"),
                ("last_call", "ahead"),
                ("start", "ahead"),
            ],
        ),
        (
            {"state": "confirmed", "funded_at": START, "confirmed_at": START + timedelta(days=2)},
            40,
            [("opened", "past"), ("funded", "past"), ("confirmed", "past"), ("start", "ahead")],
        ),
        (
            {"state": "confirmed", "funded_at": START, "confirmed_at": START + timedelta(days=2)},
            91,
            [("opened", "past"), ("funded", "past"), ("confirmed", "past"), ("started", "past")],
        ),
        (
            {"state": "short", "funded_at": START + timedelta(days=5)},
            60,
            [("opened", "past"), ("funded", "past"), ("gap", "current"), ("start", "ahead")],
        ),
        (
            {
                "state": "closed",
                "funded_at": START,
                "confirmed_at": START + timedelta(days=2),
                "ended_at": START + timedelta(days=91),
            },
            99,
            [("opened", "past"), ("funded", "past"), ("confirmed", "past"), ("started", "past"), ("closed", "past")],
        ),
        ({"state": "lapsed", "ended_at": START + timedelta(days=30)}, 31, [("opened", "past"), ("lapsed", "past")]),
        (
            {"state": "cancelled", "funded_at": START, "ended_at": START + timedelta(days=3)},
            9,
            [("opened", "past"), ("funded", "past"), ("cancelled", "past")],
        ),
    ],
    ids=["open", "funded", "confirmed", "held", "short", "closed", "lapsed", "cancelled"],
)
def test_the_calendar_tells_what_has_been_what_goes_on_and_what_is_ahead(
    changes: dict[str, Any], days: int, expected: list[tuple[str, str]]
) -> None:
    assert kinds(a_pool(**changes), START + timedelta(days=days)) == expected


@pytest.mark.django_db
def test_a_real_pool_is_drawn_as_its_books_say() -> None:
    pool = opened()
    kept, gone = pledge(pool, shares=1), pledge(pool, shares=1, now=NOW + timedelta(minutes=1))
    withdraw_pledge(pledge=gone, by=gone.placed_by, now=NOW + timedelta(hours=1))
    pool.refresh_from_db()
    history = history_of_shares(pool, pool.events.order_by("pk"), now=NOW + timedelta(days=1))
    assert history is not None
    assert history.steps[-1].standing == pool.standing == kept.shares
    source, _use = amounts(flow_of(pool, money_of(pool)))
    assert source["pledged"] == pool.ceiling
    assert paid_shares(pool) == 0


@pytest.mark.django_db
def test_the_calendar_of_a_pool_that_came_to_nothing_ends_there() -> None:
    lapsed, called_off = opened(), opened()
    cancel_pool(pool=called_off, reason="Krank", by=staff(), now=NOW + timedelta(days=1))
    end_overdue_pledging(now=NOW + timedelta(days=21))
    for pool, end in [(lapsed, "lapsed"), (called_off, "cancelled")]:
        pool.refresh_from_db()
        assert kinds(pool, NOW + timedelta(days=22)) == [("opened", "past"), (end, "past")]
