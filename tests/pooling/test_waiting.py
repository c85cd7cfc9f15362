"""The waiting list: joining, and offers in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.models import OrganisationState
from pooling.actions.errors import (
    AlreadyPledged,
    MoreThanThereAre,
    NotAdministrator,
    OrganisationSuspended,
    PlacesFree,
    PoolClosed,
    PoolFull,
    TooFewShares,
)
from pooling.actions.pledges import change_pledge, confirm_pledge, expire_overdue_pledges
from pooling.actions.waiting import (
    expire_overdue_offers,
    join_waiting_list,
    make_offers,
)
from pooling.models import HOLD, OFFER_HOLD, Charge, PledgeState
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW
from .list_steps import free_one, fresh, full, held_full, join, leaver_of, letters_to, reread, states, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_right")]
SECOND = timedelta(seconds=1)


class TestJoining:
    def test_waiting_holds_nothing_and_agrees_to_nothing(self) -> None:
        pool = held_full()
        pledge = join(pool, shares=2)
        pool = fresh(pool)
        assert (pledge.state, pledge.shares, pledge.wished, pledge.method) == (PledgeState.WAITING, 2, 2, None)
        assert (pool.held, pool.offered, pool.standing, pool.waiting) == (3, 0, 0, 1)
        assert not pledge.acceptances.exists()
        assert not pledge.slots.exists()
        assert letters_to(pledge) == ["waiting"]

    def test_one_can_wait_for_no_more_shares_than_the_workshop_has(self) -> None:
        pool = held_full(capacity=3)
        with pytest.raises(MoreThanThereAre, match="3"):
            join(pool, shares=4)
        with pytest.raises(TooFewShares):
            join(pool, shares=0)

    def test_where_shares_are_free_nobody_has_to_wait(self) -> None:
        with pytest.raises(PlacesFree):
            join(make.opened())

    def test_a_pool_that_takes_no_more_pledges_has_no_list_to_join(self) -> None:
        pool = full()
        with pytest.raises(PoolClosed):
            join(pool, now=pool.closes_at)

    def test_an_organisation_is_on_the_list_once_and_not_beside_its_pledge(self) -> None:
        pool = held_full()
        waiting = join(pool)
        with pytest.raises(AlreadyPledged):
            join(pool, by=waiting.organisation)
        with pytest.raises(AlreadyPledged):
            join(pool, by=leaver_of(pool).organisation)
        with pytest.raises(AlreadyPledged):
            make.pledge(pool, by=waiting.organisation)

    def test_only_an_administrator_of_an_active_organisation_joins(self) -> None:
        pool, organisation = held_full(), make.organisation()
        with pytest.raises(NotAdministrator):
            join_waiting_list(pool=pool, organisation=organisation, shares=1, by=UserFactory(), now=NOW)
        with pytest.raises(OrganisationSuspended):
            join(pool, by=make.organisation(state=OrganisationState.SUSPENDED))

    def test_while_anybody_waits_a_place_that_is_free_is_not_pledged_by_a_newcomer(self) -> None:
        pool = held_full()
        first = join(pool)
        free_one(pool)
        with pytest.raises(PoolFull):
            make.pledge(pool)
        newcomer = join(pool)
        assert states(first, newcomer) == [("offered", 1), ("waiting", 1)]

    def test_while_anybody_waits_nobody_takes_more_shares_than_they_have(self) -> None:
        pool = make.opened(capacity=4, cost=120_000)
        standing = make.pledge(pool, shares=2)
        make.pledge(pool, shares=2, behaviour=None)
        join(pool)
        expire_overdue_pledges(now=NOW + HOLD)
        with pytest.raises(PoolFull):
            change_pledge(
                pledge=standing,
                shares=3,
                by=make.administrator(standing.organisation),
                language="de",
                now=NOW + HOLD,
            )

    def test_a_method_that_comes_late_does_not_overtake_those_who_wait(self) -> None:
        pool = held_full()
        late = leaver_of(pool)
        waiting = join(pool)
        expire_overdue_pledges(now=NOW + HOLD)
        with pytest.raises(PoolFull):
            confirm_pledge(pledge=late, method=make.method(late.organisation), now=NOW + HOLD)
        make_offers(now=NOW + HOLD)
        assert states(waiting) == [("offered", 1)]


class TestOffers:
    def test_the_first_in_line_gets_what_is_free_even_if_that_is_fewer_than_it_wished(self) -> None:
        pool = held_full()
        first, second = join(pool, shares=3), join(pool)
        free_one(pool)
        assert make_offers(now=NOW) == 1
        assert states(first, second) == [("offered", 1), ("waiting", 1)]
        assert reread(first).wished == 3
        assert letters_to(first) == ["waiting", "offered"]

    def test_what_the_first_did_not_wish_goes_to_the_next_in_the_same_turn(self) -> None:
        pool = held_full()
        line = [join(pool), join(pool, shares=2), join(pool)]
        expire_overdue_pledges(now=NOW + HOLD)
        assert make_offers(now=NOW + HOLD) == 2
        assert states(*line) == [("offered", 1), ("offered", 2), ("waiting", 1)]
        pool = fresh(pool)
        assert (pool.held, pool.offered, pool.waiting, pool.places_left) == (0, 3, 1, 0)

    def test_offering_again_changes_nothing(self) -> None:
        pool = held_full()
        join(pool), join(pool)
        free_one(pool)
        assert (make_offers(now=NOW), make_offers(now=NOW)) == (1, 0)

    def test_an_offer_holds_its_places_for_48_hours(self) -> None:
        pool = held_full()
        pledge = join(pool)
        free_one(pool)
        make_offers(now=NOW)
        assert reread(pledge).held_until == NOW + OFFER_HOLD
        assert expire_overdue_offers(now=NOW + OFFER_HOLD - SECOND) == 0
        assert expire_overdue_offers(now=NOW + OFFER_HOLD) == 1
        assert (reread(pledge).state, fresh(pool).offered) == (PledgeState.EXPIRED, 0)
        assert letters_to(pledge) == ["waiting", "offered", "offer_expired"]

    def test_or_until_closing_where_that_is_sooner(self) -> None:
        pool = held_full()
        pledge = join(pool)
        late = pool.closes_at - timedelta(hours=3)
        expire_overdue_pledges(now=late)
        make_offers(now=late)
        assert reread(pledge).held_until == pool.closes_at
        assert fresh(pool).open_places(now=late) == 2

    def test_when_one_runs_out_the_next_in_line_gets_the_offer(self) -> None:
        pool = held_full()
        first, second = join(pool), join(pool)
        free_one(pool)
        make_offers(now=NOW)
        expire_overdue_offers(now=NOW + OFFER_HOLD)
        make_offers(now=NOW + OFFER_HOLD)
        assert states(first, second) == [("expired", 1), ("offered", 1)]

    def test_when_several_run_out_at_once_the_next_in_line_gets_all_that_it_wished(self) -> None:
        pool = held_full()
        line = [join(pool), join(pool), join(pool, shares=3)]
        for _leaver in range(2):
            free_one(pool)
        make_offers(now=NOW)
        tick(now=NOW + OFFER_HOLD)
        assert states(*line) == [("expired", 1), ("expired", 1), ("offered", 3)]

    def test_a_suspended_organisation_is_passed_over_and_keeps_its_place(self) -> None:
        pool = held_full()
        first, second, third = join(pool), join(pool), join(pool)
        suspended = first.organisation
        suspended.state = OrganisationState.SUSPENDED
        suspended.save()
        free_one(pool)
        make_offers(now=NOW)
        assert states(first, second, third) == [("waiting", 1), ("offered", 1), ("waiting", 1)]
        suspended.state = OrganisationState.ACTIVE
        suspended.save()
        free_one(pool)
        make_offers(now=NOW)
        assert states(first, second, third) == [("offered", 1), ("offered", 1), ("waiting", 1)]

    def test_where_only_suspended_ones_wait_a_newcomer_gets_its_offer_at_once(self) -> None:
        pool = held_full()
        suspended = join(pool)
        suspended.organisation.state = OrganisationState.SUSPENDED
        suspended.organisation.save()
        free_one(pool)
        make_offers(now=NOW)
        newcomer = join(pool, shares=2)
        assert states(suspended, newcomer) == [("waiting", 1), ("offered", 1)]
        assert letters_to(newcomer) == ["offered"]

    def test_an_offer_counts_for_no_threshold(self) -> None:
        pool = make.opened(capacity=3)
        make.pledge(pool, shares=2)
        make.pledge(pool, behaviour=None)
        join(pool)
        expire_overdue_pledges(now=NOW + HOLD)
        make_offers(now=NOW + HOLD)
        assert (fresh(pool).state, fresh(pool).standing) == ("open", 2)
        assert not Charge.objects.exists()
