"""Moments: what comes a microsecond before closing time is in, what comes at closing time is out; days are days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pooling.actions.approvals import approve
from pooling.actions.errors import ApprovalOver, PoolClosed, Refused, TermsUnsound
from pooling.actions.methods import begin_setup_page, customer_of
from pooling.actions.pledges import change_pledge, confirm_pledge, withdraw_pledge
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.revising import extend_pool
from pooling.invariants import breaches
from pooling.models import Pledge, PledgeState, Pool, PoolState

from . import factories as make

pytestmark = pytest.mark.django_db
ZURICH = ZoneInfo("Europe/Zurich")
TICK_OF_THE_CLOCK = timedelta(microseconds=1)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def pledging(pool: Pool) -> Callable[[datetime], Any]:
    by = make.organisation()
    return lambda now: make.pledge(pool, by=by, now=now)


def holding(pool: Pool) -> Callable[[datetime], Any]:
    by = make.organisation()
    return lambda now: make.pledge(pool, by=by, behaviour=None, now=now)


def withdrawing(pool: Pool) -> Callable[[datetime], Any]:
    standing = make.pledge(pool)
    return lambda now: withdraw_pledge(pledge=standing, by=make.administrator(standing.organisation), now=now)


def changing(pool: Pool) -> Callable[[datetime], Any]:
    standing = make.pledge(pool)
    by = make.administrator(standing.organisation)
    return lambda now: change_pledge(pledge=standing, shares=2, by=by, language="de", now=now)


def approving(pool: Pool) -> Callable[[datetime], Any]:
    asked = make.asked(pool, now=pool.closes_at - HALF_AN_HOUR)
    return lambda now: approve(approval=asked, link=asked.link, now=now)


def giving_a_method(pool: Pool) -> Callable[[datetime], Any]:
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - HALF_AN_HOUR)
    saved = make.method(pending.organisation)
    return lambda now: confirm_pledge(pledge=pending, method=saved, now=now)


def opening_the_page_for_a_method(pool: Pool) -> Callable[[datetime], Any]:
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - HALF_AN_HOUR)
    customer = customer_of(pending.organisation)
    return lambda now: begin_setup_page(pledge=pending, customer=customer, language="de", now=now)


def extending(pool: Pool) -> Callable[[datetime], Any]:
    by = make.staff()
    return lambda now: extend_pool(pool=pool, closes_at=pool.closes_at + timedelta(days=1), by=by, now=now)


DEEDS = [
    *(pledging, holding, withdrawing, changing, approving),
    *(giving_a_method, opening_the_page_for_a_method, extending),
]


@pytest.mark.parametrize("prepare", DEEDS, ids=lambda deed: deed.__name__)
def test_a_microsecond_before_closing_time_is_in(prepare: Callable[[Pool], Callable[[datetime], Any]]) -> None:
    pool = make.opened()
    deed = prepare(pool)
    deed(pool.closes_at - TICK_OF_THE_CLOCK)
    end_overdue_pledging(now=pool.closes_at - TICK_OF_THE_CLOCK)
    pool.refresh_from_db()
    assert pool.state == PoolState.OPEN


@pytest.mark.parametrize("has_ticked", [False, True])
@pytest.mark.parametrize("prepare", DEEDS, ids=lambda deed: deed.__name__)
def test_at_closing_time_is_out_whether_tick_has_run_or_not(
    prepare: Callable[[Pool], Callable[[datetime], Any]], has_ticked: bool
) -> None:
    pool = make.opened()
    deed = prepare(pool)
    if has_ticked:
        assert end_overdue_pledging(now=pool.closes_at) == 1
    before = list(Pledge.objects.values("pk", "state", "shares"))
    with pytest.raises(Refused):
        deed(pool.closes_at)
    assert list(Pledge.objects.values("pk", "state", "shares")) == before


def test_a_hold_ends_at_closing_time_at_the_latest() -> None:
    pool = make.opened()
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - TICK_OF_THE_CLOCK)
    assert pending.held_until == pool.closes_at
    with pytest.raises(PoolClosed):
        confirm_pledge(pledge=pending, method=make.method(pending.organisation), now=pool.closes_at)
    end_overdue_pledging(now=pool.closes_at)
    pending.refresh_from_db()
    assert pending.state == PledgeState.EXPIRED


def test_a_request_for_approval_ends_at_closing_time_at_the_latest() -> None:
    pool = make.opened()
    asked = make.asked(pool, now=pool.closes_at - HALF_AN_HOUR)
    assert asked.expires_at == pool.closes_at
    with pytest.raises(ApprovalOver):
        approve(approval=asked, link=asked.link, now=pool.closes_at)


# Clocks in Switzerland go back an hour on 31 October 2027, and forward an hour on 28 March 2027 and 26 March 2028.
AUTUMN = datetime(2027, 10, 15, 18, 0, tzinfo=ZURICH)
SPRING = datetime(2028, 3, 10, 18, 0, tzinfo=ZURICH)


def closing_at(moment: datetime) -> Pool:
    now = moment - timedelta(days=20)
    return make.opened(now=now, closes_at=moment, starts_at=moment + timedelta(days=120))


def wall_clock(moment: datetime) -> datetime:
    return moment.astimezone(ZURICH).replace(tzinfo=None)


@pytest.mark.parametrize("before", [AUTUMN, SPRING], ids=["back", "forward"])
def test_thirty_days_later_is_the_same_hour_whatever_clocks_do_meanwhile(before: datetime) -> None:
    pool = closing_at(before)
    after = before.replace(tzinfo=None) + timedelta(days=30)
    longer = extend_pool(
        pool=pool, closes_at=after.replace(tzinfo=ZURICH), by=make.staff(), now=before - timedelta(days=1)
    )
    assert wall_clock(longer.closes_at) == after


@pytest.mark.parametrize("before", [AUTUMN, SPRING], ids=["back", "forward"])
def test_a_minute_more_than_thirty_days_is_too_much(before: datetime) -> None:
    pool = closing_at(before)
    after = before.replace(tzinfo=None) + timedelta(days=30, minutes=1)
    with pytest.raises(TermsUnsound):
        extend_pool(pool=pool, closes_at=after.replace(tzinfo=ZURICH), by=make.staff(), now=before - timedelta(days=1))


@pytest.mark.parametrize("closes_at", [AUTUMN, SPRING], ids=["back", "forward"])
def test_the_time_for_payments_is_counted_in_days_of_the_calendar(closes_at: datetime) -> None:
    starts_at = (closes_at.replace(tzinfo=None) + timedelta(days=37)).replace(tzinfo=ZURICH)
    assert not list(Pool(**make.terms(closes_at=closes_at, starts_at=starts_at)).problems())
    too_early = starts_at - timedelta(minutes=1)
    assert dict(Pool(**make.terms(closes_at=closes_at, starts_at=too_early)).problems()).keys() == {"closes_at"}


def test_in_the_hour_that_comes_twice_the_first_closing_time_is_the_one_that_counts() -> None:
    """02:30 is at 00:30 and at 01:30 UTC on that day: moments are compared, not what clocks show."""
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    pool = closing_at(first)
    assert wall_clock(first) == wall_clock(first + timedelta(hours=1))
    make.pledge(pool, now=first - TICK_OF_THE_CLOCK)
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=first)
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=first + timedelta(hours=1) - TICK_OF_THE_CLOCK)


def test_in_the_second_such_hour_the_pool_is_open_through_the_first() -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    pool = closing_at(second)
    make.pledge(pool, now=second - timedelta(hours=1))
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=second)
