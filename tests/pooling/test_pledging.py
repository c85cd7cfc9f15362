"""Placing, confirming, changing, withdrawing and expiring pledges."""

from datetime import timedelta

import pytest

from members.letters.models import Letter
from members.models import Membership, OrganisationState, Role
from pooling.actions.errors import (
    AlreadyPledged,
    MethodGone,
    NotAdministrator,
    OrganisationSuspended,
    PledgeEnded,
    PoolClosed,
    PoolFull,
    PricesLocked,
    TooFewShares,
)
from pooling.actions.methods import release_unused_methods
from pooling.actions.pledges import change_pledge, confirm_pledge, expire_overdue_pledges, place_pledge, withdraw_pledge
from pooling.actions.pools import end_overdue_pledging
from pooling.invariants import breaches
from pooling.models import HOLD, Charge, PledgeState, Pool, PoolState, Slot
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    return make.opened()


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def test_a_pledge_without_a_method_holds_its_shares_and_counts_for_no_threshold(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=3, behaviour=None)
    pool = reread(pool)
    assert (pledge.state, pledge.held_until) == (PledgeState.PENDING, NOW + HOLD)
    assert (pool.held, pool.standing, pool.places_left, pool.state) == (3, 0, 3, PoolState.OPEN)
    assert not Charge.objects.exists()


def test_a_pledge_with_a_saved_method_stands_at_once_and_is_confirmed_by_letter(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=2)
    pool = reread(pool)
    assert (pledge.state, pool.held, pool.standing) == (PledgeState.STANDING, 0, 2)
    assert Letter.objects.filter(organisation=pledge.organisation, template__contains="pledged").count() == 1


def test_the_consent_is_kept_with_its_figures_and_version(pool: Pool, settings) -> None:
    pledge = make.pledge(pool, shares=2)
    consent = pledge.acceptances.get()
    assert (consent.shares, consent.most, consent.legal_version, consent.accepted_at) == (
        2,
        60_000,
        settings.LEGAL_TERMS_VERSION,
        NOW,
    )


@pytest.mark.parametrize("shares", [0, -1, -1000])
def test_fewer_than_one_share_is_refused(pool: Pool, shares: int) -> None:
    with pytest.raises(TooFewShares):
        make.pledge(pool, shares=shares)
    assert not pool.pledges.exists()


def test_more_shares_than_are_free_are_refused_and_the_number_left_is_told(pool: Pool) -> None:
    make.pledge(pool, shares=2, behaviour=None)
    with pytest.raises(PoolFull) as refused:
        make.pledge(pool, shares=5)
    assert refused.value.left == 4
    assert "4" in str(refused.value)


def test_a_pool_takes_no_pledge_from_its_closing_second_on(pool: Pool) -> None:
    make.pledge(pool, now=pool.closes_at - timedelta(seconds=1))
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=pool.closes_at)


def test_a_draft_and_a_lapsed_pool_take_no_pledge() -> None:
    with pytest.raises(PoolClosed):
        make.pledge(make.draft())
    pool = make.opened()
    end_overdue_pledging(now=pool.closes_at)
    with pytest.raises(PoolClosed):
        make.pledge(pool)


def test_an_organisation_has_one_live_pledge_per_pool(pool: Pool) -> None:
    first = make.pledge(pool)
    with pytest.raises(AlreadyPledged) as refused:
        make.pledge(pool, by=first.organisation)
    assert refused.value.pledge == first
    withdraw_pledge(pledge=first, by=make.administrator(first.organisation), now=NOW)
    assert make.pledge(pool, by=first.organisation).state == PledgeState.STANDING


def test_only_an_active_administrator_of_an_active_organisation_binds_it(pool: Pool) -> None:
    organisation = make.organisation()
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    for person in (member, UserFactory()):
        with pytest.raises(NotAdministrator):
            place_pledge(pool=pool, organisation=organisation, shares=1, by=person, language="de", now=NOW)
    person = make.administrator(organisation)
    organisation.state = OrganisationState.SUSPENDED
    organisation.save()
    with pytest.raises(OrganisationSuspended):
        place_pledge(pool=pool, organisation=organisation, shares=1, by=person, language="de", now=NOW)
    assert not pool.pledges.exists()


def test_a_released_method_and_that_of_another_organisation_make_nothing_stand(pool: Pool) -> None:
    organisation = make.organisation()
    released = make.method(organisation)
    released.released_at = NOW
    released.save()
    with pytest.raises(MethodGone):
        place_pledge(
            pool=pool,
            organisation=organisation,
            shares=1,
            by=make.administrator(organisation),
            language="de",
            now=NOW,
            method=released,
        )
    assert not pool.pledges.exists()


def test_confirming_twice_is_an_answer_and_changes_nothing(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=2, behaviour=None)
    saved = make.method(pledge.organisation)
    confirm_pledge(pledge=pledge, method=saved, now=NOW)
    events = pool.events.count()
    assert confirm_pledge(pledge=pledge, method=saved, now=NOW).state == PledgeState.STANDING
    assert (reread(pool).standing, pool.events.count()) == (2, events)


