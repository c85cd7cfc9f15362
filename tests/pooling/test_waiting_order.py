"""Whatever happens to a waiting list: first come, first served, and never an offer for more than there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import Organisation, User
from pooling.actions.pledges import place_pledge, withdraw_pledge
from pooling.actions.waiting import (
    accept_offer,
    expire_overdue_offers,
    join_waiting_list,
    leave_waiting_list,
    make_offers,
)
from pooling.invariants import breaches
from pooling.models import Pledge, PledgeState, Pool
from tests.conftest import IS_PROOF

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
CAPACITY = 5

STEPS = st.one_of(
    st.tuples(st.just("join"), st.integers(1, CAPACITY)),
    st.tuples(st.just("free"), st.integers(1, 3)),
    st.tuples(st.just("accept"), st.integers(1, CAPACITY)),
    st.tuples(st.just("leave"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.just(0)),
    st.tuples(st.just("tick"), st.just(0)),
)


@pytest.fixture
def people() -> list[tuple[Organisation, User]]:
    made = [make.organisation() for _each in range(16)]
    return [(each, make.administrator(each)) for each in made]


class Line:
    """An open pool in which each share is taken, and what happens to its list."""

    def __init__(self, people: list[tuple[Organisation, User]]) -> None:
        self.people, self.now = list(people), NOW
        self.pool = make.opened(
            capacity=CAPACITY, cost=150_000, closes_at=NOW + timedelta(days=300), starts_at=NOW + timedelta(days=400)
        )
        for _share in range(CAPACITY - 1):
            self.place()
        self.place()

    def place(self) -> None:
        organisation, by = self.people.pop()
        pledge = place_pledge(pool=self.pool, organisation=organisation, shares=1, by=by, language="de", now=self.now)
        Pledge.objects.filter(pk=pledge.pk).update(held_until=self.pool.closes_at)

    def listed(self, *states: str) -> list[Pledge]:
        rows = self.pool.pledges.filter(state__in=states).select_related("organisation").order_by("pk")
        return list(rows)

    def do(self, step: str, number: int) -> None:
        getattr(self, step)(number)

    def join(self, shares: int) -> None:
        pool = Pool.objects.get(pk=self.pool.pk)
        if self.people and pool.has_waiting_list(now=self.now):
            organisation, by = self.people.pop()
            join_waiting_list(pool=pool, organisation=organisation, shares=shares, by=by, now=self.now)

    def free(self, many: int) -> None:
        """Several places at once, so that one turn offers more than one."""
        for pledge in self.listed("pending")[:many]:
            self.end(pledge, withdraw_pledge)

    def accept(self, shares: int) -> None:
        if offers := [each for each in self.listed("offered") if self.now < each.held_until]:
            pledge = offers[shares % len(offers)]
            by = make.administrator(pledge.organisation)
            accept_offer(pledge=pledge, shares=min(shares, pledge.shares), by=by, language="de", now=self.now)

    def leave(self, which: int) -> None:
        if listed := self.listed("waiting", "offered"):
            self.end(listed[which % len(listed)], leave_waiting_list)

    def end(self, pledge: Pledge, action: Any) -> None:
        action(pledge=pledge, by=make.administrator(pledge.organisation), now=self.now)

    def wait(self, _number: int) -> None:
        self.now += timedelta(hours=25)

    def tick(self, _number: int) -> None:
        expire_overdue_offers(now=self.now)
        make_offers(now=self.now)


@given(steps=st.lists(STEPS, min_size=5, max_size=25))
@settings(max_examples=300 if IS_PROOF else 12, derandomize=not IS_PROOF)
def test_nobody_overtakes_and_no_offer_is_for_more_than_is_free(steps: list[tuple[str, int]], people: Any) -> None:
    line = Line(people)
    for step, number in steps:
        before = {each.pk: each.shares for each in line.listed("waiting")}
        line.do(step, number)
        assert not list(breaches())
        waiting = {each.pk for each in line.listed("waiting")}
        offered = {each.pk: each for each in line.listed("offered") if each.pk in before}
        # Of those who waited before this step, the ones that got an offer stood before all that wait on.
        assert all(pk < other for pk in offered for other in waiting)
        # Nobody but the last of them got fewer than wished, and if one did, nothing is left.
        short = [pk for pk, each in offered.items() if each.shares < before[pk]]
        assert short in ([], [max(offered, default=0)])
        pool = Pool.objects.get(pk=line.pool.pk)
        assert not short or pool.places_left == 0
        assert pool.offered + pool.held + pool.standing <= CAPACITY
        if step == "tick":
            assert not (pool.waiting and pool.places_left)
    told = line.pool.events.filter(kind="pledge_offered").values_list("pledge", flat=True)
    assert len(set(told)) == len(told)
    never = Pledge.objects.filter(pool=line.pool, state=PledgeState.STANDING)
    assert not never.exists()
