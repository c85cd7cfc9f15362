"""From the threshold on: funding, collecting, confirming, lapsing, cancelling, refunding."""

from datetime import timedelta

import pytest
from django.core import signing

from members.letters.models import Letter
from pooling import links
from pooling.accounts import money_of
from pooling.actions.charges import claim_due_charge
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import look_at_setup_pages
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges, enter_result, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import (
    Attempt,
    AttemptState,
    Charge,
    ChargeState,
    PledgeState,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    RefundState,
    SandboxEntry,
)
from pooling.payments import provider
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


def finish_page(url: str, **data: str) -> None:
    """What a person does on a page of the sandbox."""
    entry = SandboxEntry.objects.get(ref=url.rstrip("/").rsplit("/", 1)[1])
    entry.state, entry.data = Progress.SUCCEEDED, {**entry.data, **data}
    entry.save()


def test_the_threshold_locks_prices_and_makes_one_charge_per_pledge_in_one_step() -> None:
    pool = make.opened()
    make.pledge(pool)
    make.pledge(pool)
    assert not Charge.objects.exists()
    make.pledge(pool, shares=2)
    pool = reread(pool)
    assert (pool.state, pool.funded_at) == (PoolState.FUNDED, NOW)
    assert sorted(Charge.objects.values_list("amount", "state")) == [(30_000, "due"), (30_000, "due"), (60_000, "due")]
    assert told("funded") == 3


def test_a_pending_pledge_never_reaches_a_threshold() -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    make.pledge(pool, shares=4, behaviour=None)
    assert reread(pool).state == PoolState.OPEN
    assert not Charge.objects.exists()


def test_when_all_have_paid_the_workshop_is_confirmed_and_everybody_told() -> None:
    pool = make.funded()
    assert collect_due_charges(now=NOW) == 3
    pool = reread(pool)
    assert (pool.state, money_of(pool).net, pool.confirmed_at) == (PoolState.CONFIRMED, 90_000, NOW)
    assert (told("charged"), told("confirmed")) == (3, 3)
    assert collect_due_charges(now=NOW) == 0


def test_a_decline_waits_for_the_person_and_our_link_leads_to_a_new_payment() -> None:
    pool = make.funded(behaviours=("pays", "pays", "authenticates"))
    collect_due_charges(now=NOW)
    charge = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    assert (reread(pool).state, charge.mend_until, charge.failure) == (
        PoolState.FUNDED,
        NOW + timedelta(days=7),
        "authentication_required",
    )
    assert told("failed") == 1
    url = open_payment_page(charge=charge, language="de", now=NOW)
    assert open_payment_page(charge=charge, language="de", now=NOW) == url  # a second click leads to the same page
    assert look_at_payment(charge=charge, now=NOW).state == ChargeState.ACTION_REQUIRED  # coming back proves nothing
    finish_page(url)
    assert look_at_payment(charge=charge, now=NOW).state == ChargeState.SUCCEEDED
    assert open_payment_page(charge=charge, language="de", now=NOW) is None
    assert reread(pool).state == PoolState.CONFIRMED


def test_a_payment_page_that_was_left_can_be_opened_anew() -> None:
    make.funded(behaviours=("pays", "pays", "declines"))
    collect_due_charges(now=NOW)
    charge = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    first = open_payment_page(charge=charge, language="fr", now=NOW)
    SandboxEntry.objects.filter(kind="page").update(state=Progress.FAILED)
    assert follow_up_attempts(now=NOW + timedelta(hours=1)) == 1
    second = open_payment_page(charge=charge, language="fr", now=NOW + timedelta(hours=1))
    assert second != first
    assert told("failed") == 1
    finish_page(second)
    follow_up_attempts(now=NOW + timedelta(hours=2))  # nobody came back: tick finds out
    charge.refresh_from_db()
    assert charge.state == ChargeState.SUCCEEDED


def test_hearing_the_same_outcome_twice_and_a_failure_after_success_change_nothing() -> None:
    pool = make.funded()
    collect_due_charges(now=NOW)
    attempt = Attempt.objects.first()
    events = pool.events.count()
    enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, attempt.intent_ref, 30_000), now=NOW)
    enter_result(attempt=attempt, result=ChargeResult(Progress.FAILED, attempt.intent_ref, failure="late"), now=NOW)
    assert (pool.events.count(), money_of(pool).captured) == (events, 90_000)


def test_a_success_after_a_failure_is_recorded_for_money_is_never_lost() -> None:
    make.funded(behaviours=("pays", "pays", "declines"))
    collect_due_charges(now=NOW)
    attempt = Attempt.objects.get(state=AttemptState.FAILED)
    enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, attempt.intent_ref, 30_000), now=NOW)
    assert Charge.objects.filter(state=ChargeState.SUCCEEDED).count() == 3


