"""What may change of an open pool's terms: one extension, and a subsidy that grows; a minimum above the threshold."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import localtime

from members.letters.models import Letter
from pooling.actions.errors import TermsUnsound, WrongState
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.revising import extend_pool, grow_subsidy
from pooling.actions.waiting import join_waiting_list
from pooling.invariants import breaches
from pooling.models import Charge, Pool, PoolState

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def told(template: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{template}.txt").count()


def test_the_hour_may_be_given_in_any_time_zone() -> None:
    pool = make.opened()
    later = (pool.closes_at + DAY).astimezone(ZoneInfo("Europe/Zurich"))
    assert extend_pool(pool=pool, closes_at=later, by=make.staff(), now=NOW).closes_at == later


def extended(pool: Pool, by: timedelta) -> Pool:
    """By so much on the calendar and the clock, whatever clocks do meanwhile (test_moments.py)."""
    return extend_pool(pool=pool, closes_at=localtime(pool.closes_at) + by, by=make.staff(), now=NOW)


def test_an_open_pool_is_extended_once_and_everybody_is_told() -> None:
    pool = make.opened()
    make.pledge(pool)
    make.pledge(pool, behaviour=None)
    longer = extended(pool, 3 * DAY)
    assert longer.closes_at == pool.closes_at + 3 * DAY
    assert told("extended") == 2
    with pytest.raises(WrongState):
        extended(longer, DAY)
    assert end_overdue_pledging(now=pool.closes_at) == 0
    assert end_overdue_pledging(now=longer.closes_at) == 1


@pytest.mark.parametrize("by", [timedelta(0), -DAY, 30 * DAY + timedelta(seconds=1)])
def test_an_extension_is_to_later_and_by_30_days_at_most(by: timedelta) -> None:
    pool = make.opened(starts_at=NOW + 200 * DAY)
    with pytest.raises(TermsUnsound):
        extended(pool, by)
    assert reread(pool).closes_at == pool.closes_at
    assert extended(pool, 30 * DAY).extended_from == pool.closes_at


def test_an_extension_leaves_room_for_payments_before_the_start() -> None:
    pool = make.opened(starts_at=localtime(NOW) + 60 * DAY)  # closes after 20 days; 37 are needed
    with pytest.raises(TermsUnsound):
        extended(pool, 3 * DAY + timedelta(seconds=1))
    assert extended(pool, 3 * DAY)


def test_only_a_pool_that_is_open_and_not_over_is_changed() -> None:
    for pool, now in [(make.funded(), NOW), (make.draft(), NOW), (late := make.opened(), late.closes_at)]:
        with pytest.raises(WrongState):
            extend_pool(pool=pool, closes_at=pool.closes_at + DAY, by=make.staff(), now=now)
        with pytest.raises(WrongState):
            grow_subsidy(pool=pool, subsidy=30_000, by=make.staff(), now=now)


def test_a_growing_subsidy_lowers_the_threshold_and_nobodys_price() -> None:
    pool = make.opened()
    pledge = make.pledge(pool)
    grown = grow_subsidy(pool=pool, subsidy=30_000, by=make.staff(), now=NOW)
    assert (pool.threshold, grown.threshold, grown.state) == (3, 2, PoolState.OPEN)
    assert pledge.most == 30_000
    assert told("subsidised") == 1
    grow_subsidy(pool=pool, subsidy=30_001, by=make.staff(), now=NOW)
    assert told("subsidised") == 2


def test_who_waits_reads_of_the_subsidy_too_and_that_waiting_costs_nothing() -> None:
    pool = make.opened(minimum=3, capacity=3)
    make.pledge(pool, shares=2)
    make.pledge(pool, behaviour=None)
    waits = make.organisation()
    join_waiting_list(pool=pool, organisation=waits, shares=1, by=make.administrator(waits), now=NOW)
    grow_subsidy(pool=pool, subsidy=10_000, by=make.staff(), now=NOW)
    letter = Letter.objects.get(template__endswith="subsidised.txt", organisation=waits)
    assert "Ihr Platz auf der Warteliste bleibt" in " ".join(letter.text.split())


def test_prices_lock_at_once_if_enough_shares_stand_with_the_new_subsidy() -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    make.pledge(pool, behaviour=None)
    grown = grow_subsidy(pool=pool, subsidy=30_000, by=make.staff(), now=NOW)
    assert reread(grown).state == PoolState.FUNDED
    assert Charge.objects.get().amount == 60_000


@pytest.mark.parametrize("subsidy", [10_000, 9_999, 90_000, 90_001])
def test_a_subsidy_grows_and_stays_below_the_cost(subsidy: int) -> None:
    pool = make.opened(subsidy=10_000)
    with pytest.raises(TermsUnsound):
        grow_subsidy(pool=pool, subsidy=subsidy, by=make.staff(), now=NOW)
    assert reread(pool).subsidy == 10_000


def test_a_minimum_above_the_bare_threshold_is_the_threshold_and_the_rest_is_surplus() -> None:
    pool = make.opened(minimum=4)
    make.pledge(pool, shares=3)
    assert reread(pool).state == PoolState.OPEN
    make.pledge(pool)
    assert reread(pool).state == PoolState.FUNDED
    assert sum(Charge.objects.values_list("amount", flat=True)) == 120_000


def test_a_subsidy_does_not_lower_the_organisers_minimum() -> None:
    pool = make.opened(minimum=3)
    make.pledge(pool, shares=2)
    assert grow_subsidy(pool=pool, subsidy=80_000, by=make.staff(), now=NOW).threshold == 3
    assert reread(pool).state == PoolState.OPEN