def test_a_hold_that_runs_out_frees_its_shares_and_is_told(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=2, behaviour=None)
    assert expire_overdue_pledges(now=NOW + HOLD - timedelta(seconds=1)) == 0
    assert expire_overdue_pledges(now=NOW + HOLD) == 1
    assert expire_overdue_pledges(now=NOW + HOLD) == 0
    pledge.refresh_from_db()
    assert (pledge.state, reread(pool).held, Slot.objects.count()) == (PledgeState.EXPIRED, 0, 0)
    assert Letter.objects.filter(template__contains="expired").count() == 1


def test_a_method_that_comes_late_makes_the_pledge_stand_if_places_are_free(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=2, behaviour=None)
    expire_overdue_pledges(now=NOW + HOLD)
    pledge = confirm_pledge(pledge=pledge, method=make.method(pledge.organisation), now=NOW + HOLD)
    assert (pledge.state, reread(pool).standing, pledge.slots.count()) == (PledgeState.STANDING, 2, 2)
    assert not list(breaches())


def test_a_method_that_comes_late_to_a_full_or_closed_pool_makes_nothing_stand(pool: Pool) -> None:
    late = make.pledge(pool, shares=2, behaviour=None)
    expire_overdue_pledges(now=NOW + HOLD)
    make.pledge(pool, shares=5, now=NOW + HOLD)
    saved = make.method(late.organisation)
    with pytest.raises(PoolFull):
        confirm_pledge(pledge=late, method=saved, now=NOW + HOLD)
    with pytest.raises(PoolClosed):
        confirm_pledge(pledge=late, method=saved, now=pool.closes_at)
    assert not list(breaches())


def test_a_method_for_a_withdrawn_pledge_makes_nothing_stand(pool: Pool) -> None:
    pledge = make.pledge(pool, behaviour=None)
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=NOW)
    with pytest.raises(PledgeEnded):
        confirm_pledge(pledge=pledge, method=make.method(pledge.organisation), now=NOW)


def test_a_withdrawn_pledge_frees_its_shares(pool: Pool) -> None:
    pledge = make.pledge(pool, shares=2)
    by = make.administrator(pledge.organisation)
    withdraw_pledge(pledge=pledge, by=by, now=NOW)
    assert (reread(pool).standing, reread(pool).places_left) == (0, 6)
    assert withdraw_pledge(pledge=pledge, by=by, now=NOW).state == PledgeState.WITHDRAWN
    assert not list(breaches())


def test_a_pledge_can_be_neither_withdrawn_nor_changed_once_prices_are_locked() -> None:
    pool = make.funded()
    pledge = pool.pledges.first()
    by = make.administrator(pledge.organisation)
    with pytest.raises(PricesLocked):
        withdraw_pledge(pledge=pledge, by=by, now=NOW)
    with pytest.raises(PricesLocked):
        change_pledge(pledge=pledge, shares=2, by=by, language="de", now=NOW)


def test_nothing_is_withdrawn_or_changed_from_closing_on_even_if_tick_is_late(pool: Pool) -> None:
    pledge = make.pledge(pool)
    by = make.administrator(pledge.organisation)
    with pytest.raises(PoolClosed):
        withdraw_pledge(pledge=pledge, by=by, now=pool.closes_at)
    with pytest.raises(PoolClosed):
        change_pledge(pledge=pledge, shares=2, by=by, language="de", now=pool.closes_at)


def test_changing_the_number_takes_fresh_consent_and_all_or_nothing(pool: Pool) -> None:
    pledge = make.pledge(pool)
    by = make.administrator(pledge.organisation)
    change_pledge(pledge=pledge, shares=2, by=by, language="de", now=NOW)
    assert (reread(pool).standing, pledge.slots.count(), pledge.acceptances.count()) == (2, 2, 2)
    make.pledge(make.opened())  # another pool changes nothing here
    with pytest.raises(PoolFull):
        change_pledge(pledge=pledge, shares=7, by=by, language="de", now=NOW)
    pledge.refresh_from_db()
    assert (pledge.shares, reread(pool).standing) == (2, 2)
    change_pledge(pledge=pledge, shares=1, by=by, language="de", now=NOW)
    assert (reread(pool).standing, pledge.slots.count()) == (1, 1)
    assert not list(breaches())


def test_a_larger_number_can_reach_the_threshold(pool: Pool) -> None:
    pledge = make.pledge(pool)
    change_pledge(pledge=pledge, shares=3, by=make.administrator(pledge.organisation), language="de", now=NOW)
    assert reread(pool).state == PoolState.FUNDED
    assert pledge.charges.get().amount == 90_000


def test_a_method_is_released_when_no_live_pledge_uses_it_any_more(pool: Pool) -> None:
    pledge = make.pledge(pool)
    assert release_unused_methods(now=NOW + timedelta(days=1)) == 0
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=NOW)
    assert release_unused_methods(now=NOW + timedelta(days=1)) == 1
    pledge.method.refresh_from_db()
    assert pledge.method.released_at
