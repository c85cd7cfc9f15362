"""Many at once after the threshold, on a real PostgreSQL: drops, places that are filled again, ticks, calling off."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from pooling.actions.backing import absorb_gap, declare_short_pools
from pooling.actions.closing import close_pool
from pooling.actions.dropping import give_up_overdue_charges, remind_of_mending
from pooling.actions.errors import PoolFull, Refused
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.pledges import place_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pledge, PledgeState, PoolState, SandboxEntry

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined, one_dropped, pay_on_page, waiting_charge
from .test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


def balance_at_the_provider() -> int:
    sums = {
        kind: sum(SandboxEntry.objects.filter(kind=kind, state="succeeded").values_list("amount", flat=True))
        for kind in ("payment", "page", "refund")
    }
    return sums["payment"] + sums["page"] - sums["refund"]


@pytest.mark.parametrize("turn", range(3))
def test_a_drop_against_those_who_want_its_place_fills_it_once(turn: int) -> None:
    pool = one_declined(capacity=3)
    racers = [make.organisation() for _racer in range(3)]
    methods = [make.method(organisation) for organisation in racers]

    def race(organisation, method):
        person = make.administrator(organisation)
        return lambda: place_pledge(
            pool=pool, organisation=organisation, shares=1, by=person, language="de", now=IN_EIGHT_DAYS, method=method
        )

    dropped, *came = at_once(
        lambda: give_up_overdue_charges(now=IN_EIGHT_DAYS), *[race(*pair) for pair in zip(racers, methods, strict=True)]
    )
    assert dropped == 1
    assert all(isinstance(each, Pledge | PoolFull) for each in came)
    stood = sum(isinstance(each, Pledge) for each in came)
    pool.refresh_from_db()
    assert (pool.standing, pool.freed) == (2 + stood, 1 - stood)
    assert stood <= 1
    assert not list(breaches())


@pytest.mark.parametrize("ticks", [2, 4])
def test_ticks_in_parallel_remind_and_drop_once(ticks: int) -> None:
    pool = make.funded(behaviours=("declines",) * 6, cost=180_000)
    collect_due_charges(now=NOW)
    at_once(*[lambda: remind_of_mending(now=NOW + timedelta(days=5))] * ticks)
    at_once(*[lambda: give_up_overdue_charges(now=IN_EIGHT_DAYS)] * ticks)
    pool.refresh_from_db()
    assert (pool.standing, pool.freed) == (0, 6)
    assert pool.events.filter(kind="charge_reminded").count() == 6
    assert pool.events.filter(kind="pledge_dropped").count() == 6
    at_once(*[lambda: declare_short_pools(now=pool.closes_at)] * ticks)
    assert pool.events.filter(kind="pool_short").count() == 1
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_a_payment_against_its_drop_is_kept_or_goes_back(turn: int) -> None:
    pool = one_declined()
    charge = waiting_charge(pool)
    url = open_payment_page(charge=charge, language="de", now=NOW)

    def pay() -> None:
        pay_on_page(url)
        look_at_payment(charge=charge, now=IN_EIGHT_DAYS)

    at_once(pay, lambda: give_up_overdue_charges(now=IN_EIGHT_DAYS))
    late = IN_EIGHT_DAYS + timedelta(hours=1)
    for step in (follow_up_attempts, give_up_overdue_charges, send_due_refunds):
        step(now=late)
    charge.refresh_from_db()
    pool.refresh_from_db()
    if charge.state == ChargeState.SUCCEEDED:
        assert (pool.state, balance_at_the_provider()) == (PoolState.CONFIRMED, 90_000)
    else:
        assert charge.pledge.state == PledgeState.DROPPED
        assert balance_at_the_provider() == 60_000
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_calling_off_against_a_drop_and_a_refill_that_is_sent_keeps_nothing(turn: int) -> None:
    pool = one_dropped()
    by = make.staff()
    make.pledge(pool, now=IN_EIGHT_DAYS)
    at_once(
        lambda: collect_due_charges(now=IN_EIGHT_DAYS),
        lambda: cancel_pool(pool=pool, reason="abgesagt", by=by, now=IN_EIGHT_DAYS),
    )
    late = IN_EIGHT_DAYS + timedelta(hours=1)
    for step in (collect_due_charges, follow_up_attempts, send_due_refunds):
        step(now=late)
    assert balance_at_the_provider() == 0
    assert not Charge.objects.open().exists()
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_absorbing_against_a_refill_that_pays_confirms_once_and_closing_twice_pays_once(turn: int) -> None:
    pool = one_dropped()
    declare_short_pools(now=pool.closes_at)
    make.pledge(pool, now=pool.closes_at)
    by = make.staff()
    paid, absorbed = at_once(
        lambda: collect_due_charges(now=pool.closes_at), lambda: absorb_gap(pool=pool, by=by, now=pool.closes_at)
    )
    assert paid == 1
    closing = partial(close_pool, pool=pool, by=by, now=pool.starts_at)
    at_once(closing, closing)
    pool.refresh_from_db()
    assert pool.state == PoolState.CLOSED
    assert pool.events.filter(kind="pool_confirmed").count() == 1
    assert pool.payouts.count() == (0 if isinstance(absorbed, Refused) else 1)
    assert not list(breaches())
