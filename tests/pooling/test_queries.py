"""How many statements things take: at most so many for a pledge, and as many for a hundred pledges as for a few.

`make bench` prints the same figures, and times.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pooling.actions.closing import close_pool
from pooling.actions.pledges import change_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_pledging
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Pool, PoolState
from tests.bench.statements import counts, roomy_pool, statements

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db

# Each has a purpose: who may bind, the pool's lock, an earlier pledge, the pledge, its slots, the consent, the pool's
# counters, the events. With a method its lock comes to these, and the letter: the workshop's title, who gets it,
# whether they have it already, and the letter itself. The form asks whether the operator has an account for invoices.
MOST = {
    "place_pledge, held until the method is there": 8,
    "confirm_pledge, its method is there": 11,
    "place_pledge, with a saved method": 13,
    "over HTTP, with a saved method": 21,
}


def test_a_pledge_takes_at_most_so_many_statements() -> None:
    found = dict(counts(roomy_pool(NOW), NOW))
    assert found.keys() == MOST.keys()
    assert {name: count for name, count in found.items() if count > MOST[name]} == {}


def test_changing_and_withdrawing_take_at_most_so_many_statements() -> None:
    pool = roomy_pool(NOW)
    pledge = make.pledge(pool)
    by = make.administrator(pledge.organisation)
    change = statements(lambda: change_pledge(pledge=pledge, shares=3, by=by, language="de", now=NOW))
    withdraw = statements(lambda: withdraw_pledge(pledge=pledge, by=by, now=NOW))
    assert (change <= 17, withdraw <= 16) == (True, True), (change, withdraw)


def of_size(size: int) -> Pool:
    """A pool that as many pledges of one share each fund; the last one is still missing."""
    pool = make.opened(cost=size * 5_000, ceiling=5_000, capacity=size + 1)
    for _each in range(size - 1):
        make.pledge(pool)
    return pool


def last_share(pool: Pool) -> Callable[[], object]:
    by = make.organisation()
    return lambda: make.pledge(pool, by=by)


def test_funding_takes_as_many_statements_for_thirty_pledges_as_for_three() -> None:
    few, many = of_size(3), of_size(30)
    funded_few, funded_many = statements(last_share(few)), statements(last_share(many))
    many.refresh_from_db()
    assert many.state == PoolState.FUNDED
    assert funded_few == funded_many


@pytest.mark.parametrize("turn", ["lapse", "cancel"])
def test_ending_a_pool_takes_as_many_statements_for_thirty_pledges_as_for_three(turn: str) -> None:
    by = make.staff()

    def end(pool: Pool) -> None:
        if turn == "lapse":
            assert end_pledging(pk=pool.pk, now=pool.closes_at)
        else:
            cancel_pool(pool=pool, reason="abgesagt", by=by, now=NOW)

    counted = [statements(lambda pool=pool: end(pool)) for pool in (of_size(3), of_size(30))]
    assert counted[0] == counted[1]


def paid(size: int) -> Pool:
    pool = of_size(size)
    make.pledge(pool)
    collect_due_charges(now=NOW)
    return pool


def test_proving_that_the_money_is_right_takes_as_many_statements_for_thirty_pledges_as_for_three() -> None:
    paid(3)
    few = statements(lambda: list(breaches()))
    paid(30)
    assert statements(lambda: list(breaches())) == few


def test_settling_without_a_surplus_takes_as_many_statements_for_thirty_pledges_as_for_three() -> None:
    def close(pool: Pool) -> None:
        close_pool(pool=pool, by=None, now=pool.starts_at)

    counted = [statements(lambda pool=pool: close(pool)) for pool in (paid(3), paid(30))]
    assert counted[0] == counted[1]
