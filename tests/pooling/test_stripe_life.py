"""Pledges and their money with Stripe as the provider, from the payment method to the last Rappen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from members.letters.models import Letter
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import enter_result
from pooling.invariants import breaches
from pooling.models import Attempt, AttemptState, Charge, ChargeState, Pledge, PledgeState, Pool, PoolState, SetupPage
from pooling.payments.base import ChargeResult, OutcomeUnknown, Progress

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, Bank, session_of

pytestmark = pytest.mark.django_db

VISA = "pm_card_visa"
SESSIONS = "^/v1/checkout/sessions$"


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def told(name: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{name}.txt").count()


def each_charged_once(bank: Bank, pledges: int) -> bool:
    """As Stripe's own books say."""
    ledger = bank.ledger()
    return (ledger["more_than_one_charge"], len(ledger["groups"]), ledger["succeeded"]) == ([], pledges, pledges)


def waiting_charge() -> Charge:
    return Charge.objects.get(state=ChargeState.ACTION_REQUIRED)


# from the pledge to the workshop that takes place


def test_pledges_through_checkout_reach_the_threshold_and_each_is_charged_once(bank: Bank) -> None:
    pool = bank.opened()
    for _number in range(2):
        bank.give_method(bank.held(pool))
    assert (reread(pool).state, bank.ledger()["succeeded"]) == (PoolState.OPEN, 0)
    last = bank.held(pool)
    bank.tick()
    assert (reread(pool).state, Charge.objects.count()) == (PoolState.OPEN, 0)
    bank.give_method(last)
    assert (reread(pool).state, bank.ledger()["succeeded"]) == (PoolState.FUNDED, 0)
    bank.tick()
    bank.tick_on(3)
    assert reread(pool).state == PoolState.CONFIRMED
    assert each_charged_once(bank, 3)
    assert bank.ledger()["captured"] == 90_000
    assert (told("pledged"), told("funded"), told("charged"), told("confirmed")) == (3, 3, 3, 3)
    assert not list(breaches())


def test_the_charge_is_described_in_the_organisations_language(bank: Bank) -> None:
    pool = bank.opened(cost=30_000)
    bank.give_method(bank.held(pool, by=make.organisation("it")))
    bank.tick()
    assert bank.ledger()["charges"][0]["description"] == "Workshop it"


def test_a_pledge_after_the_threshold_is_charged_like_the_others(bank: Bank) -> None:
    pool = bank.funded()
    bank.tick()
    bank.give_method(bank.held(pool, shares=2))
    bank.tick()
    assert each_charged_once(bank, 2)
    assert bank.ledger()["captured"] == 90_000
    assert not list(breaches())


def test_nothing_is_charged_where_the_threshold_was_not_reached(bank: Bank) -> None:
    pool = bank.opened()
    bank.pledged(pool, VISA, VISA)
    bank.later(days=21)
    bank.tick()
    assert reread(pool).state == PoolState.LAPSED
    assert bank.requests() == []
    assert not list(breaches())


# the payment method


def test_a_person_who_leaves_checkout_unfinished_never_triggers_a_threshold(bank: Bank) -> None:
    pool = bank.opened()
    bank.pledged(pool, VISA, VISA)
    pledge = bank.held(pool)
    url = open_setup_page(pledge=pledge, language="fr", now=bank.now)
    bank.come_back(pledge)  # by the way back, or by typing its address
    assert pledge.state == PledgeState.PENDING
    for minutes in (5, 20, 11):
        bank.tick(minutes=minutes)
    pledge.refresh_from_db()
    assert (pledge.state, reread(pool).state, told("expired")) == (PledgeState.EXPIRED, PoolState.OPEN, 1)
    assert not Charge.objects.exists()
    with pytest.raises(ValueError, match="expired"):
        bank.control("checkout", session=session_of(url))
    assert not list(breaches())


def test_a_person_who_gave_a_method_and_never_came_back_has_pledged(bank: Bank) -> None:
    pool = bank.opened()
    pledge = bank.held(pool)
    bank.control("checkout", session=session_of(open_setup_page(pledge=pledge, language="de", now=bank.now)))
    bank.tick(minutes=2)
    pledge.refresh_from_db()
    assert (pledge.state, reread(pool).standing) == (PledgeState.STANDING, 1)


def test_a_second_click_leads_to_the_same_page(bank: Bank) -> None:
    pledge = bank.held(bank.opened())
    first = open_setup_page(pledge=pledge, language="de", now=bank.now)
    assert open_setup_page(pledge=pledge, language="de", now=bank.later(minutes=5)) == first


@pytest.mark.parametrize("kind", ["reset", "reset_after"])
def test_a_page_that_could_not_be_opened_can_be_opened_some_minutes_later(bank: Bank, kind: str) -> None:
    bank.expect_refusals()  # what was written down then asks for too short a life now
    pledge = bank.held(bank.opened())
    bank.fault(kind, SESSIONS, count=EVERY_RETRY)
    with pytest.raises(OutcomeUnknown):
        open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.later(minutes=5)
    bank.give_method(pledge)
    assert pledge.state == PledgeState.STANDING


def test_the_page_of_a_pledge_that_ended_is_closed(bank: Bank) -> None:
    pledge = bank.held(bank.opened())
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=bank.now)
    bank.tick(minutes=2)
    with pytest.raises(ValueError, match="expired"):
        bank.control("checkout", session=session_of(url))
    assert SetupPage.objects.get().state == "expired"


def test_a_method_that_nobody_needs_any_more_is_forgotten_at_stripe(bank: Bank) -> None:
    (pledge,) = bank.pledged(bank.opened(), VISA)
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=bank.now)
    bank.tick(hours=1)
    assert pledge.method
    method = bank.server.stripe_client().v1.payment_methods.retrieve(pledge.method.ref)
    assert method.customer is None


