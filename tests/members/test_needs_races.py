"""Many at once about one need, on a real PostgreSQL: having it too, and merging meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from members.actions.errors import Refused
from members.needs.actions import support, take_back
from members.needs.deciding import close, merge
from members.needs.errors import NeedMoved, WrongNeedState
from members.needs.models import Need, NeedState, Support
from tests.pooling import test_races as races
from tests.pooling.test_races import postgresql_only

from .needs_steps import NOW, acting, count, has_too, written

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)
TURNS = pytest.mark.parametrize("turn", range(3))


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each returned, or its refusal."""

    def tried(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except Refused as refusal:
            return refusal

    return races.at_once(*(partial(tried, job) for job in jobs))


@TURNS
def test_two_people_of_one_organisation_at_once_are_one_support(turn: int) -> None:
    need, who = written(), acting()
    job = partial(support, need=need, organisation=who[0], sentence="Wir auch", by=who[1], now=NOW)
    assert [type(each) for each in at_once(*[job] * 8)] == [Support] * 8
    assert count(need) == 2


@TURNS
def test_having_it_too_against_a_merge_is_counted_there_or_led_there(turn: int) -> None:
    one, other = written("Eins"), written("Zwei")
    jobs = []
    for _n in range(8):
        of, by = acting()
        jobs.append(partial(support, need=one, organisation=of, sentence="", by=by, now=NOW))
    done = at_once(*jobs[:4], partial(merge, need=one, into=other, now=NOW), *jobs[4:])
    stand = [each for each in done if isinstance(each, Support)]
    moved = [each for each in done if isinstance(each, NeedMoved)]
    assert len(stand) + len(moved) == 8
    assert count(other) == 2 + len(stand)
    assert not Support.objects.filter(need=one).exists()


@TURNS
def test_of_two_merges_against_each_other_one_is_led_on_and_nothing_waits_for_ever(turn: int) -> None:
    one, other = written("Eins"), written("Zwei")
    done = at_once(partial(merge, need=one, into=other, now=NOW), partial(merge, need=other, into=one, now=NOW))
    assert sorted(type(each).__name__ for each in done) == ["Need", "NeedMoved"]
    assert Need.objects.filter(state=NeedState.MERGED).count() == 1


@TURNS
def test_a_need_is_closed_once_and_its_followers_are_told_once(turn: int) -> None:
    need = written()
    done = at_once(*[partial(close, need=need, reason="Gibt es.", now=NOW)] * 4)
    assert [type(each) for each in done].count(WrongNeedState) == 3


def test_taking_back_against_having_it_too_leaves_one_or_none() -> None:
    need, (of, by) = written(), acting()
    has_too(need, who=(of, by))
    at_once(
        partial(take_back, need=need, organisation=of, by=by),
        partial(support, need=need, organisation=of, sentence="", by=by, now=NOW),
    )
    assert count(need) in (1, 2)
