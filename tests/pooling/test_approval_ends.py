"""How a request for approval ends, what its link is good for, and the number of shares afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from members.letters.models import Letter
from pooling.actions.approvals import (
    MOST_LINKS,
    PAUSE,
    remind_approvers,
    send_again,
)
from pooling.actions.errors import (
    ApprovalOver,
    AwaitsApproval,
    LinkReplaced,
    NeedsFreshApproval,
    NotAdministrator,
    SentTooOften,
)
from pooling.actions.pledges import change_pledge, confirm_pledge, expire_overdue_pledges, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.invariants import breaches
from pooling.models import (
    APPROVAL_HOLD,
    Approval,
    ApprovalState,
    Pledge,
    PledgeState,
)
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import LATER, fresh, no, yes
from .factories import APPROVER, NOW, asked

pytestmark = pytest.mark.django_db


# Ends without an answer


def test_the_end_of_the_time_frees_the_places_and_tells_the_administrators() -> None:
    approval = asked(make.opened(), shares=2)
    assert expire_overdue_pledges(now=approval.expires_at) == 1
    approval, pledge = fresh(approval)
    assert (approval.state, pledge.state, pledge.pool.held) == (ApprovalState.EXPIRED, PledgeState.EXPIRED, 0)
    assert Letter.objects.get().template == "pooling/letters/approval_expired.txt"
    assert not list(breaches())


@pytest.mark.parametrize("answer", [yes, no])
def test_from_the_end_of_the_time_on_nothing_is_decided_even_if_tick_is_late(answer: Any) -> None:
    approval = asked(make.opened())
    with pytest.raises(ApprovalOver):
        answer(approval, now=approval.expires_at)
    assert answer(approval, now=approval.expires_at - timedelta(seconds=1))


def test_a_method_that_comes_late_does_not_make_up_for_the_approval() -> None:
    approval = asked(make.opened())
    expire_overdue_pledges(now=approval.expires_at)
    with pytest.raises(AwaitsApproval):
        confirm_pledge(
            pledge=approval.pledge, method=make.method(approval.pledge.organisation), now=approval.expires_at
        )


def test_an_approved_pledge_without_a_method_expires_like_any_other() -> None:
    approval, pledge = fresh(yes(asked(make.opened())))
    assert expire_overdue_pledges(now=pledge.held_until) == 1
    approval, pledge = fresh(approval)
    assert (approval.state, pledge.state) == (ApprovalState.APPROVED, PledgeState.EXPIRED)
    assert Letter.objects.filter(template="pooling/letters/expired.txt").exists()


def test_withdrawing_the_pledge_withdraws_the_request() -> None:
    approval = asked(make.opened())
    withdraw_pledge(pledge=approval.pledge, by=approval.asked_by, now=LATER)
    approval, pledge = fresh(approval)
    assert (approval.state, pledge.state, pledge.pool.held) == (ApprovalState.WITHDRAWN, PledgeState.WITHDRAWN, 0)
    with pytest.raises(ApprovalOver):
        yes(approval)


@pytest.mark.parametrize("ends", ["lapses", "is cancelled"])
def test_a_request_ends_with_its_pool(ends: str) -> None:
    approval = asked(make.opened(closes_at=NOW + timedelta(days=12)))
    pool = approval.pledge.pool
    if ends == "lapses":
        Approval.objects.update(expires_at=pool.closes_at)
        Pledge.objects.update(held_until=pool.closes_at + timedelta(days=1))
        end_overdue_pledging(now=pool.closes_at)
    else:
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=LATER)
    approval, pledge = fresh(approval)
    assert (approval.state, pledge.state) == (ApprovalState.EXPIRED, PledgeState.EXPIRED)
    with pytest.raises(ApprovalOver):
        yes(approval)
    assert not list(breaches())


# The link


def test_sending_again_makes_a_new_link_and_the_old_one_decides_nothing() -> None:
    approval = asked(make.opened())
    again = send_again(approval=approval, email="neu@example.org", by=approval.asked_by, now=LATER)
    assert (again.link, again.email) == (2, "neu@example.org")
    for answer in (yes, no):
        with pytest.raises(LinkReplaced):
            answer(again, link=1)
    assert yes(again).state == ApprovalState.APPROVED


def test_letters_are_sent_again_after_a_pause_and_a_few_times_only() -> None:
    approval = asked(make.opened())
    again = {"email": APPROVER.email, "by": approval.asked_by}
    with pytest.raises(SentTooOften):
        send_again(approval=approval, now=NOW + PAUSE - timedelta(seconds=1), **again)
    for turn in range(1, MOST_LINKS):
        send_again(approval=approval, now=NOW + turn * PAUSE, **again)
    with pytest.raises(SentTooOften):
        send_again(approval=approval, now=NOW + timedelta(days=1), **again)


def test_only_an_administrator_sends_again_and_only_what_is_open() -> None:
    approval = asked(make.opened())
    with pytest.raises(NotAdministrator):
        send_again(approval=approval, email=APPROVER.email, by=UserFactory(), now=LATER)
    no(approval)
    with pytest.raises(ApprovalOver):
        send_again(approval=approval, email=APPROVER.email, by=approval.asked_by, now=LATER)


def test_the_approver_is_reminded_once_at_half_of_the_time() -> None:
    approval = asked(make.opened())
    Approval.objects.update(letter="", sent_at=NOW)
    half = NOW + APPROVAL_HOLD / 2
    assert remind_approvers(now=half - timedelta(seconds=1)) == 0
    assert remind_approvers(now=half) == 1
    assert Approval.objects.get(pk=approval.pk).letter == "approval_reminder"
    assert remind_approvers(now=half) == 0


def test_nobody_is_reminded_of_what_is_decided_or_over() -> None:
    yes(asked(make.opened()))
    no(asked(make.opened()))
    late = asked(make.opened())
    assert remind_approvers(now=late.expires_at) == 0
    expire_overdue_pledges(now=late.expires_at)
    assert remind_approvers(now=late.expires_at) == 0


# The number of shares afterwards


def standing(shares: int = 2) -> Pledge:
    by = make.organisation()
    pool = make.opened(cost=180_000)
    return fresh(yes(asked(pool, shares=shares, by=by, method=make.method(by))))[1]


def change(pledge: Pledge, shares: int) -> Pledge:
    by = make.administrator(pledge.organisation)
    return change_pledge(pledge=pledge, shares=shares, by=by, language="de", now=LATER)


def test_more_shares_than_were_approved_are_refused_and_the_old_number_stands() -> None:
    pledge = standing()
    with pytest.raises(NeedsFreshApproval):
        change(pledge, 3)
    pledge.refresh_from_db()
    assert (pledge.shares, pledge.state) == (2, PledgeState.STANDING)


def test_fewer_shares_and_up_to_what_was_approved_need_no_new_approval() -> None:
    pledge = standing()
    assert change(pledge, 1).shares == 1
    assert change(pledge, 2).shares == 2
