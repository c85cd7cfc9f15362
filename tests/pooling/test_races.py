"""Many at once, on a real PostgreSQL with real threads: places, withdrawals against funding, ticks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from pooling.actions.errors import AlreadyPledged, PledgeEnded, PoolFull, PricesLocked, Refused
from pooling.actions.pledges import place_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pledge, PledgeState, PoolState, Refund, SandboxEntry

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run each job in a thread of its own, all from the same moment on. Returns what each returned, or the refusal.

    Anything else that is raised fails the test: nobody gets a server error, a deadlock included.
    """
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)
    troubles: list[Exception] = []

    def run(number: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = job()
        except Refused as refusal:
            results[number] = refusal
        except Exception as error:  # noqa: BLE001  # raised again below, in the test's own thread
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if troubles:
        raise troubles[0]
    return results


def test_sixteen_race_for_the_last_three_shares_and_exactly_three_are_held() -> None:
    pool = make.opened(capacity=9, cost=270_000)
    make.pledge(pool, shares=6)
    racers = [make.organisation() for _racer in range(16)]

    def race(organisation):
        person = make.administrator(organisation)
        return lambda: place_pledge(pool=pool, organisation=organisation, shares=1, by=person, language="de", now=NOW)

    results = at_once(*[race(organisation) for organisation in racers])
    assert sum(isinstance(result, Pledge) for result in results) == 3
    assert sum(isinstance(result, PoolFull) for result in results) == 13
    pool.refresh_from_db()
    assert (pool.held, pool.standing, pool.places_left) == (3, 6, 0)
    assert not list(breaches())


def test_the_last_share_raced_for_by_standing_pledges_funds_the_pool_once() -> None:
    pool = make.opened(capacity=3)
    make.pledge(pool, shares=2)
    racers = [make.organisation() for _racer in range(8)]
    methods = [make.method(organisation) for organisation in racers]

    def race(organisation, method):
        person = make.administrator(organisation)
        return lambda: place_pledge(
            pool=pool, organisation=organisation, shares=1, by=person, language="de", now=NOW, method=method
        )

    results = at_once(*[race(*pair) for pair in zip(racers, methods, strict=True)])
    assert sum(isinstance(result, Pledge) for result in results) == 1
    pool.refresh_from_db()
    assert pool.state == PoolState.FUNDED
    assert (pool.events.filter(kind="pool_funded").count(), Charge.objects.count()) == (1, 2)
    assert not list(breaches())


def test_one_organisation_clicking_eight_times_at_once_pledges_once() -> None:
    pool = make.opened()
    organisation = make.organisation()
    person = make.administrator(organisation)
    click = lambda: place_pledge(pool=pool, organisation=organisation, shares=1, by=person, language="de", now=NOW)  # noqa: E731
    results = at_once(*[click] * 8)
    assert sum(isinstance(result, Pledge) for result in results) == 1
    assert sum(isinstance(result, AlreadyPledged) for result in results) == 7


@pytest.mark.parametrize("turn", range(4))
def test_withdrawing_against_funding_ends_in_one_of_both_and_never_in_between(turn: int) -> None:
    pool = make.opened()
    leaver = make.pledge(pool)
    make.pledge(pool)
    newcomer = make.organisation()
    method, person = make.method(newcomer), make.administrator(newcomer)
    leaves = lambda: withdraw_pledge(pledge=leaver, by=make.administrator(leaver.organisation), now=NOW)  # noqa: E731
    comes = lambda: place_pledge(  # noqa: E731
        pool=pool, organisation=newcomer, shares=1, by=person, language="de", now=NOW, method=method
    )
    left, came = at_once(leaves, comes)
    assert isinstance(came, Pledge)
    pool.refresh_from_db()
    if isinstance(left, PricesLocked):
        assert (pool.state, pool.standing, Charge.objects.count()) == (PoolState.FUNDED, 3, 3)
    else:
        assert left.state == PledgeState.WITHDRAWN
        assert (pool.state, pool.standing, Charge.objects.count()) == (PoolState.OPEN, 2, 0)
    assert not list(breaches())


@pytest.mark.parametrize("ticks", [2, 4])
def test_ticks_in_parallel_charge_each_pledge_once(ticks: int) -> None:
    make.funded(behaviours=("pays",) * 12, cost=360_000, capacity=12)
    collected = at_once(*[lambda: collect_due_charges(now=NOW)] * ticks)
    assert sum(collected) == 12
    assert Charge.objects.filter(state=ChargeState.SUCCEEDED).count() == 12
    assert SandboxEntry.objects.filter(kind="payment").count() == 12
    assert not list(breaches())


def test_ticks_in_parallel_lapse_and_refund_once() -> None:
    lapsing = make.opened()
    make.pledge(lapsing)
    assert sum(at_once(*[lambda: end_overdue_pledging(now=lapsing.closes_at)] * 4)) == 1
    pool = make.funded()
    collect_due_charges(now=NOW)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    assert sum(at_once(*[lambda: send_due_refunds(now=NOW)] * 4)) == 3
    assert SandboxEntry.objects.filter(kind="refund").count() == Refund.objects.count() == 3
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(4))
def test_cancelling_against_collecting_gives_everything_back(turn: int) -> None:
    pool = make.funded(behaviours=("pays",) * 6, cost=180_000)
    by = make.staff()
    at_once(lambda: collect_due_charges(now=NOW), lambda: cancel_pool(pool=pool, reason="abgesagt", by=by, now=NOW))
    collect_due_charges(now=NOW)
    send_due_refunds(now=NOW)
    paid = sum(SandboxEntry.objects.filter(kind="payment").values_list("amount", flat=True))
    returned = sum(SandboxEntry.objects.filter(kind="refund").values_list("amount", flat=True))
    assert paid == returned
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(4))
def test_a_pledge_against_closing_stands_before_or_is_refused(turn: int) -> None:
    pool = make.opened()
    newcomer = make.organisation()
    method, person = make.method(newcomer), make.administrator(newcomer)
    comes = lambda: place_pledge(  # noqa: E731
        pool=pool, organisation=newcomer, shares=3, by=person, language="de", now=pool.closes_at, method=method
    )
    came, lapsed = at_once(comes, lambda: end_overdue_pledging(now=pool.closes_at))
    assert isinstance(came, Refused)
    assert not isinstance(came, PledgeEnded)
    assert lapsed == 1
    assert not Charge.objects.exists()
