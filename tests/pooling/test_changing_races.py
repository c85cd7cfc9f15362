"""Changes of number against funding, on a real PostgreSQL with real threads: slots, shares and charges agree."""

from __future__ import annotations

import pytest

from pooling.actions.approvals import approve
from pooling.actions.asking_more import take_request_back
from pooling.actions.errors import ApprovalOver, PoolFull, PricesLocked, Refused
from pooling.actions.pledges import change_pledge, place_pledge
from pooling.invariants import breaches
from pooling.models import ApprovalState, Charge, Pledge, Pool, PoolState

from . import factories as make
from .approval_steps import LATER, fresh, yes
from .factories import asked, asked_for_more
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)

TURNS = pytest.mark.parametrize("turn", range(4))


def comes(pool: Pool, *, shares: int = 1):
    """Another organisation pledges."""
    newcomer = make.organisation()
    method, person = make.method(newcomer), make.administrator(newcomer)
    return lambda: place_pledge(
        pool=pool, organisation=newcomer, shares=shares, by=person, language="de", now=LATER, method=method
    )


def changes(pledge: Pledge, shares: int):
    by = make.administrator(pledge.organisation)
    return lambda: change_pledge(pledge=pledge, shares=shares, by=by, language="de", now=LATER)


def agree(pool: Pool) -> Pool:
    """What stands, what is charged and what the books say are the same."""
    pool.refresh_from_db()
    standing = sum(pledge.shares for pledge in pool.pledges.standing())
    assert (pool.standing, pool.held) == (standing, 0)
    for pledge in pool.pledges.standing():
        assert pledge.slots.count() == pledge.shares
        if pool.state == PoolState.FUNDED:
            assert Charge.objects.get(pledge=pledge).amount == pledge.shares * pool.ceiling
    assert not list(breaches())
    return pool


@TURNS
@pytest.mark.parametrize("shares", [1, 3])
def test_a_change_of_number_against_the_share_that_funds(shares: int, turn: int) -> None:
    """Threshold 3, capacity 6; two stand. One more comes while the two become one, or three."""
    pool = make.opened()
    pledge = make.pledge(pool, shares=2)
    changed, came = at_once(changes(pledge, shares), comes(pool))
    assert isinstance(came, Pledge)
    pool = agree(pool)
    if isinstance(changed, PricesLocked):
        assert (pool.state, pool.standing) == (PoolState.FUNDED, 3)
    elif shares == 1:
        assert (pool.state, pool.standing) == (PoolState.OPEN, 2)
    else:
        assert (pool.state, pool.standing) == (PoolState.FUNDED, 4)


@TURNS
def test_approving_more_against_the_share_that_funds(turn: int) -> None:
    pool = make.opened(capacity=4)
    by = make.organisation()
    pledge = fresh(yes(asked(pool, shares=2, by=by, method=make.method(by))))[1]
    approval = asked_for_more(pledge, shares=3, now=LATER)
    approved, came = at_once(lambda: approve(approval=approval, link=1, now=LATER), comes(pool))
    assert isinstance(came, Pledge)
    pool = agree(pool)
    assert pool.state == PoolState.FUNDED
    if isinstance(approved, ApprovalOver):
        assert (pool.standing, fresh(approval)[0].state) == (3, ApprovalState.EXPIRED)
    else:
        assert (pool.standing, approved.state) == (4, ApprovalState.APPROVED)


@TURNS
def test_approving_more_against_taking_the_request_back(turn: int) -> None:
    pool = make.opened(cost=180_000)
    by = make.organisation()
    pledge = fresh(yes(asked(pool, by=by, method=make.method(by))))[1]
    approval = asked_for_more(pledge, shares=3, now=LATER)
    answers = at_once(
        lambda: approve(approval=approval, link=1, now=LATER),
        lambda: take_request_back(approval=approval, by=approval.asked_by, now=LATER),
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    approval, pledge = fresh(approval)
    assert pledge.shares == (3 if approval.state == ApprovalState.APPROVED else 1)
    agree(pool)


@TURNS
def test_asking_for_the_last_places_against_who_wants_them_too(turn: int) -> None:
    pool = make.opened(cost=180_000, capacity=6)
    by = make.organisation()
    pledge = fresh(yes(asked(pool, shares=2, by=by, method=make.method(by))))[1]
    wants, came = at_once(lambda: asked_for_more(pledge, shares=6, now=LATER), comes(pool, shares=2))
    assert isinstance(wants, PoolFull) != isinstance(came, PoolFull)
    pool.refresh_from_db()
    assert pool.held + pool.standing <= 6
    assert not list(breaches())
