"""Two things at once about one request for approval, on a real PostgreSQL with real threads: one of them is so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from members.letters.models import Letter
from pooling.actions.approval_letters import send_approval_letters
from pooling.actions.approvals import approve, decline, remind_approvers, send_again
from pooling.actions.errors import ApprovalOver, LinkReplaced, Refused
from pooling.actions.pledges import expire_overdue_pledges, place_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.invariants import breaches
from pooling.models import Approval, ApprovalState, Charge, Pledge, PledgeState, PoolState

from . import factories as make
from .approval_steps import LATER, fresh
from .factories import NOW, asked
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)

TURNS = pytest.mark.parametrize("turn", range(4))


def with_method(**terms: Any) -> Approval:
    """A request whose pledge stands as soon as it is approved."""
    by = make.organisation()
    return asked(make.opened(**terms), by=by, method=make.method(by))


def says(approval: Approval, *, now: Any = LATER) -> Callable[[], Approval]:
    return lambda: approve(approval=approval, link=approval.link, now=now)


def consistent(approval: Approval) -> tuple[Approval, Pledge]:
    """The request and its pledge, which agree with each other and with the books."""
    approval, pledge = fresh(approval)
    ended = {ApprovalState.DECLINED, ApprovalState.WITHDRAWN, ApprovalState.EXPIRED}
    assert (approval.state in ended) == (pledge.awaits_approval and not pledge.is_live)
    assert pledge.pool.held + pledge.pool.standing == (pledge.shares if pledge.is_live else 0)
    assert not list(breaches())
    return approval, pledge


@TURNS
def test_approving_against_the_tick_of_its_last_second_is_in_time(turn: int) -> None:
    """Tick runs a moment later than the click; who gets the lock first does not matter to what is promised."""
    approval = with_method()
    answered, expired = at_once(
        says(approval, now=approval.expires_at - timedelta(milliseconds=1)),
        lambda: expire_overdue_pledges(now=approval.expires_at),
    )
    approval, pledge = consistent(approval)
    if isinstance(answered, ApprovalOver):
        assert (expired, approval.state, pledge.state) == (1, ApprovalState.EXPIRED, PledgeState.EXPIRED)
    else:
        assert (expired, approval.state, pledge.state) == (0, ApprovalState.APPROVED, PledgeState.STANDING)


@TURNS
def test_approving_against_withdrawing_ends_in_one_of_both(turn: int) -> None:
    approval = asked(make.opened())
    answered, withdrawn = at_once(
        says(approval), lambda: withdraw_pledge(pledge=approval.pledge, by=approval.asked_by, now=LATER)
    )
    approval, pledge = consistent(approval)
    assert isinstance(withdrawn, Pledge)  # before the threshold that is always allowed
    assert pledge.state == PledgeState.WITHDRAWN
    expected = ApprovalState.WITHDRAWN if isinstance(answered, ApprovalOver) else ApprovalState.APPROVED
    assert approval.state == expected


def test_eight_clicks_on_approve_approve_once() -> None:
    approval = with_method()
    results = at_once(*[says(approval)] * 8)
    assert {result.state for result in results} == {ApprovalState.APPROVED}
    _approval, pledge = consistent(approval)
    assert pledge.events.filter(kind="approval_given").count() == 1
    assert pledge.events.filter(kind="pledge_standing").count() == 1
    assert Letter.objects.filter(template="pooling/letters/approval_given.txt").count() == 1


@TURNS
def test_yes_and_no_at_once_is_one_of_both(turn: int) -> None:
    approval = with_method()
    yes, no = at_once(says(approval), lambda: decline(approval=approval, link=1, sentence="Nein.", now=LATER))
    approval, pledge = consistent(approval)
    assert [isinstance(result, Refused) for result in (yes, no)].count(True) == 1
    assert (approval.state, pledge.state) in {
        (ApprovalState.APPROVED, PledgeState.STANDING),
        (ApprovalState.DECLINED, PledgeState.WITHDRAWN),
    }
    assert Letter.objects.filter(template__startswith="pooling/letters/approval_").count() == 1


@TURNS
def test_approving_against_the_closing_of_the_pool_stands_before_or_is_over(turn: int) -> None:
    approval = with_method(closes_at=NOW + timedelta(days=5))
    pool = approval.pledge.pool
    answered, _expired, lapsed = at_once(
        says(approval, now=pool.closes_at - timedelta(milliseconds=1)),
        lambda: expire_overdue_pledges(now=pool.closes_at),
        lambda: end_overdue_pledging(now=pool.closes_at),
    )
    approval, pledge = fresh(approval)
    assert (lapsed, pledge.pool.state) == (1, PoolState.LAPSED)
    assert isinstance(answered, Refused) == (approval.state == ApprovalState.EXPIRED)
    assert not Charge.objects.exists()
    assert not list(breaches())


@TURNS
def test_approving_against_calling_off_charges_nobody(turn: int) -> None:
    approval = with_method(cost=30_000, minimum=1)
    by = make.staff()
    at_once(says(approval), lambda: cancel_pool(pool=approval.pledge.pool, reason="krank", by=by, now=LATER))
    approval, pledge = fresh(approval)
    assert pledge.pool.state == PoolState.CANCELLED
    assert not Charge.objects.exclude(state="void").exists()
    assert not list(breaches())


def test_the_last_places_are_raced_for_and_the_held_ones_are_not_among_them() -> None:
    pool = make.opened(capacity=6, cost=180_000)
    by = make.organisation()
    approval = asked(pool, shares=2, by=by, method=make.method(by))
    rivals = [make.organisation() for _rival in range(8)]
    methods = [make.method(rival) for rival in rivals]

    def race(rival: Any, method: Any) -> Callable[[], Any]:
        person = make.administrator(rival)
        return lambda: place_pledge(
            pool=pool, organisation=rival, shares=1, by=person, language="de", now=LATER, method=method
        )

    answered, *others = at_once(says(approval), *[race(*pair) for pair in zip(rivals, methods, strict=True)])
    assert answered.state == ApprovalState.APPROVED
    assert sum(isinstance(other, Pledge) for other in others) == 4
    pool.refresh_from_db()
    assert (pool.state, pool.held, pool.standing) == (PoolState.FUNDED, 0, 6)
    assert Charge.objects.count() == 5
    assert not list(breaches())


@TURNS
def test_an_old_link_against_a_new_letter_approves_before_or_is_dead(turn: int) -> None:
    approval = asked(make.opened())
    answered, again = at_once(
        says(approval), lambda: send_again(approval=approval, email=approval.email, by=approval.asked_by, now=LATER)
    )
    approval, _pledge = consistent(approval)
    if isinstance(answered, LinkReplaced):
        assert (approval.state, approval.link) == (ApprovalState.ASKED, 2)
    else:
        assert isinstance(again, ApprovalOver)
        assert (approval.state, approval.letter) == (ApprovalState.APPROVED, "")


def test_four_ticks_write_and_remind_once() -> None:
    requests = [asked(make.opened()) for _request in range(6)]
    assert sum(at_once(*[lambda: send_approval_letters(now=NOW)] * 4)) == len(requests)
    assert len(mail.outbox) == len(requests)
    half = requests[0].remind_at
    assert sum(at_once(*[lambda: remind_approvers(now=half)] * 4)) == len(requests)
    assert sum(at_once(*[lambda: send_approval_letters(now=half)] * 4)) == len(requests)
    assert sum(at_once(*[lambda: expire_overdue_pledges(now=requests[0].expires_at)] * 4)) == len(requests)
    assert Letter.objects.filter(template="pooling/letters/approval_expired.txt").count() == len(requests)
