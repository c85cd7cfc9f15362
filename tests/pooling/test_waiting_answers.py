"""The waiting list: accepting all or fewer, leaving, running out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.letters.models import Letter
from members.models import OrganisationState
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import (
    NotAdministrator,
    OfferOver,
    OrganisationSuspended,
    PledgeEnded,
    PoolFull,
    TooFewShares,
)
from pooling.actions.pledges import confirm_pledge, expire_overdue_pledges
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.revising import extend_pool
from pooling.actions.settlement import collect_due_charges
from pooling.actions.waiting import (
    end_overdue_lists,
    expire_overdue_offers,
    leave_waiting_list,
    make_offers,
)
from pooling.models import HOLD, OFFER_HOLD, Pledge, PledgeState, Pool, Slot
from tests.members.factories import UserFactory

from . import factories as make
from .factories import APPROVER, NOW
from .list_steps import accept, free_one, fresh, full, held_full, join, leaver_of, letters_to, reread, states
from .payment_steps import IN_EIGHT_DAYS, one_declined

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_right")]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class TestAccepting:
    @pytest.fixture
    def offered(self) -> Pledge:
        """An offer of 2 shares in an open pool of 4, of which 2 stand; somebody else waits behind."""
        pool = make.opened(capacity=4, cost=120_000)
        make.pledge(pool, shares=2)
        make.pledge(pool, shares=2, behaviour=None)
        offered = join(pool, shares=2)
        self.next = join(pool)
        expire_overdue_pledges(now=NOW + HOLD)
        make_offers(now=NOW + HOLD)
        return reread(offered)

    def test_with_a_saved_method_it_stands_and_the_terms_are_accepted(self, offered: Pledge) -> None:
        pledge = accept(offered, now=NOW + DAY)
        assert (pledge.state, pledge.held_until, pledge.slots.count()) == (PledgeState.STANDING, None, 2)
        consent = pledge.acceptances.get()
        assert (consent.shares, consent.most, consent.accepted_at) == (2, 60_000, NOW + DAY)
        pool = fresh(pledge.pool)
        assert (pool.state, pool.held, pool.offered, pool.standing) == ("funded", 0, 0, 4)

    def test_taking_fewer_gives_up_the_rest_which_goes_to_the_next(self, offered: Pledge) -> None:
        pledge = accept(offered, shares=1, now=NOW + DAY)
        assert states(pledge, self.next) == [("standing", 1), ("offered", 1)]
        assert reread(self.next).held_until == NOW + DAY + OFFER_HOLD

    @pytest.mark.parametrize(("shares", "refusal"), [(3, PoolFull), (0, TooFewShares)])
    def test_never_more_than_was_offered_and_never_none(self, offered: Pledge, shares: int, refusal: type) -> None:
        with pytest.raises(refusal):
            accept(offered, shares=shares)
        assert states(offered) == [("offered", 2)]

    def test_without_a_method_its_places_are_held_as_long_as_the_offer_would_have_run(self, offered: Pledge) -> None:
        pledge = accept(offered, behaviour=None, now=NOW + DAY)
        assert (pledge.state, pledge.held_until) == (PledgeState.PENDING, offered.held_until)
        pledge = confirm_pledge(pledge=pledge, method=make.method(pledge.organisation), now=NOW + DAY)
        assert pledge.state == PledgeState.STANDING

    def test_accepted_in_the_last_minute_there_is_still_time_to_give_a_method(self, offered: Pledge) -> None:
        last = offered.held_until - SECOND
        assert accept(offered, behaviour=None, now=last).held_until == last + HOLD

    def test_but_no_longer_than_the_pool_accepts(self, offered: Pledge) -> None:
        pool = offered.pool
        Pledge.objects.filter(pk=offered.pk).update(held_until=pool.closes_at)
        last = pool.closes_at - SECOND
        assert accept(offered, behaviour=None, now=last).held_until == pool.closes_at

    def test_a_board_decides_within_the_time_of_the_offer(self, offered: Pledge) -> None:
        pledge = accept(offered, behaviour=None, approver=APPROVER, now=NOW + DAY)
        request = pledge.approvals.get()
        assert (pledge.state, pledge.awaits_approval, pledge.held_until) == ("pending", True, offered.held_until)
        assert (request.expires_at, request.shares, request.most) == (offered.held_until, 2, 60_000)

    def test_after_its_time_an_offer_takes_nothing(self, offered: Pledge) -> None:
        with pytest.raises(OfferOver):
            accept(offered, now=offered.held_until)
        expire_overdue_offers(now=offered.held_until)
        with pytest.raises(OfferOver):
            accept(offered, now=offered.held_until)
        assert Slot.objects.filter(pledge=offered).count() == 0

    def test_who_only_waits_has_nothing_to_accept(self, offered: Pledge) -> None:
        with pytest.raises(OfferOver):
            accept(self.next)

    def test_accepting_twice_is_an_answer(self, offered: Pledge) -> None:
        accept(offered)
        assert accept(offered).acceptances.count() == 1

    def test_a_suspended_organisation_accepts_nothing(self, offered: Pledge) -> None:
        offered.organisation.state = OrganisationState.SUSPENDED
        offered.organisation.save()
        with pytest.raises(OrganisationSuspended):
            accept(offered)

    def test_only_an_administrator_accepts(self, offered: Pledge) -> None:
        with pytest.raises(NotAdministrator):
            accept(offered, by=UserFactory())

    def test_after_the_threshold_it_is_charged_in_the_same_moment(self) -> None:
        pool = make.funded(capacity=4)
        make.pledge(pool, behaviour=None)
        waiting = join(pool)
        expire_overdue_pledges(now=NOW + HOLD)
        make_offers(now=NOW + HOLD)
        pledge = accept(waiting, now=NOW + HOLD)
        assert pledge.charges.get().amount == 30_000


class TestLeaving:
    def test_one_leaves_at_any_time_and_those_behind_move_up(self) -> None:
        pool = held_full()
        first, second = join(pool), join(pool)
        leave_waiting_list(pledge=first, by=make.administrator(first.organisation), now=pool.closes_at + DAY)
        assert (reread(first).state, fresh(pool).waiting) == (PledgeState.WITHDRAWN, 1)
        free_one(pool)
        make_offers(now=NOW)
        assert states(second) == [("offered", 1)]

    def test_declining_hands_the_offer_to_the_next(self) -> None:
        pool = held_full()
        first, second = join(pool), join(pool)
        free_one(pool)
        make_offers(now=NOW)
        for _twice in range(2):
            leave_waiting_list(pledge=first, by=make.administrator(first.organisation), now=NOW)
        assert states(first, second) == [("withdrawn", 1), ("offered", 1)]
        assert pool.events.filter(kind="offer_declined").count() == 1

    def test_a_pledge_that_was_accepted_is_not_given_back_by_leaving_the_list(self) -> None:
        pledge = leaver_of(held_full())
        with pytest.raises(PledgeEnded):
            leave_waiting_list(pledge=pledge, by=make.administrator(pledge.organisation), now=NOW)

    def test_nobody_else_leaves_for_one(self) -> None:
        waiting = join(held_full())
        with pytest.raises(NotAdministrator):
            leave_waiting_list(pledge=waiting, by=UserFactory(), now=NOW)

    def test_whoever_joins_again_joins_at_the_end(self) -> None:
        pool = held_full()
        first, second = join(pool), join(pool)
        leave_waiting_list(pledge=first, by=make.administrator(first.organisation), now=NOW)
        again = join(pool, by=first.organisation)
        free_one(pool)
        make_offers(now=NOW)
        assert states(second, again) == [("offered", 1), ("waiting", 1)]


class TestTheEnd:
    def test_with_a_pool_that_lapses_the_list_ends_and_says_so_once(self) -> None:
        pool = held_full()
        offered, waiting = join(pool), join(pool)
        free_one(pool)
        make_offers(now=pool.closes_at - SECOND)
        end_overdue_pledging(now=pool.closes_at)
        assert states(offered, waiting) == [("expired", 1), ("expired", 1)]
        assert letters_to(waiting) == ["waiting", "list_ended"]
        assert letters_to(offered) == ["waiting", "offered", "list_ended"]
        assert (fresh(pool).offered, fresh(pool).waiting) == (0, 0)

    def test_with_one_that_is_called_off_too(self) -> None:
        pool = full()
        waiting = join(pool)
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
        assert states(waiting) == [("expired", 1)]
        assert letters_to(waiting) == ["waiting", "list_ended"]

    def test_a_place_that_is_freed_after_closing_is_offered_to_those_who_wait(self) -> None:
        pool = one_declined(capacity=3)
        waiting = join(pool)
        give_up_overdue_charges(now=IN_EIGHT_DAYS)
        Pool.objects.filter(pk=pool.pk).update(closes_at=IN_EIGHT_DAYS - DAY)
        with pytest.raises(PoolFull):
            make.pledge(pool, now=IN_EIGHT_DAYS)
        assert make_offers(now=IN_EIGHT_DAYS) == 1
        assert reread(waiting).held_until == IN_EIGHT_DAYS + OFFER_HOLD
        pledge = accept(waiting, now=IN_EIGHT_DAYS)
        assert pledge.slots.get().refills is not None
        assert (fresh(pool).freed, pledge.charges.get().amount) == (0, 30_000)

    def test_such_an_offer_ends_14_days_before_the_start_at_the_latest(self) -> None:
        pool = one_declined(capacity=3)
        waiting = join(pool)
        late = pool.starts_at - timedelta(days=15)
        give_up_overdue_charges(now=late)
        make_offers(now=late)
        assert reread(waiting).held_until == fresh(pool).refills_until

    def test_whoever_waits_is_told_of_more_time(self) -> None:
        pool = held_full()
        waiting = join(pool)
        extend_pool(pool=pool, closes_at=pool.closes_at + DAY, by=make.staff(), now=NOW)
        letter = Letter.objects.get(organisation=waiting.organisation, template__endswith="extended.txt")
        assert "Warteliste" in letter.text

    def test_then_the_list_ends_with_a_letter(self) -> None:
        pool = full()
        waiting = join(pool)
        collect_due_charges(now=NOW)
        assert end_overdue_lists(now=pool.refills_until - SECOND) == 0
        assert end_overdue_lists(now=pool.refills_until) == 1
        assert end_overdue_lists(now=pool.refills_until) == 0
        assert (reread(waiting).state, letters_to(waiting)[-1]) == (PledgeState.EXPIRED, "list_ended")

    def test_one_that_ended_on_the_list_does_not_stand_by_a_method(self) -> None:
        pool = held_full()
        waiting = join(pool)
        free_one(pool)
        make_offers(now=NOW)
        expire_overdue_offers(now=NOW + OFFER_HOLD)
        with pytest.raises(PledgeEnded):
            confirm_pledge(pledge=waiting, method=make.method(waiting.organisation), now=NOW + OFFER_HOLD)
