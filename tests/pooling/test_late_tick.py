"""Tick was away for a day, or for a month: all that fell due meanwhile happens once, with its right consequences."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from members.letters.models import Letter
from pooling.actions.errors import Refused
from pooling.actions.pledges import confirm_pledge
from pooling.invariants import breaches
from pooling.models import ApprovalState, Charge, ChargeState, Pledge, PledgeState, PoolState, SandboxEntry
from pooling.tick import STEPS

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def tick(now: datetime) -> None:
    """As the command does it, whose clock goes on from step to step."""
    for number, step in enumerate(STEPS):
        step(now=now + number * timedelta(milliseconds=1))


def letters() -> Counter[str]:
    return Counter(name.removeprefix("pooling/letters/") for name in Letter.objects.values_list("template", flat=True))


def told_since(before: Counter[str]) -> dict[str, int]:
    return dict(sorted((letters() - before).items()))


@pytest.fixture(params=[1, 3], ids=["ticks once", "ticks three times"])
def times(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def test_a_pool_that_closed_a_day_ago_has_lapsed_and_its_holds_have_expired(times: int) -> None:
    pool = make.opened()
    make.pledge(pool)
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - timedelta(minutes=5))
    before = letters()
    for _each in range(times):
        tick(pool.closes_at + DAY)
    pool.refresh_from_db()
    pending.refresh_from_db()
    assert (pool.state, pool.held, pool.standing) == (PoolState.LAPSED, 0, 1)
    assert pending.state == PledgeState.EXPIRED
    assert told_since(before) == {"expired.txt": 1, "lapsed.txt": 1}
    assert not Charge.objects.exists()


def test_a_method_that_came_in_time_but_is_read_after_closing_takes_no_money(times: int) -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - timedelta(minutes=5))
    late = pool.closes_at + DAY
    with pytest.raises(Refused):
        confirm_pledge(pledge=pending, method=make.method(pending.organisation), now=late)
    for _each in range(times):
        tick(late)
    pool.refresh_from_db()
    assert pool.state == PoolState.LAPSED
    assert not SandboxEntry.objects.filter(kind="payment").exists()


def test_payments_that_were_due_yesterday_are_collected_once(times: int) -> None:
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    before = letters()
    late = NOW + DAY
    for _each in range(times):
        tick(late)
    assert SandboxEntry.objects.filter(kind="payment", state="succeeded").count() == 2
    declined = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    assert declined.mend_until is not None
    assert declined.mend_until >= late + timedelta(days=pool.mending_days)  # whoever hears late loses no day
    assert told_since(before) == {"charged.txt": 2, "failed.txt": 1}


def test_reminders_that_were_missed_are_not_written_on_top_of_each_other(times: int) -> None:
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    tick(NOW)
    before = letters()
    for _each in range(times):
        tick(NOW + timedelta(days=pool.mending_days) - timedelta(hours=1))
    assert told_since(before) == {"mending.txt": 1}


def test_a_mending_window_that_ended_a_day_ago_ends_without_a_reminder(times: int) -> None:
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    tick(NOW)
    before = letters()
    for _each in range(times):
        tick(NOW + timedelta(days=pool.mending_days) + DAY)
    pool.refresh_from_db()
    assert (pool.state, pool.standing, pool.freed) == (PoolState.FUNDED, 2, 1)
    assert Pledge.objects.get(state=PledgeState.DROPPED).charges.get().state == ChargeState.FAILED
    assert told_since(before) == {"dropped.txt": 1}


@pytest.mark.parametrize("days_between", [1, 5, 40])
def test_however_seldom_tick_comes_it_leads_to_the_same_end(days_between: int) -> None:
    """The pool is funded, a payment is declined, nobody mends it, the pool closes, money is missing."""
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    tick(NOW)
    for day in range(days_between, 41, days_between):
        tick(NOW + day * DAY)
    pool.refresh_from_db()
    assert (pool.state, pool.standing, pool.freed) == (PoolState.SHORT, 2, 1)
    ends = Counter(["charge_failed", "pledge_dropped", "pool_short"])
    assert Counter(pool.events.filter(kind__in=ends).values_list("kind", flat=True)) == ends


def test_an_approval_that_ran_out_yesterday_has_expired_and_is_told_once(times: int) -> None:
    pool = make.opened()
    asked = make.asked(pool)
    tick(NOW)
    before = letters()
    for _each in range(times):
        tick(asked.expires_at + DAY)
    asked.refresh_from_db()
    assert asked.state == ApprovalState.EXPIRED
    assert told_since(before) == {"approval_expired.txt": 1}