def test_paying_twice_gives_the_second_payment_back() -> None:
    make.funded(behaviours=("pays", "pays", "declines"))
    collect_due_charges(now=NOW)
    charge = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    finish_page(open_payment_page(charge=charge, language="it", now=NOW))
    look_at_payment(charge=charge, now=NOW)
    first = charge.attempts.get(state=AttemptState.FAILED)
    enter_result(attempt=first, result=ChargeResult(Progress.SUCCEEDED, first.intent_ref, 30_000), now=NOW)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.attempt) == (30_000, RefundReason.NOT_OWED, first)
    send_due_refunds(now=NOW)
    refund.refresh_from_db()
    assert (refund.state, told("refunded")) == (RefundState.SUCCEEDED, 1)


def test_an_attempt_whose_answer_never_came_is_sent_again_with_its_own_key() -> None:
    make.funded()
    attempt = claim_due_charge(now=NOW)  # and then the process died
    collect_due_charges(now=NOW)
    assert follow_up_attempts(now=NOW + timedelta(seconds=30)) == 0  # somebody may still be waiting for the answer
    assert follow_up_attempts(now=NOW + timedelta(minutes=3)) == 1
    assert SandboxEntry.objects.filter(kind="payment").count() == 3
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED


def test_an_old_attempt_is_looked_for_in_the_books_before_it_is_sent_again() -> None:
    make.funded()
    attempt = claim_due_charge(now=NOW)
    provider("sandbox").charge(key=attempt.key, parameters=attempt.parameters)  # it arrived, its answer did not
    SandboxEntry.objects.update(amount=29_999)  # so that the books' entry is told from a new one
    follow_up_attempts(now=NOW + timedelta(hours=24))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.captured) == (AttemptState.SUCCEEDED, 29_999)


def test_an_old_attempt_that_the_books_do_not_show_makes_the_only_charge_there_is() -> None:
    make.funded()
    attempt = claim_due_charge(now=NOW)
    follow_up_attempts(now=NOW + timedelta(hours=24))
    attempt.refresh_from_db()
    assert (attempt.state, SandboxEntry.objects.filter(kind="payment").count()) == (AttemptState.SUCCEEDED, 1)


def test_a_pool_lapses_at_its_closing_second_and_nobody_was_charged() -> None:
    pool = make.opened()
    make.pledge(pool)
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - timedelta(minutes=5))
    assert end_overdue_pledging(now=pool.closes_at - timedelta(seconds=1)) == 0
    assert end_overdue_pledging(now=pool.closes_at) == 1
    assert end_overdue_pledging(now=pool.closes_at) == 0
    pool = reread(pool)
    pending.refresh_from_db()
    assert (pool.state, pool.held, pending.state) == (PoolState.LAPSED, 0, PledgeState.EXPIRED)
    assert (told("lapsed"), told("expired")) == (2, 0)  # whose hold ended with the pool is told so in one letter
    assert not Charge.objects.exists()


def test_a_hold_ends_with_the_pool_if_that_closes_earlier() -> None:
    pool = make.opened()
    assert make.pledge(pool, behaviour=None, now=pool.closes_at - timedelta(minutes=5)).held_until == pool.closes_at


def test_a_late_pledge_is_charged_in_the_step_that_makes_it_stand() -> None:
    pool = make.funded()
    late = make.pledge(pool, shares=2)
    assert late.charges.get().amount == 60_000
    collect_due_charges(now=NOW)
    assert money_of(reread(pool)).net == 150_000


def test_checkout_left_unfinished_never_triggers_a_threshold_and_a_method_given_there_does() -> None:
    pool = make.opened()
    make.pledge(pool, shares=2)
    pledge = make.pledge(pool, shares=1, behaviour=None)
    url = open_setup_page(pledge=pledge, language="de", now=NOW)
    assert open_setup_page(pledge=pledge, language="de", now=NOW) == url
    look_at_setup_pages(now=NOW)
    assert reread(pool).state == PoolState.OPEN
    finish_page(url, behaviour="pays")
    look_at_setup_pages(now=NOW + timedelta(minutes=2))
    assert reread(pool).state == PoolState.FUNDED


def test_a_mend_link_is_signed() -> None:
    make.funded()
    charge = Charge.objects.first()
    token = links.mend_url(charge, "de").rstrip("/").rsplit("/", 1)[1]
    assert links.charge_of(token) == charge.uuid
    with pytest.raises(signing.BadSignature):
        links.charge_of(token[:-1] + ("a" if token[-1] != "a" else "b"))
