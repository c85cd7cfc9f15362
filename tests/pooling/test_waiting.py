"""The waiting list: joining, offers in turn, accepting all or fewer, leaving, running out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from members.letters.models import Letter
from members.models import OrganisationState
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import (
    AlreadyPledged,
    MoreThanThereAre,
    NotAdministrator,
    OfferOver,
    OrganisationSuspended,
    PlacesFree,
    PledgeEnded,
    PoolClosed,
    PoolFull,
    TooFewShares,
)
from pooling.actions.pledges import change_pledge, confirm_pledge, expire_overdue_pledges, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.revising import extend_pool
from pooling.actions.settlement import collect_due_charges
from pooling.actions.waiting import (
    end_overdue_lists,
    expire_overdue_offers,
    join_waiting_list,
    leave_waiting_list,
    make_offers,
)
from pooling.invariants import breaches
from pooling.models import HOLD, OFFER_HOLD, Charge, Pledge, PledgeState, Pool, Slot
from pooling.tick import STEPS
from tests.members.factories import UserFactory

from . import factories as make
from .factories import APPROVER, NOW
from .list_steps import accept, fresh, full, held_full, join, reread, states
from .payment_steps import IN_EIGHT_DAYS, one_declined

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def books_are_right() -> object:
    yield
    assert not list(breaches())


def leaver_of(pool: Pool) -> Pledge:
    return pool.pledges.placed().select_related("organisation").order_by("pk")[0]


def free_one(pool: Pool) -> None:
    """Somebody who holds or has pledged shares gives them back."""
    leaver = leaver_of(pool)
    withdraw_pledge(pledge=leaver, by=make.administrator(leaver.organisation), now=NOW)


def tick(*, now: datetime) -> None:
    for step in STEPS:
        step(now=now)


def letters_to(pledge: Pledge) -> list[str]:
    named = Letter.objects.filter(organisation=pledge.organisation).order_by("pk")
    return [template.split("/")[-1].removesuffix(".txt") for template in named.values_list("template", flat=True)]


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
