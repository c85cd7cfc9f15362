"""When payments are missing: a pool is short, and who fills its gap; and what of it is taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from members.letters.models import Letter
from pooling.accounts import money_of
from pooling.actions.backing import absorb_gap, balance_of, declare_short_pools, draw_guarantee, record_guarantee
from pooling.actions.charges import claim_due_charge
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import NothingToDraw, WrongState
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Backing, Pool, PoolState

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined, one_dropped

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def short(**terms: object) -> Pool:
    """CHF 300.00 of CHF 900.00 are missing and no new share can come any more."""
    pool = one_dropped(**terms)
    declare_short_pools(now=pool.closes_at)
    return reread(pool)


def promised(pool: Pool, limit: int) -> None:
    record_guarantee(
        pool=pool, guarantor="Stiftung Beispiel", limit=limit, promised_on=date(2027, 2, 1), by=make.staff(), now=NOW
    )


def told(template: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{template}.txt").count()


def test_a_pool_is_short_once_no_new_share_can_come_and_those_who_paid_are_told() -> None:
    pool = one_dropped()
    assert declare_short_pools(now=pool.closes_at - SECOND) == 0
    assert declare_short_pools(now=pool.closes_at) == 1
    assert reread(pool).state == PoolState.SHORT
    assert told("short") == 2
    assert declare_short_pools(now=pool.closes_at) == 0


def test_a_pool_is_not_short_while_a_payment_is_not_final() -> None:
    pool = one_declined()
    assert declare_short_pools(now=pool.closes_at) == 0
    other = make.funded()
    claim_due_charge(now=NOW)
    assert declare_short_pools(now=other.closes_at) == 0


def test_a_pool_whose_money_is_there_is_never_short() -> None:
    pool = make.funded()
    collect_due_charges(now=NOW)
    assert declare_short_pools(now=pool.closes_at) == 0
    assert reread(pool).state == PoolState.CONFIRMED


def test_a_freed_place_that_is_filled_and_paid_ends_the_shortage() -> None:
    pool = short()
    now = pool.closes_at + SECOND
    make.pledge(pool, now=now)
    assert reread(pool).state == PoolState.SHORT
    collect_due_charges(now=now)
    assert reread(pool).state == PoolState.CONFIRMED
    assert told("confirmed") == 3


@pytest.mark.parametrize(("limit", "drawn", "state"), [(50_000, 30_000, "confirmed"), (10_000, 10_000, "short")])
def test_the_guarantor_gives_the_gap_and_never_more_than_was_promised(limit: int, drawn: int, state: str) -> None:
    pool = short()
    promised(pool, limit)
    assert draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at).amount == drawn
    assert reread(pool).state == state
    assert money_of(pool).drawn == drawn


def test_a_guarantee_that_is_used_up_gives_nothing_more_and_the_operator_bears_the_rest() -> None:
    pool = short()
    with pytest.raises(NothingToDraw):
        draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at)
    promised(pool, 10_000)
    draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at)
    with pytest.raises(NothingToDraw):
        draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at)
    with pytest.raises(WrongState):
        promised(pool, 90_000)
    assert absorb_gap(pool=pool, by=make.staff(), now=pool.closes_at).amount == 20_000
    assert reread(pool).state == PoolState.CONFIRMED
    with pytest.raises(WrongState):
        absorb_gap(pool=pool, by=make.staff(), now=pool.closes_at)


def test_a_guarantee_counts_for_no_threshold() -> None:
    pool = make.opened()
    promised(pool, 90_000)
    make.pledge(pool)
    assert reread(pool).state == PoolState.OPEN
    for action in (draw_guarantee, absorb_gap):
        with pytest.raises(WrongState):
            action(pool=pool, by=make.staff(), now=NOW)


def test_calling_off_returns_what_was_drawn_and_reverses_what_was_absorbed() -> None:
    pool = short()
    promised(pool, 10_000)
    draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at)
    absorb_gap(pool=pool, by=make.staff(), now=pool.closes_at)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=pool.closes_at)
    send_due_refunds(now=pool.closes_at)
    balance = balance_of(pool)
    assert (balance.net, balance.drawn, balance.absorbed) == (0, 0, 0)
    assert list(Backing.objects.values_list("kind", flat=True)) == ["drawn", "absorbed", "returned", "reversed"]
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=pool.closes_at)
    assert Backing.objects.count() == 4


def test_a_short_pool_can_be_called_off_until_its_start_and_only_absorbed_afterwards() -> None:
    pool = short()
    with pytest.raises(WrongState):
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=pool.starts_at)
    absorb_gap(pool=pool, by=make.staff(), now=pool.starts_at)
    assert reread(pool).state == PoolState.CONFIRMED


def test_a_confirmed_pool_stays_so_when_a_later_pledge_is_dropped() -> None:
    pool = make.funded()
    collect_due_charges(now=NOW)
    make.pledge(pool, behaviour="declines")
    collect_due_charges(now=NOW)
    assert give_up_overdue_charges(now=IN_EIGHT_DAYS) == 1
    assert declare_short_pools(now=pool.closes_at) == 0
    assert reread(pool).state == PoolState.CONFIRMED
