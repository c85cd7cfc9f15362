"""Many at once about a waiting list, on a real PostgreSQL: last shares, ticks, expiry, drops, leaving, calling off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from members.letters.models import Letter
from members.models import Organisation
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import OfferOver, PoolFull, Refused
from pooling.actions.pledges import expire_overdue_pledges, place_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.actions.waiting import expire_overdue_offers, join_waiting_list, leave_waiting_list, make_offers
from pooling.invariants import breaches
from pooling.models import HOLD, Charge, Pledge, PledgeState, Pool

from . import factories as make
from .factories import NOW
from .list_steps import accept, fresh, held_full, join, reread, states
from .payment_steps import IN_EIGHT_DAYS, one_declined
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)
TURNS = pytest.mark.parametrize("turn", range(3))
LATER = NOW + HOLD


def wants_in(pool: Pool, organisation: Organisation, *, behaviour: str | None) -> Callable[[], Pledge]:
    """Somebody pledges a share, and joins the waiting list if all are taken."""
    person = make.administrator(organisation)
    saved = make.method(organisation, behaviour) if behaviour else None
    who = {"pool": pool, "organisation": organisation, "shares": 1, "by": person, "now": NOW}

    def comes() -> Pledge:
        try:
            return place_pledge(**who, language="de", method=saved)
        except PoolFull:
            return join_waiting_list(**who)

    return comes


def offered_one() -> tuple[Pledge, Pledge]:
    """An open pool of 3 shares, 2 held; the third is offered to the first in line, and a second one waits."""
    pool = held_full()
    first, second = join(pool), join(pool)
    holder = pool.pledges.pending().order_by("pk")[0]
    Pledge.objects.filter(pk=holder.pk).update(held_until=NOW)
    expire_overdue_pledges(now=NOW)
    make_offers(now=NOW)
    return reread(first), reread(second)


def test_32_race_for_the_last_three_shares_and_all_others_wait_in_line() -> None:
    pool = make.opened(capacity=9, cost=270_000)
    make.pledge(pool, shares=6)
    racers = [make.organisation() for _racer in range(32)]
    jobs = [wants_in(pool, each, behaviour="pays" if n % 2 else None) for n, each in enumerate(racers)]
    assert all(isinstance(each, Pledge) for each in at_once(*jobs))
    pool = fresh(pool)
    assert (pool.held + pool.standing, pool.waiting, pool.offered) == (9, 29, 0)
    assert pool.pledges.live().values("organisation").distinct().count() == 33 == pool.pledges.count()
    assert not list(breaches())


@pytest.mark.parametrize("ticks", [2, 4])
def test_ticks_in_parallel_make_one_offer(ticks: int) -> None:
    pool = held_full()
    line = [join(pool) for _each in range(5)]
    expire_overdue_pledges(now=LATER)
    assert sum(at_once(*[lambda: make_offers(now=LATER)] * ticks)) == 3
    assert states(*line) == [("offered", 1)] * 3 + [("waiting", 1)] * 2
    assert pool.events.filter(kind="pledge_offered").count() == 3
    assert Letter.objects.filter(template="pooling/letters/offered.txt").count() == 3
    assert not list(breaches())


@TURNS
def test_accepting_against_the_end_of_the_offer_stands_or_is_over(turn: int) -> None:
    first, second = offered_one()
    pool, end = first.pool, first.held_until
    accepted, _expired = at_once(
        lambda: accept(first, now=end - timedelta(milliseconds=1)), lambda: expire_overdue_offers(now=end)
    )
    make_offers(now=end)
    if isinstance(accepted, OfferOver):
        assert states(first, second) == [("expired", 1), ("offered", 1)]
    else:
        assert states(first, second) == [("standing", 1), ("waiting", 1)]
    assert fresh(pool).places_left == 0
    assert not list(breaches())


@TURNS
def test_accepting_twice_at_once_stands_once(turn: int) -> None:
    first, _second = offered_one()
    at_once(*[lambda: accept(first)] * 4)
    first = reread(first)
    assert (first.state, first.acceptances.count(), first.slots.count()) == (PledgeState.STANDING, 1, 1)
    assert not list(breaches())


@TURNS
def test_a_freed_slot_is_offered_once_to_the_first_in_line(turn: int) -> None:
    pool = one_declined(capacity=3)
    first, second = join(pool), join(pool)
    newcomer = wants_in(pool, make.organisation(), behaviour="pays")
    ticks = [lambda: make_offers(now=IN_EIGHT_DAYS)] * 2
    at_once(lambda: give_up_overdue_charges(now=IN_EIGHT_DAYS), *ticks, newcomer)
    make_offers(now=IN_EIGHT_DAYS)
    assert states(first, second) == [("offered", 1), ("waiting", 1)]
    pool = fresh(pool)
    assert (pool.freed, pool.offered, pool.waiting, pool.standing) == (1, 1, 2, 2)
    assert not list(breaches())


@TURNS
def test_leaving_against_an_offer_hands_it_on(turn: int) -> None:
    pool = held_full()
    first, second = join(pool), join(pool)
    by = make.administrator(first.organisation)
    Pledge.objects.filter(pk=pool.pledges.pending().order_by("pk")[0].pk).update(held_until=NOW)
    expire_overdue_pledges(now=NOW)
    at_once(partial(leave_waiting_list, pledge=first, by=by, now=NOW), lambda: make_offers(now=NOW))
    assert states(first, second) == [("withdrawn", 1), ("offered", 1)]
    assert fresh(pool).places_left == 0
    assert not list(breaches())


@TURNS
def test_accepting_against_calling_off_owes_nothing(turn: int) -> None:
    pool = make.funded(capacity=4)
    collect_due_charges(now=NOW)
    make.pledge(pool, behaviour=None)
    waiting, by = join(pool), make.staff()
    expire_overdue_pledges(now=LATER)
    make_offers(now=LATER)
    accepted, _off = at_once(
        lambda: accept(waiting, now=LATER), lambda: cancel_pool(pool=pool, reason="abgesagt", by=by, now=LATER)
    )
    assert isinstance(accepted, Refused) == (reread(waiting).state == PledgeState.EXPIRED)
    assert not Charge.objects.open().exists()
    assert not list(breaches())
