"""A pledge that changes hands while something else happens, on a real PostgreSQL with real threads."""

from __future__ import annotations

import pytest

from pooling.actions.errors import AlreadyPledged, PricesLocked, TransferOver, TransferTaken
from pooling.actions.pledges import place_pledge, withdraw_pledge
from pooling.actions.transfers import accept_transfer, offer_transfer, take_transfer_back
from pooling.models import Charge, Pledge, PledgeState, PoolState, Transfer, TransferState

from . import factories as make
from .factories import NOW
from .test_changing_races import agree
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)

TURNS = pytest.mark.parametrize("turn", range(4))


def offered(pledge: Pledge) -> Transfer:
    by = make.administrator(pledge.organisation)
    return offer_transfer(pledge=pledge, email="anna@example.org", language="de", by=by, now=NOW)


def takes_over(transfer: Transfer, receiver):
    by, method = make.administrator(receiver), make.method(receiver)
    return lambda: accept_transfer(
        transfer=transfer, organisation=receiver, by=by, language="de", method=method, now=NOW
    )


def pledges(pool, organisation, shares: int = 1):
    by, method = make.administrator(organisation), make.method(organisation)
    return lambda: place_pledge(
        pool=pool, organisation=organisation, shares=shares, by=by, language="de", method=method, now=NOW
    )


@TURNS
def test_taking_over_against_the_share_that_funds(turn: int) -> None:
    """Whoever wins, whoever holds the pledge when prices lock is charged, once, and the other owes nothing."""
    pool = make.opened()
    pledge, receiver = make.pledge(pool, shares=2), make.organisation()
    giver = pledge.organisation
    transfer = offered(pledge)
    took, came = at_once(takes_over(transfer, receiver), pledges(pool, make.organisation()))
    assert isinstance(came, Pledge)
    pool = agree(pool)
    transfer.refresh_from_db()
    pledge.refresh_from_db()
    assert (pool.state, pool.standing) == (PoolState.FUNDED, 3)
    if isinstance(took, TransferOver):
        assert (transfer.state, pledge.organisation) == (TransferState.EXPIRED, giver)
    else:
        assert (transfer.state, pledge.organisation) == (TransferState.DONE, receiver)
    assert Charge.objects.get(pledge=pledge).amount == 60_000


@TURNS
def test_two_that_take_it_over_at_once_end_with_one_holder(turn: int) -> None:
    pool = make.opened()
    transfer = offered(make.pledge(pool))
    both = [make.organisation(), make.organisation()]
    answers = at_once(*[takes_over(transfer, each) for each in both])
    assert sum(isinstance(answer, TransferOver | TransferTaken) for answer in answers) == 1
    winner = next(answer for answer in answers if isinstance(answer, Transfer))
    assert Pledge.objects.get().organisation_id == winner.receiver_id
    assert Pledge.objects.get().events.filter(kind="pledge_transferred").count() == 1
    agree(pool)


@TURNS
def test_the_same_organisation_clicking_twice_takes_over_once(turn: int) -> None:
    pool, receiver = make.opened(), make.organisation()
    transfer = offered(make.pledge(pool))
    click = takes_over(transfer, receiver)
    answers = at_once(*[click] * 4)
    assert all(answer.state == TransferState.DONE for answer in answers)
    assert Pledge.objects.get().events.filter(kind="pledge_transferred").count() == 1
    agree(pool)


@TURNS
def test_taking_over_against_pledging_oneself_ends_with_one_live_pledge(turn: int) -> None:
    pool, receiver = make.opened(), make.organisation()
    transfer = offered(make.pledge(pool))
    answers = at_once(takes_over(transfer, receiver), pledges(pool, receiver))
    assert sum(isinstance(answer, AlreadyPledged) for answer in answers) == 1
    assert Pledge.objects.live().filter(organisation=receiver).count() == 1
    agree(pool)


@TURNS
@pytest.mark.parametrize("way", ["take back", "withdraw"])
def test_taking_over_against_the_giver_who_thinks_better_of_it(way: str, turn: int) -> None:
    pool, receiver = make.opened(), make.organisation()
    pledge = make.pledge(pool)
    giver, transfer = pledge.organisation, offered(pledge)
    by = transfer.offered_by
    job = {
        "take back": lambda: take_transfer_back(transfer=transfer, by=by, now=NOW),
        "withdraw": lambda: withdraw_pledge(pledge=pledge, by=by, now=NOW),
    }[way]
    took, thought = at_once(takes_over(transfer, receiver), job)
    pledge.refresh_from_db()
    if isinstance(took, TransferOver):
        assert pledge.organisation == giver
        assert pledge.state == (PledgeState.STANDING if way == "take back" else PledgeState.WITHDRAWN)
    else:
        assert (pledge.organisation, pledge.state) == (receiver, PledgeState.STANDING)
        assert not isinstance(thought, Transfer | PricesLocked)
    agree(pool)
