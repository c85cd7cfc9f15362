"""Split pricing as organisations meet it: who pays how much, when prices lock, and who may still join."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from members.letters.models import Letter
from pooling.accounts import ladder_of, money_of
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import PoolClosed, PoolFull, PricesLocked, TermsUnsound
from pooling.actions.pledges import change_pledge, withdraw_pledge
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.revising import grow_subsidy
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, Pledge, Pool, PoolState, Slot
from pooling.money import split

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def opened(**terms: object) -> Pool:
    """CHF 900.00 split over 3 to 6 shares, CHF 300.00 at most."""
    return make.opened(pricing="split", **terms)


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def closed_with(*shares: int, **terms: object) -> Pool:
    """The pool at its closing time, after one pledge of each of `shares`."""
    pool = opened(**terms)
    for each in shares:
        make.pledge(pool, shares=each)
    end_overdue_pledging(now=pool.closes_at)
    return reread(pool)


def owed(pool: Pool) -> list[int]:
    return list(Charge.objects.filter(pledge__pool=pool).order_by("pledge").values_list("amount", flat=True))


def change(pledge: Pledge, shares: int) -> Pledge:
    by = make.administrator(pledge.organisation)
    return change_pledge(pledge=pledge, shares=shares, by=by, language="de", now=NOW)


def test_the_threshold_alone_locks_nothing() -> None:
    pool = opened()
    pledges = [make.pledge(pool) for _each in range(4)]
    assert (reread(pool).state, Charge.objects.count()) == (PoolState.OPEN, 0)
    withdraw_pledge(pledge=pledges[0], by=make.administrator(pledges[0].organisation), now=pool.closes_at - SECOND)
    end_overdue_pledging(now=pool.closes_at - SECOND)
    assert reread(pool).state == PoolState.OPEN
    end_overdue_pledging(now=pool.closes_at)
    assert (reread(pool).state, owed(pool)) == (PoolState.FUNDED, [30_000] * 3)


def test_at_closing_time_each_pays_its_part_and_the_first_shares_carry_the_rest() -> None:
    pool = closed_with(1, 2, 1, cost=90_001)
    assert owed(pool) == [22_501, 45_000, 22_500]
    assert money_of(pool).pledged == 90_001
    collect_due_charges(now=pool.closes_at)
    assert reread(pool).state == PoolState.CONFIRMED
    assert money_of(pool).net == 90_001


def test_prices_lock_at_once_when_all_shares_stand() -> None:
    pool = opened()
    for _each in range(3):
        make.pledge(pool, shares=2)
    assert (reread(pool).state, owed(pool)) == (PoolState.FUNDED, [30_000] * 3)
    assert Letter.objects.filter(template="pooling/letters/funded.txt").count() == 3


def test_too_few_shares_cost_nothing() -> None:
    pool = closed_with(1, 1)
    assert (pool.state, owed(pool)) == (PoolState.LAPSED, [])


def test_a_pledge_that_is_still_held_at_closing_time_is_no_part_of_the_split() -> None:
    pool = opened()
    for _each in range(3):
        make.pledge(pool)
    held = make.pledge(pool, behaviour=None, now=pool.closes_at - SECOND)
    end_overdue_pledging(now=pool.closes_at)
    held.refresh_from_db()
    assert (held.state, owed(pool)) == ("expired", [30_000] * 3)


def test_added_shares_come_last() -> None:
    pool = opened(cost=90_001, ceiling=50_000)
    first, _second = make.pledge(pool), make.pledge(pool)
    change(first, 3)
    end_overdue_pledging(now=pool.closes_at)
    amounts = Slot.objects.filter(pledge__pool=pool).order_by("pk").values_list("pledge", "amount")
    assert [amount for _pledge, amount in amounts] == [22_501, 22_500, 22_500, 22_500]
    assert owed(pool) == [67_501, 22_500]


def test_once_prices_are_locked_nobody_joins_changes_or_leaves() -> None:
    pool = opened()
    pledges = [make.pledge(pool, shares=3), make.pledge(pool, shares=3)]
    with pytest.raises(PoolClosed):
        make.pledge(pool)
    with pytest.raises(PricesLocked):
        change(pledges[0], 2)
    with pytest.raises(PricesLocked):
        withdraw_pledge(pledge=pledges[0], by=make.administrator(pledges[0].organisation), now=NOW)


def test_a_freed_share_is_filled_again_at_its_locked_amount_and_no_other_joins() -> None:
    pool = opened(cost=90_001, capacity=4, ceiling=30_000, minimum=4)
    make.pledge(pool, behaviour="declines")
    make.pledge(pool, shares=3)
    collect_due_charges(now=NOW)
    later = NOW + timedelta(days=8)
    give_up_overdue_charges(now=later)
    assert later < pool.closes_at
    with pytest.raises(PoolFull):
        make.pledge(pool, shares=2, now=later)
    late = make.pledge(pool, now=later)
    assert late.charges.get().amount == 22_501
    collect_due_charges(now=later)
    assert (reread(pool).state, money_of(pool).net) == (PoolState.CONFIRMED, 90_001)
    assert not list(breaches())


def test_a_growing_subsidy_makes_all_shares_cheaper_and_locks_nothing() -> None:
    pool = opened()
    make.pledge(pool)
    make.pledge(pool)
    pool = grow_subsidy(pool=reread(pool), subsidy=30_000, by=make.staff(), now=NOW)
    assert (pool.threshold, reread(pool).state) == (2, PoolState.OPEN)
    end_overdue_pledging(now=pool.closes_at)
    assert owed(pool) == [30_000, 30_000]


@pytest.mark.parametrize(("cost", "capacity", "is_sound"), [(300, 6, True), (299, 6, False), (300, 7, False)])
def test_a_share_costs_at_least_half_a_franc_even_if_all_are_taken(cost: int, capacity: int, is_sound: bool) -> None:
    terms = {"pricing": "split", "cost": cost, "capacity": capacity, "ceiling": 100}
    if is_sound:
        assert make.draft(**terms).pk
    else:
        with pytest.raises(TermsUnsound) as refusal:
            make.draft(**terms)
        assert [field for field, _sentence in refusal.value.problems] == ["capacity"]


@given(
    cost=st.integers(min_value=5_000, max_value=400_000),
    ceiling=st.integers(min_value=2_000, max_value=60_000),
    shares=st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=6),
    spare=st.integers(min_value=0, max_value=3),
)
def test_the_sum_is_exact_and_nobody_pays_more_than_agreed(
    cost: int, ceiling: int, shares: list[int], spare: int
) -> None:
    n = sum(shares)
    threshold = -(-cost // ceiling)
    if threshold > n + spare or cost // (n + spare) < 50:
        return
    pool = closed_with(*shares, cost=cost, ceiling=ceiling, capacity=n + spare)
    if threshold > n:
        assert (pool.state, owed(pool)) == (PoolState.LAPSED, [])
        return
    amounts = list(Slot.objects.filter(pledge__pool=pool).order_by("pk").values_list("amount", flat=True))
    assert amounts == split(cost, n)
    assert sum(owed(pool)) == cost
    for charge in Charge.objects.filter(pledge__pool=pool).select_related("pledge"):
        assert charge.amount <= charge.pledge.acceptances.get().most
    assert not list(breaches())


def test_locking_takes_as_many_statements_for_many_shares_as_for_few() -> None:
    def statements(shares: int) -> int:
        pool = opened(cost=1_000_001, ceiling=300_000, capacity=100)
        for _each in range(3):
            make.pledge(pool, shares=shares)
        with CaptureQueriesContext(connection) as asked:
            end_overdue_pledging(now=pool.closes_at)
        assert sum(owed(pool)) == 1_000_001
        return len(asked)

    assert statements(2) == statements(33)


class TestLadder:
    """What a share costs now, with this pledge, and with one and two organisations more."""

    def rungs(self, pool: Pool, shares: int) -> list[tuple[str, int, int | None]]:
        return [(rung.kind, rung.shares, rung.price) for rung in ladder_of(reread(pool), shares=shares)]

    def test_below_the_threshold_nobody_pays(self) -> None:
        pool = opened()
        assert self.rungs(pool, 1) == [
            ("now", 0, None),
            ("with_you", 1, None),
            ("one_more", 2, None),
            ("two_more", 3, 30_000),
        ]

    def test_where_all_steps_are_too_few_the_threshold_says_the_price(self) -> None:
        pool = opened(minimum=6)
        assert self.rungs(pool, 1)[-1] == ("threshold", 6, 15_000)

    def test_each_further_share_makes_them_cheaper_as_far_as_there_are_any(self) -> None:
        pool = opened(cost=90_001, ceiling=31_000)
        make.pledge(pool, shares=3)
        assert self.rungs(pool, 2) == [("now", 3, 30_001), ("with_you", 5, 18_001), ("one_more", 6, 15_001)]

    def test_what_it_says_is_what_is_charged(self) -> None:
        pool = opened(cost=90_001, ceiling=31_000)
        make.pledge(pool, shares=3)
        said = ladder_of(reread(pool), shares=1)[1].price
        made = make.pledge(pool)
        end_overdue_pledging(now=pool.closes_at)
        dearest = Slot.objects.filter(pledge__pool=pool).order_by("-amount").first()
        assert dearest is not None
        assert dearest.amount == said
        assert made.charges.get().amount == 22_500
