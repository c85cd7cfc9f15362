"""Closing, calling off and whole ticks at the same moment as something else, on a real PostgreSQL with real threads."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.actions.charges import claim_due_charge
from pooling.actions.errors import PoolClosed
from pooling.actions.pledges import confirm_pledge, place_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges, follow, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pledge, PledgeState, Pool, PoolState, Refund, SandboxEntry
from pooling.tick import STEPS

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)

TURNS = pytest.mark.parametrize("turn", range(4))
LAST_MOMENT = timedelta(microseconds=1)


def moved() -> Counter[str]:
    """Rappen at the provider, by kind."""
    sums: Counter[str] = Counter()
    for kind, amount in SandboxEntry.objects.filter(state="succeeded").values_list("kind", "amount"):
        sums[kind] += amount
    return sums


@TURNS
def test_the_share_that_funds_against_closing_funds_before_or_comes_too_late(turn: int) -> None:
    """Whoever is first at the lock decides; the clock of the pledge is a moment before closing time."""
    pool = make.opened()
    make.pledge(pool, shares=2)
    newcomer = make.organisation()
    method, person = make.method(newcomer), make.administrator(newcomer)
    came, lapsed = at_once(
        lambda: place_pledge(
            pool=pool,
            organisation=newcomer,
            shares=1,
            by=person,
            language="de",
            now=pool.closes_at - LAST_MOMENT,
            method=method,
        ),
        lambda: end_overdue_pledging(now=pool.closes_at),
    )
    pool.refresh_from_db()
    if isinstance(came, Pledge):
        assert (pool.state, lapsed, Charge.objects.count()) == (PoolState.FUNDED, 0, 2)
    else:
        assert isinstance(came, PoolClosed)
        assert (pool.state, lapsed, Charge.objects.count()) == (PoolState.LAPSED, 1, 0)
    assert not list(breaches())


@TURNS
def test_a_method_that_arrives_at_the_last_moment_against_closing(turn: int) -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    last = pool.closes_at - LAST_MOMENT
    pending = make.pledge(pool, behaviour=None, now=last)
    method = make.method(pending.organisation)
    stood, lapsed = at_once(
        lambda: confirm_pledge(pledge=pending, method=method, now=last),
        lambda: end_overdue_pledging(now=pool.closes_at),
    )
    pool.refresh_from_db()
    pending.refresh_from_db()
    if isinstance(stood, Pledge):
        assert (pool.state, pending.state, lapsed) == (PoolState.FUNDED, PledgeState.STANDING, 0)
    else:
        assert (pool.state, pending.state, lapsed) == (PoolState.LAPSED, PledgeState.EXPIRED, 1)
        assert not Charge.objects.exists()
    assert not list(breaches())


@TURNS
@pytest.mark.parametrize("behaviour", ["pays", "declines"])
def test_calling_off_against_the_answer_to_a_payment_that_is_sent(behaviour: str, turn: int) -> None:
    pool = make.funded(behaviours=(behaviour, "pays", "pays"))
    by = make.staff()
    sent = claim_due_charge(now=NOW)
    assert sent is not None
    assert sent.charge.state == ChargeState.SENDING
    at_once(lambda: follow(sent, now=NOW), lambda: cancel_pool(pool=pool, reason="abgesagt", by=by, now=NOW))
    send_due_refunds(now=NOW)
    assert not Charge.objects.open().exists()
    assert Charge.objects.exclude(pk=sent.charge_id).filter(state=ChargeState.VOID).count() == 2
    assert moved()["payment"] == moved()["refund"] == (30_000 if behaviour == "pays" else 0)
    assert not list(breaches())


def test_calling_off_while_a_payment_is_sent_by_somebody_who_died() -> None:
    """Nobody knows yet whether it was charged: tick asks, and what came goes back."""
    pool = make.funded()
    assert claim_due_charge(now=NOW)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    later = NOW + timedelta(hours=1)
    at_once(*[lambda: follow_up_attempts(now=later)] * 2)
    send_due_refunds(now=later)
    assert not Charge.objects.open().exists()
    assert moved()["payment"] == moved()["refund"]
    assert not list(breaches())


def whole_tick() -> None:
    for step in STEPS:
        step(now=IN_EIGHT_DAYS)


def all_kinds_of_pools() -> dict[str, Pool]:
    """One that lapses, one to be collected, one whose payment is to be given up, one whose money is to go back."""
    lapsing = make.opened(closes_at=NOW + timedelta(days=2))
    make.pledge(lapsing)
    make.pledge(lapsing, behaviour=None)
    dropping = one_declined()
    off = make.funded()
    collect_due_charges(now=NOW)
    cancel_pool(pool=off, reason="abgesagt", by=make.staff(), now=NOW)
    return {"lapsed": lapsing, "funded": dropping, "cancelled": off, "confirmed": make.funded()}


@pytest.mark.parametrize("ticks", [2, 4])
def test_whole_ticks_at_once_do_each_thing_once(ticks: int) -> None:
    pools = all_kinds_of_pools()
    at_once(*[whole_tick] * ticks)
    whole_tick()  # what one of them was still at, the next finds done
    for state, pool in pools.items():
        pool.refresh_from_db()
        assert pool.state == state
        kinds = Counter(pool.events.values_list("kind", "pledge", "charge", "refund"))
        assert [kind for kind, times in kinds.items() if times > 1] == []
    assert Refund.objects.filter(state="succeeded").count() == Refund.objects.count() == 3
    assert moved() == {"payment": (2 + 3 + 3) * 30_000, "refund": 90_000}
    assert len(set(Letter.objects.values_list("key", "person"))) == Letter.objects.count()
    assert not list(breaches())
