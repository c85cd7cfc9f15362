"""Approval before a pledge may stand: what is held, who may decide, and what becomes of the pledge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from pooling.actions.approvals import (
    MOST_A_DAY,
)
from pooling.actions.errors import (
    AlreadyPledged,
    ApprovalOver,
    AskedTooOften,
    AwaitsApproval,
    MethodGone,
    PoolFull,
)
from pooling.actions.methods import open_setup_page, release_unused_methods
from pooling.actions.pledges import confirm_pledge, expire_overdue_pledges
from pooling.invariants import breaches
from pooling.models import (
    APPROVAL_HOLD,
    HOLD,
    Approval,
    ApprovalState,
    Charge,
    Pledge,
    PledgeState,
    PoolState,
    SetupPage,
)

from . import factories as make
from .approval_steps import LATER, fresh, no, yes
from .factories import APPROVER, NOW, asked

pytestmark = pytest.mark.django_db


# Asking


def test_places_are_held_for_ten_days_while_the_approver_decides() -> None:
    approval, pledge = fresh(asked(make.opened(), shares=2))
    assert pledge.state == PledgeState.PENDING
    assert pledge.held_until == approval.expires_at == NOW + APPROVAL_HOLD
    assert (pledge.pool.held, pledge.pool.standing, pledge.pool.places_left) == (2, 0, 4)
    assert expire_overdue_pledges(now=NOW + APPROVAL_HOLD - timedelta(seconds=1)) == 0


def test_places_are_never_held_past_the_closing_time() -> None:
    pool = make.opened(closes_at=NOW + timedelta(days=3))
    approval, pledge = fresh(asked(pool))
    assert approval.expires_at == pledge.held_until == pool.closes_at


def test_the_request_keeps_who_was_asked_and_the_figures_and_terms_of_that_moment() -> None:
    pool = make.opened()
    approval, pledge = fresh(asked(pool, shares=2))
    assert (approval.name, approval.email, approval.language) == (APPROVER.name, APPROVER.email, APPROVER.language)
    assert (approval.shares, approval.most, approval.legal_version) == (2, 60_000, pool.legal_version)
    assert approval.asked_by == pledge.placed_by


def test_the_log_of_a_pool_names_nobody() -> None:
    approval = asked(make.opened())
    yes(approval)
    told = " ".join(str(figures) for figures in approval.pledge.pool.events.values_list("figures", flat=True))
    assert APPROVER.name not in told
    assert APPROVER.email not in told
    assert not list(breaches())


def test_a_pledge_that_awaits_approval_counts_for_no_threshold() -> None:
    pool = make.opened()
    asked(pool, shares=3)
    pool.refresh_from_db()
    assert pool.state == PoolState.OPEN


def test_asking_for_more_places_than_there_are_asks_nobody() -> None:
    with pytest.raises(PoolFull):
        asked(make.opened(), shares=7)
    assert not Approval.objects.exists()


def test_an_organisation_asks_for_one_pledge_at_a_time() -> None:
    pool = make.opened()
    approval = asked(pool)
    with pytest.raises(AlreadyPledged):
        asked(pool, by=approval.pledge.organisation)


def test_a_released_method_can_not_be_chosen() -> None:
    by = make.organisation()
    method = make.method(by)
    method.released_at = NOW
    method.save()
    with pytest.raises(MethodGone):
        asked(make.opened(), by=by, method=method)
    assert not Pledge.objects.exists()


def test_nobody_writes_to_strangers_all_day() -> None:
    by = make.organisation()
    for _request in range(MOST_A_DAY):
        asked(make.opened(), by=by)
    with pytest.raises(AskedTooOften):
        asked(make.opened(), by=by)
    assert asked(make.opened(), by=by, now=NOW + timedelta(days=1))


def test_no_method_is_given_and_nothing_stands_before_it_was_approved() -> None:
    _approval, pledge = fresh(asked(make.opened()))
    with pytest.raises(AwaitsApproval):
        open_setup_page(pledge=pledge, language="de", now=NOW)
    with pytest.raises(AwaitsApproval):
        confirm_pledge(pledge=pledge, method=make.method(pledge.organisation), now=NOW)
    assert not SetupPage.objects.exists()


def test_the_database_lets_no_unapproved_pledge_stand() -> None:
    _approval, pledge = fresh(asked(make.opened()))
    method = make.method(pledge.organisation)
    with pytest.raises(IntegrityError, match="pledge_standing_is_approved"), transaction.atomic():
        Pledge.objects.filter(pk=pledge.pk).update(state="standing", stands_since=NOW, method=method)


# Approving


def test_after_approval_the_places_wait_for_a_method_and_the_administrators_are_told() -> None:
    approval, pledge = fresh(yes(asked(make.opened())))
    assert (approval.state, approval.ended_at) == (ApprovalState.APPROVED, LATER)
    assert pledge.state == PledgeState.PENDING
    assert pledge.held_until == approval.expires_at
    assert Letter.objects.get().template == "pooling/letters/approval_given.txt"
    assert open_setup_page(pledge=pledge, language="de", now=LATER)
    assert confirm_pledge(pledge=pledge, method=make.method(pledge.organisation), now=LATER).state == "standing"
    assert not list(breaches())


def test_an_approval_in_the_last_minute_leaves_the_time_for_giving_a_method() -> None:
    approval = asked(make.opened())
    last = approval.expires_at - timedelta(minutes=1)
    _approval, pledge = fresh(yes(approval, now=last))
    assert pledge.held_until == last + HOLD


def test_an_approved_pledge_is_not_held_past_the_closing_time() -> None:
    pool = make.opened(closes_at=NOW + timedelta(days=3))
    _approval, pledge = fresh(yes(asked(pool), now=pool.closes_at - timedelta(minutes=1)))
    assert pledge.held_until == pool.closes_at


def test_with_a_saved_method_the_pledge_stands_at_once() -> None:
    by = make.organisation()
    approval, pledge = fresh(yes(asked(make.opened(), by=by, method=make.method(by))))
    assert (pledge.state, approval.state) == (PledgeState.STANDING, ApprovalState.APPROVED)
    assert (pledge.pool.held, pledge.pool.standing) == (0, 1)
    assert not list(breaches())


def test_the_approved_share_that_the_threshold_needed_funds_the_pool() -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    by = make.organisation()
    _approval, pledge = fresh(yes(asked(pool, by=by, method=make.method(by))))
    assert pledge.pool.state == PoolState.FUNDED
    assert Charge.objects.filter(pledge=pledge).count() == 1
    assert not list(breaches())


def test_a_full_pool_has_kept_the_places() -> None:
    pool = make.opened()
    by = make.organisation()
    approval = asked(pool, shares=2, by=by, method=make.method(by))
    make.pledge(pool, shares=4)
    pool.refresh_from_db()
    assert pool.places_left == 0
    _approval, pledge = fresh(yes(approval))
    assert pledge.state == PledgeState.STANDING
    assert not list(breaches())


def test_a_chosen_method_is_kept_while_the_approver_decides() -> None:
    by = make.organisation()
    method = make.method(by)
    approval = asked(make.opened(), by=by, method=method)
    assert release_unused_methods(now=LATER) == 0
    no(approval)
    assert release_unused_methods(now=LATER) == 1


def test_a_chosen_method_that_is_gone_is_asked_for_anew() -> None:
    by = make.organisation()
    method = make.method(by)
    approval = asked(make.opened(), by=by, method=method)
    method.released_at = NOW
    method.save()
    _approval, pledge = fresh(yes(approval))
    assert (pledge.state, pledge.method, pledge.awaits_approval) == (PledgeState.PENDING, None, False)


def test_approving_twice_is_an_answer() -> None:
    approval = yes(asked(make.opened()))
    again = yes(approval, now=LATER + timedelta(days=30))
    assert (again.state, again.ended_at) == (ApprovalState.APPROVED, LATER)
    assert Letter.objects.count() == 1


# Declining


def test_declining_ends_the_pledge_frees_its_places_and_tells_the_sentence() -> None:
    approval, pledge = fresh(no(asked(make.opened(), shares=2), sentence="Erst nach der Versammlung."))
    assert (approval.state, approval.answer) == (ApprovalState.DECLINED, "Erst nach der Versammlung.")
    assert (pledge.state, pledge.pool.held, pledge.slots.count()) == (PledgeState.WITHDRAWN, 0, 0)
    letter = Letter.objects.get()
    assert letter.template == "pooling/letters/approval_declined.txt"
    assert "Erst nach der Versammlung." in letter.text
    assert APPROVER.name not in letter.text
    assert not list(breaches())


def test_declining_twice_is_an_answer_and_keeps_the_first_sentence() -> None:
    approval = no(asked(make.opened()), sentence="Nein.")
    assert no(approval, sentence="Doch nicht.").answer == "Nein."


def test_what_was_decided_stays_so() -> None:
    approved, declined = yes(asked(make.opened())), no(asked(make.opened()))
    with pytest.raises(ApprovalOver):
        no(approved)
    with pytest.raises(ApprovalOver):
        yes(declined)


def test_a_pool_takes_a_new_pledge_after_a_refusal() -> None:
    pool = make.opened()
    approval = no(asked(pool))
    assert asked(pool, by=approval.pledge.organisation, now=LATER)