# declined, and mended


@pytest.mark.parametrize(
    ("card", "failure"),
    [
        ("declined", "generic_decline"),
        ("insufficient_funds", "insufficient_funds"),
        ("asks", "authentication_required"),
    ],
)
def test_a_declined_charge_waits_for_the_person_and_is_mended_on_a_page(bank: Bank, card: str, failure: str) -> None:
    pool = bank.funded(VISA, VISA, card)
    bank.tick()
    charge = waiting_charge()
    assert (reread(pool).state, charge.failure, told("failed")) == (PoolState.FUNDED, failure, 1)
    assert charge.mend_until == bank.now + timedelta(days=7)
    declined = charge.attempts.get()
    bank.later(days=2)
    url = open_payment_page(charge=charge, language="fr", now=bank.now)
    assert url
    intent = bank.server.stripe_client().v1.payment_intents.retrieve(declined.intent_ref)
    assert intent.status == "canceled"  # it can't be finished as well
    assert open_payment_page(charge=charge, language="fr", now=bank.now) == url
    bank.pay(url)
    charge = look_at_payment(charge=charge, now=bank.now)
    assert (charge.state, reread(pool).state) == (ChargeState.SUCCEEDED, PoolState.CONFIRMED)
    assert open_payment_page(charge=charge, language="fr", now=bank.now) is None
    bank.tick_on(3)
    assert each_charged_once(bank, 3)
    assert not list(breaches())


def test_a_card_declined_on_the_payment_page_leaves_it_open_for_another_one(bank: Bank, client: Client) -> None:
    bank.expect_refusals()
    bank.funded("declined")
    bank.tick()
    url = open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    assert url
    with pytest.raises(ValueError, match="declined"):
        bank.pay(url, do="fail")
    bank.tick(minutes=11)  # knows the page's intent now
    assert set(bank.deliver(client)) == {200}  # and is told that it failed
    assert Attempt.objects.get(number=2).state == AttemptState.WAITING
    bank.pay(url)
    bank.tick(minutes=11)
    assert each_charged_once(bank, 1)
    assert Charge.objects.get().state == ChargeState.SUCCEEDED


def test_a_payment_page_that_ran_out_makes_room_for_the_next(bank: Bank) -> None:
    bank.funded("declined")
    bank.tick()
    first = open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    bank.tick(minutes=40)
    second = open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    assert second
    assert second != first
    bank.pay(second)
    bank.tick(minutes=11)
    assert each_charged_once(bank, 1)


def test_a_payment_that_takes_days_is_waited_for(bank: Bank) -> None:
    pool = bank.funded("declined")
    bank.tick()
    url = open_payment_page(charge=waiting_charge(), language="it", now=bank.now)
    assert url
    bank.pay(url, later=True)
    bank.tick(days=1)
    assert open_payment_page(charge=waiting_charge(), language="it", now=bank.now) == url
    assert reread(pool).state == PoolState.FUNDED
    bank.control("checkout", session=session_of(url), do="settle")
    bank.tick(minutes=11)
    assert reread(pool).state == PoolState.CONFIRMED


@pytest.mark.parametrize("match", ["^/v1/payment_intents/.*/cancel$", SESSIONS])
def test_no_page_opens_while_stripe_is_away_and_one_opens_afterwards(bank: Bank, match: str) -> None:
    bank.funded("declined")
    bank.tick()
    bank.fault("503", match, count=EVERY_RETRY)
    with pytest.raises(OutcomeUnknown):
        open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    url = open_payment_page(charge=waiting_charge(), language="de", now=bank.later(seconds=30))
    assert url
    bank.pay(url)
    bank.tick(minutes=11)
    assert each_charged_once(bank, 1)


def test_a_page_is_closed_when_the_money_came_another_way(bank: Bank) -> None:
    bank.funded("declined")
    bank.tick()
    charge = waiting_charge()
    url = open_payment_page(charge=charge, language="de", now=bank.now)
    assert url
    first = charge.attempts.get(number=1)
    enter_result(attempt=first, result=ChargeResult(Progress.SUCCEEDED, first.intent_ref, 30_000), now=bank.now)
    bank.tick()
    with pytest.raises(ValueError, match="expired"):
        bank.pay(url)
    assert Charge.objects.get().captured == 30_000


# called off


def test_calling_off_sends_every_rappen_back_and_closes_open_pages(bank: Bank) -> None:
    pool = bank.funded(VISA, VISA, "asks")
    bank.tick()
    url = open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    assert url
    cancel_pool(pool=pool, reason="Die Expertin ist krank.", by=make.staff(), now=bank.now)
    bank.tick()
    bank.tick_on(3)
    ledger = bank.ledger()
    assert (ledger["captured"], ledger["refunded"]) == (60_000, 60_000)
    with pytest.raises(ValueError, match="expired"):
        bank.pay(url)
    assert (told("refunded"), set(Pledge.objects.values_list("state", flat=True))) == (2, {PledgeState.STANDING})
    assert not list(breaches())


def test_a_payment_on_a_page_after_the_calling_off_goes_back(bank: Bank) -> None:
    bank.expect_refusals()  # the page can't be closed any more
    pool = bank.funded("asks")
    bank.tick()
    url = open_payment_page(charge=waiting_charge(), language="de", now=bank.now)
    assert url
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    bank.pay(url)
    bank.tick()
    bank.tick()
    ledger = bank.ledger()
    assert (ledger["captured"], ledger["refunded"]) == (30_000, 30_000)
    assert not list(breaches())
