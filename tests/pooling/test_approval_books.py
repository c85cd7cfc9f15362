"""Whatever people and time do to a pledge that needs approval, the request, the pledge and the books agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import Organisation
from pooling.actions.approvals import approve, decline, remind_approvers, send_again
from pooling.actions.asking_more import expire_requests_for_more, take_request_back
from pooling.actions.errors import Refused
from pooling.actions.pledges import change_pledge, confirm_pledge, expire_overdue_pledges, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.invariants import breaches
from pooling.models import Approval, ApprovalState, Pledge, PledgeState

from . import factories as make
from .approval_steps import fresh, yes
from .factories import NOW, asked, asked_for_more

pytestmark = pytest.mark.django_db


def test_a_pledge_that_stands_without_its_approval_is_found() -> None:
    by = make.organisation()
    approval = yes(asked(make.opened(), by=by, method=make.method(by)))
    Approval.objects.filter(pk=approval.pk).update(state=ApprovalState.DECLINED)
    assert [breach[:2] for breach in breaches()] == ["3:"]


def test_more_shares_than_were_approved_are_found() -> None:
    by = make.organisation()
    approval = yes(asked(make.opened(cost=180_000), shares=2, by=by, method=make.method(by)))
    Approval.objects.filter(pk=approval.pk).update(shares=1)
    assert [breach[:2] for breach in breaches()] == ["3:"]


def test_a_pledge_that_waits_for_nobodys_answer_is_found() -> None:
    asked(make.opened())
    Approval.objects.update(state=ApprovalState.WITHDRAWN, ended_at=NOW)
    assert [breach[:2] for breach in breaches()] == ["3:"]


STEPS = [
    "ask",
    "ask with a method",
    "approve",
    "approve by an old link",
    "decline",
    "send again",
    "give a method",
    "change",
    "ask for more",
    "take the request back",
    "withdraw",
    "time",
    "much time",
    "tick",
    "call off",
]


class Story:
    """One organisation and one pool, which others join as well."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.pool = make.opened(closes_at=NOW + timedelta(days=25), cost=120_000)
        make.pledge(self.pool)
        self.by: Organisation = make.organisation()
        self.person = make.administrator(self.by)
        self.method = make.method(self.by)

    def do(self, step: str) -> None:
        """One step. A refusal is a fair answer, anything else that is raised is not."""
        try:
            with transaction.atomic():
                self.attempt(step)
        except Refused:
            return

    def attempt(self, step: str) -> None:
        pledge = Pledge.objects.select_related("organisation", "pool").filter(organisation=self.by).last()
        approval = Approval.objects.last()
        match step:
            case "ask" | "ask with a method":
                method = self.method if step == "ask with a method" else None
                asked(self.pool, shares=2, by=self.by, method=method, now=self.now)
            case "time":
                self.now += timedelta(days=1)
            case "much time":
                self.now += timedelta(days=6)
            case "tick":
                remind_approvers(now=self.now)
                expire_overdue_pledges(now=self.now)
                expire_requests_for_more(now=self.now)
                end_overdue_pledging(now=self.now)
            case "call off":
                cancel_pool(pool=self.pool, reason="krank", by=make.staff(), now=self.now)
            case _ if pledge is None or approval is None:
                return
            case "approve":
                approve(approval=approval, link=approval.link, now=self.now)
            case "approve by an old link":
                approve(approval=approval, link=approval.link - 1, now=self.now)
            case "decline":
                decline(approval=approval, link=approval.link, sentence="Nein.", now=self.now)
            case "send again":
                send_again(approval=approval, email=approval.email, by=self.person, now=self.now)
            case "give a method":
                confirm_pledge(pledge=pledge, method=self.method, now=self.now)
            case "change":
                shares = 1 if pledge.shares == 2 else 3
                change_pledge(pledge=pledge, shares=shares, by=self.person, language="de", now=self.now)
            case "ask for more":
                asked_for_more(pledge, shares=pledge.shares + 1, now=self.now)
            case "take the request back":
                take_request_back(approval=approval, by=self.person, now=self.now)
            case "withdraw":
                withdraw_pledge(pledge=pledge, by=self.person, now=self.now)

    def check(self) -> None:
        assert not list(breaches())
        for request in Approval.objects.for_more():
            approval, pledge = fresh(request)
            if approval.state == ApprovalState.ASKED:
                assert (pledge.state, pledge.shares, pledge.pool.state) == ("standing", approval.before, "open")
        for request in Approval.objects.filter(before=0):
            approval, pledge = fresh(request)
            assert (approval.state == ApprovalState.ASKED) == (pledge.awaits_approval and pledge.is_live)
            if approval.state == ApprovalState.APPROVED:
                assert not pledge.awaits_approval
                assert pledge.events.filter(kind="approval_given", figures__approval=approval.pk).count() == 1
            else:
                assert pledge.stands_since is None
                assert pledge.state != PledgeState.STANDING
                assert not pledge.charges.exists()
            if pledge.state == PledgeState.PENDING:
                assert approval.asked_at < pledge.held_until <= pledge.pool.closes_at


@settings(max_examples=max(12, settings.default.max_examples // 20))
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=14))
def test_no_order_of_events_lets_an_unapproved_share_stand_or_loses_a_place(steps: list[str]) -> None:
    with transaction.atomic():
        story = Story()
        for step in ["ask", *steps]:
            story.do(step)
            story.check()
        transaction.set_rollback(True)


def reached(steps: list[str]) -> Any:
    story = Story()
    for step in steps:
        story.do(step)
    return Approval.objects.latest("pk").state, Pledge.objects.latest("pk").state


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        (["ask", "approve", "give a method"], ("approved", "standing")),
        (["ask with a method", "approve"], ("approved", "standing")),
        (["ask with a method", "send again", "time", "approve by an old link"], ("asked", "pending")),
        (["ask", "decline"], ("declined", "withdrawn")),
        (["ask", "much time", "much time", "tick"], ("expired", "expired")),
        (["ask", "withdraw"], ("withdrawn", "withdrawn")),
        (["ask", "approve", "much time", "much time", "tick"], ("approved", "expired")),
        (["ask", "call off"], ("expired", "expired")),
        (["ask with a method", "approve", "ask for more", "decline"], ("declined", "standing")),
        (["ask with a method", "approve", "ask for more", "approve"], ("approved", "standing")),
        (["ask with a method", "approve", "ask for more", "withdraw"], ("withdrawn", "withdrawn")),
        (["ask with a method", "approve", "ask for more", "call off"], ("expired", "standing")),
    ],
)
def test_the_story_reaches_each_end(steps: list[str], ends: tuple[str, str]) -> None:
    assert reached(steps) == ends


def test_more_may_be_asked_for_a_pledge_that_needed_no_approval_before() -> None:
    pledge = make.pledge(make.opened())
    request = asked_for_more(pledge, shares=2)
    assert not list(breaches())
    yes(request)
    pledge.refresh_from_db()
    assert (pledge.shares, pledge.state) == (2, PledgeState.STANDING)
    assert not list(breaches())
