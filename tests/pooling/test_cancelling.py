"""Calling a workshop off, and terms that may not open."""

from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.accounts import money_of
from pooling.actions.charges import claim_due_charge
from pooling.actions.errors import TermsUnsound, WrongState
from pooling.actions.mending import open_payment_page
from pooling.actions.pools import cancel_pool, draft_pool, end_overdue_pledging, open_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges, enter_result, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import Attempt, Charge, ChargeState, PaysBy, Pool, PoolState, Refund, SandboxEntry
from pooling.payments.base import ChargeResult, Progress

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def told(word: str) -> int:
    return Letter.objects.filter(template__contains=word).count()


def test_cancelling_voids_what_is_owed_and_refunds_what_was_paid_in_full() -> None:
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    collect_due_charges(now=NOW)
    cancel_pool(pool=pool, reason="Die Expertin ist krank.", by=make.staff(), now=NOW)
    pool = reread(pool)
    assert pool.state == PoolState.CANCELLED
    assert sorted(Charge.objects.values_list("state", flat=True)) == ["succeeded", "succeeded", "void"]
    assert list(Refund.objects.values_list("amount", "state", "reason")) == [(30_000, "due", "cancelled")] * 2
    assert send_due_refunds(now=NOW) == 2
    money = money_of(pool)
    assert (money.net, money.refunded, money.refund_due) == (0, 60_000, 0)
    assert (told("cancelled"), told("refunded")) == (3, 2)
    assert cancel_pool(pool=pool, reason="noch einmal", by=make.staff(), now=NOW).state == PoolState.CANCELLED
    assert Refund.objects.count() == 2


def test_money_that_arrives_after_a_cancellation_goes_back() -> None:
    pool = make.funded()
    attempt = claim_due_charge(now=NOW)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    assert sorted(Charge.objects.values_list("state", flat=True)) == ["sending", "void", "void"]
    enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, "pi_1", 30_000), now=NOW)
    assert (Refund.objects.get().amount, Charge.objects.exclude(state=ChargeState.VOID).count()) == (30_000, 0)


def test_what_was_paid_stays_paid_when_more_comes_for_it_after_a_cancellation() -> None:
    make.account()
    pool = make.opened()
    for _each in range(2):
        make.pledge(pool)
    make.invoiced(pool)
    charge = Charge.objects.get(pays_by=PaysBy.INVOICE)
    make.receipt(charge, charge.amount)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    make.receipt(charge, 10_000)
    charge.refresh_from_db()
    assert (charge.state, charge.captured) == (ChargeState.PAID, charge.amount + 10_000)
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [10_000, charge.amount]


def test_a_charge_that_needs_the_person_after_a_cancellation_is_void() -> None:
    pool = make.funded()
    attempt = claim_due_charge(now=NOW)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    enter_result(
        attempt=attempt, result=ChargeResult(Progress.FAILED, "pi_1", failure="authentication_required"), now=NOW
    )
    assert set(Charge.objects.values_list("state", flat=True)) == {ChargeState.VOID}
    assert told("failed") == 0


def test_an_open_payment_page_of_a_cancelled_pool_is_closed() -> None:
    pool = make.funded(behaviours=("pays", "pays", "declines"))
    collect_due_charges(now=NOW)
    charge = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    open_payment_page(charge=charge, language="de", now=NOW)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    follow_up_attempts(now=NOW)
    assert SandboxEntry.objects.get(kind="page").state == Progress.FAILED
    assert not Attempt.objects.live().exists()
    assert open_payment_page(charge=charge, language="de", now=NOW) is None


def test_a_workshop_that_has_started_or_a_lapsed_pool_cannot_be_cancelled() -> None:
    pool = make.funded()
    with pytest.raises(WrongState):
        cancel_pool(pool=pool, reason="zu spät", by=make.staff(), now=pool.starts_at)
    lapsed = make.opened()
    end_overdue_pledging(now=lapsed.closes_at)
    with pytest.raises(WrongState):
        cancel_pool(pool=lapsed, reason="zu spät", by=make.staff(), now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subsidy": 90_000}, "subsidy"),
        ({"ceiling": 49}, "ceiling"),
        ({"capacity": 2}, "capacity"),
        ({"minimum": 7}, "capacity"),
        ({"starts_at": NOW + timedelta(days=56, hours=21)}, "closes_at"),
    ],
)
def test_unsound_terms_are_refused_with_the_field_they_are_about(changes: dict, field: str) -> None:
    with pytest.raises(TermsUnsound) as refused:
        make.draft(**changes)
    assert field in [name for name, _sentence in refused.value.problems]


def test_terms_are_frozen_once_the_pool_is_open() -> None:
    pool = make.opened()
    with pytest.raises(WrongState):
        draft_pool(page_key=pool.page_key, terms=make.terms(cost=1_000), by=make.staff(), now=NOW)


def test_a_draft_whose_closing_time_has_passed_does_not_open() -> None:
    pool = make.draft()
    with pytest.raises(TermsUnsound):
        open_pool(pool=pool, by=None, now=pool.closes_at)
