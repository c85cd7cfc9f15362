"""More shares than were approved: the old number stands while the new one is asked for, all or nothing."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from members.models import OrganisationState
from pooling.actions.approvals import MOST_A_DAY, PAUSE, send_again
from pooling.actions.asking_more import expire_requests_for_more, take_request_back
from pooling.actions.errors import (
    ApprovalOver,
    AskedTooOften,
    NotAdministrator,
    OrganisationSuspended,
    PledgeEnded,
    PoolFull,
    PricesLocked,
    TooFewShares,
)
from pooling.actions.pledges import change_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.invariants import breaches
from pooling.models import Approval, ApprovalState, Charge, Pledge, PledgeState, Pool, PoolState, Slot
from pooling.tick import STEPS

from . import factories as make
from .approval_steps import LATER, fresh, no, yes
from .factories import NOW, asked, asked_for_more

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    """Threshold 6, capacity 8."""
    return make.opened(cost=180_000, capacity=8)


@pytest.fixture
def pledge(pool: Pool) -> Pledge:
    """Two approved shares that stand."""
    return approved(pool)


def approved(pool: Pool, *, shares: int = 2) -> Pledge:
    by = make.organisation()
    return fresh(yes(asked(pool, shares=shares, by=by, method=make.method(by))))[1]


def counted(pool: Pool) -> tuple[int, int]:
    pool.refresh_from_db()
    assert not list(breaches())
    return pool.held, pool.standing


def letters(pledge: Pledge) -> list[str]:
    names = Letter.objects.filter(organisation=pledge.organisation).order_by("pk").values_list("template", flat=True)
    return [name.rpartition("/")[2].removesuffix(".txt") for name in names]


def test_the_old_number_stands_and_the_added_places_are_held_while_it_is_asked(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=5, now=LATER)
    pledge.refresh_from_db()
    assert (pledge.state, pledge.shares, pledge.slots.count()) == (PledgeState.STANDING, 2, 2)
    assert (approval.before, approval.shares, approval.most) == (2, 5, 150_000)
    assert counted(pool) == (3, 2)
    assert pool.open_places(now=LATER) == 3


def test_approval_makes_the_new_number_stand_with_the_added_slots_last(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=4, now=LATER)
    others = make.pledge(pool, shares=1, now=LATER)
    pledge = fresh(yes(approval))[1]
    assert pledge.shares == 4
    assert counted(pool) == (0, 5)
    order = list(Slot.objects.order_by("pk").values_list("pledge", flat=True))
    assert order == [pledge.pk, pledge.pk, others.pk, pledge.pk, pledge.pk]
    assert pledge.acceptances.latest("pk").shares == 4
    assert letters(pledge)[-1] == "changed"
    assert "hat der höheren Zahl zugestimmt" in Letter.objects.latest("pk").text.replace("\n", " ")


def test_approval_of_the_share_that_was_missing_funds_the_pool(pool, pledge) -> None:
    make.pledge(pool, shares=3)
    yes(asked_for_more(pledge, shares=3, now=LATER))
    assert counted(pool) == (0, 6)
    assert pool.state == PoolState.FUNDED
    assert Charge.objects.get(pledge=pledge).amount == 90_000


def test_approving_twice_changes_the_number_once(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    yes(approval)
    yes(approval)
    assert counted(pool) == (0, 3)


def ends() -> dict[str, Any]:
    """Each way in which a request ends without a yes: what is done, and the state it leaves."""
    by = attrgetter("asked_by")
    return {
        "declined": (lambda a: no(a, sentence="Zu teuer."), ApprovalState.DECLINED),
        "taken back": (lambda a: take_request_back(approval=a, by=by(a), now=LATER), ApprovalState.WITHDRAWN),
        "not answered": (lambda a: expire_requests_for_more(now=a.expires_at), ApprovalState.EXPIRED),
        "tick": (lambda a: [step(now=a.expires_at) for step in STEPS], ApprovalState.EXPIRED),
        "pledge withdrawn": (
            lambda a: withdraw_pledge(pledge=a.pledge, by=by(a), now=LATER),
            ApprovalState.WITHDRAWN,
        ),
        "fewer shares": (
            lambda a: change_pledge(pledge=a.pledge, shares=1, by=by(a), language="de", now=LATER),
            ApprovalState.WITHDRAWN,
        ),
        "called off": (
            lambda a: cancel_pool(pool=a.pledge.pool, reason="krank", by=make.staff(), now=LATER),
            ApprovalState.EXPIRED,
        ),
        "lapsed": (lambda a: end_overdue_pledging(now=a.pledge.pool.closes_at), ApprovalState.EXPIRED),
        "prices locked": (lambda a: make.pledge(a.pledge.pool, shares=4, now=LATER), ApprovalState.EXPIRED),
    }


@pytest.mark.parametrize("way", ends())
def test_every_end_without_a_yes_frees_the_added_places(way: str, pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=4, now=LATER)
    end, state = ends()[way]
    end(approval)
    approval, pledge = fresh(approval)
    assert (approval.state, approval.ended_at is not None) == (state, True)
    assert counted(pool)[0] == 0
    assert pledge.shares == (1 if way == "fewer shares" else 2)
    with pytest.raises(ApprovalOver):
        yes(approval)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("declined", "Zu teuer."),
        ("not answered", "nicht rechtzeitig geantwortet"),
        ("prices locked", "Die Preise standen fest, bevor"),
    ],
)
def test_a_letter_says_that_the_old_number_stands(way: str, says: str, pool, pledge) -> None:
    ends()[way][0](asked_for_more(pledge, shares=4, now=LATER))
    letter = Letter.objects.get(template="pooling/letters/more_ended.txt", organisation=pledge.organisation)
    text = " ".join(letter.text.split())
    assert says in text
    assert "Ihre Zusage steht wie bisher mit 2 Anteilen." in text
    assert "CHF 600.00" in text


@pytest.mark.parametrize("way", ["lapsed", "called off"])
def test_the_pools_own_letter_is_enough_where_the_pool_ends(way: str, pool, pledge) -> None:
    ends()[way][0](asked_for_more(pledge, shares=4, now=LATER))
    assert "more_ended" not in letters(pledge)


def test_a_new_number_replaces_the_one_that_was_asked_for(pool, pledge) -> None:
    first = asked_for_more(pledge, shares=8, now=LATER)
    second = asked_for_more(pledge, shares=7, now=LATER)
    assert fresh(first)[0].state == ApprovalState.WITHDRAWN
    assert fresh(second)[0].state == ApprovalState.ASKED
    assert counted(pool) == (5, 2)


def test_all_or_nothing_more_than_is_free_is_refused_and_the_open_request_stays(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=4, now=LATER)
    with pytest.raises(PoolFull):
        asked_for_more(pledge, shares=9, now=LATER)
    assert fresh(approval)[0].state == ApprovalState.ASKED
    assert counted(pool) == (2, 2)


def test_nobody_else_gets_the_places_that_are_held(pool, pledge) -> None:
    asked_for_more(pledge, shares=8, now=LATER)
    with pytest.raises(PoolFull):
        make.pledge(pool, now=LATER)


def test_only_more_shares_are_asked_for(pledge) -> None:
    with pytest.raises(TooFewShares):
        asked_for_more(pledge, shares=2, now=LATER)


def test_it_is_too_late_once_prices_are_locked_or_the_pledge_has_ended(pool, pledge) -> None:
    other = approved(pool)
    withdraw_pledge(pledge=other, by=make.administrator(other.organisation), now=LATER)
    with pytest.raises(PledgeEnded):
        asked_for_more(other, shares=3, now=LATER)
    make.pledge(pool, shares=4, now=LATER)
    with pytest.raises(PricesLocked):
        asked_for_more(pledge, shares=3, now=LATER)


def test_a_suspended_organisation_gets_no_more_shares(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    pledge.organisation.state = OrganisationState.SUSPENDED
    pledge.organisation.save()
    with pytest.raises(OrganisationSuspended):
        yes(approval)
    with pytest.raises(OrganisationSuspended):
        asked_for_more(fresh(approval)[1], shares=4, now=LATER)
    assert counted(pool) == (1, 2)


def test_only_administrators_take_a_request_back(pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    with pytest.raises(NotAdministrator):
        take_request_back(approval=approval, by=make.staff(), now=LATER)


def test_an_organisation_asks_so_many_times_a_day_at_most(pledge) -> None:
    for turn in range(MOST_A_DAY - 1):  # one was asked two days before
        asked_for_more(pledge, shares=3 + turn % 2, now=NOW + timedelta(hours=1))
    with pytest.raises(AskedTooOften):
        asked_for_more(pledge, shares=5, now=NOW + timedelta(hours=1))


def test_a_request_for_more_is_sent_again_and_its_first_link_is_dead(pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    again = send_again(approval=approval, email="neu@example.org", by=approval.asked_by, now=LATER + PAUSE)
    assert (again.link, again.email, again.before) == (2, "neu@example.org", 2)


def test_the_database_refuses_a_request_that_is_for_no_more(pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(before=3)


def test_a_place_that_stays_held_after_its_request_is_found(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=3, now=LATER)
    Approval.objects.filter(pk=approval.pk).update(state=ApprovalState.WITHDRAWN, ended_at=LATER)
    assert [breach[:2] for breach in breaches()] == ["6:", "7:"]


def test_a_request_about_a_number_that_does_not_stand_is_found(pool, pledge) -> None:
    asked_for_more(pledge, shares=4, now=LATER)
    Approval.objects.filter(before=2).update(before=1, shares=3)
    assert [breach[:2] for breach in breaches()] == ["7:"]
