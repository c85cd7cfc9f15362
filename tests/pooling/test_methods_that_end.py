"""Methods that expire, are detached or whose mandate is taken back: told once, and in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from members.letters.models import Letter
from pooling.actions.errors import MethodGone
from pooling.actions.mending import open_payment_page
from pooling.actions.method_looks import DAILY, enter_seen, look_at_methods, tell_of_expiry
from pooling.actions.pledges import place_pledge
from pooling.actions.replacing import replace_method
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import ChargeState, Pledge, PoolState, SavedMethod
from pooling.payments.base import Method, MethodSeen, OutcomeUnknown
from pooling.payments.sandbox import Sandbox

from . import factories as make
from .factories import NOW
from .stripe_fixtures import Bank
from .test_stripe_life import each_charged_once, waiting_charge

pytestmark = pytest.mark.django_db
TOMORROW = NOW + DAILY


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def letters() -> int:
    return Letter.objects.filter(template="pooling/letters/method_ends.txt").count()


def seen(expires_on: date | None) -> MethodSeen:
    return MethodSeen(Method("ref", "customer", "card", "Visa •••• 4242", expires_on))


def expiring(pledge: Pledge, day: date | None) -> SavedMethod:
    """The pledge's method, of which the provider says that it is good until that day."""
    assert pledge.method
    return enter_seen(method=pledge.method, seen=seen(day), now=NOW)


@pytest.fixture
def answers(monkeypatch):
    """What the provider says of each method that it is asked about."""
    said = {"seen": seen(None)}

    def look(_self: Sandbox, _ref: str) -> MethodSeen:
        if said["seen"] is None:
            raise OutcomeUnknown("timeout")
        return said["seen"]

    monkeypatch.setattr(Sandbox, "look_at_method", look)
    return said


# expiry


def test_a_method_that_expires_before_closing_and_14_days_is_told_of_once(answers) -> None:
    pledge = make.pledge(make.opened())
    answers["seen"] = seen((pledge.pool.closes_at + timedelta(days=13)).date())
    assert look_at_methods(now=TOMORROW) == 1
    assert letters() == 1
    for days in (1, 2, 3):
        look_at_methods(now=TOMORROW + timedelta(days=days))
    assert letters() == 1


def test_a_method_that_is_good_for_longer_is_not_told_of(answers) -> None:
    pledge = make.pledge(make.opened())
    answers["seen"] = seen((pledge.pool.closes_at + timedelta(days=14)).date())
    look_at_methods(now=TOMORROW)
    assert letters() == 0


def test_it_is_told_for_each_pool_that_counts_on_it(answers) -> None:
    one = make.pledge(make.opened())
    two = make.pledge(make.opened(), by=one.organisation)
    replace_method(old=two.method, new=one.method, by=make.administrator(one.organisation), now=NOW)
    answers["seen"] = seen(NOW.date())
    look_at_methods(now=TOMORROW)
    assert letters() == 2


def test_a_new_expiry_is_taken_over_before_anybody_is_told(answers) -> None:
    pledge = make.pledge(make.opened())
    expiring(pledge, NOW.date())
    answers["seen"] = seen(date(2034, 12, 31))
    look_at_methods(now=TOMORROW)
    assert letters() == 0
    assert SavedMethod.objects.get().expires_on == date(2034, 12, 31)


def test_each_method_is_looked_at_once_a_day(answers) -> None:
    make.pledge(make.opened())
    looks = [look_at_methods(now=NOW + timedelta(hours=hours)) for hours in (1, 24, 25, 47, 48)]
    assert looks == [0, 1, 0, 0, 1]


def test_a_provider_that_can_not_be_reached_is_asked_again_in_an_hour(answers) -> None:
    make.pledge(make.opened())
    answers["seen"] = None
    assert [look_at_methods(now=TOMORROW + timedelta(minutes=minutes)) for minutes in (0, 30, 60)] == [1, 0, 1]
    assert letters() == 0


def test_methods_of_paid_pledges_are_left_alone(answers) -> None:
    pool = make.funded()
    collect_due_charges(now=NOW)
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    answers["seen"] = MethodSeen()
    assert look_at_methods(now=TOMORROW) == 0
    for method in SavedMethod.objects.all():
        enter_seen(method=method, seen=MethodSeen(), now=NOW)
        tell_of_expiry(method=method, now=NOW)
    assert letters() == 0


# gone


def test_who_counts_on_a_method_that_is_gone_is_told_once(answers) -> None:
    make.pledge(make.opened())
    answers["seen"] = MethodSeen()
    look_at_methods(now=TOMORROW)
    look_at_methods(now=TOMORROW + DAILY)
    assert letters() == 1
    assert SavedMethod.objects.get().gone_at == TOMORROW


def test_a_method_that_is_gone_takes_no_pledge(answers) -> None:
    pledge = make.pledge(make.opened())
    enter_seen(method=pledge.method, seen=MethodSeen(), now=NOW)
    by = make.administrator(pledge.organisation)
    asked = {"organisation": pledge.organisation, "shares": 1, "by": by, "language": "de", "now": NOW}
    with pytest.raises(MethodGone):
        place_pledge(pool=make.opened(), method=pledge.method, **asked)


def test_another_method_takes_the_place_of_one_that_is_gone() -> None:
    pledge = make.pledge(make.opened())
    old, new = pledge.method, make.method(pledge.organisation)
    enter_seen(method=old, seen=MethodSeen(), now=NOW)
    replace_method(old=old, new=new, by=make.administrator(pledge.organisation), now=NOW)
    pledge.refresh_from_db()
    old.refresh_from_db()
    assert (pledge.method, old.released_at) == (new, NOW)


# at Stripe


def detached(bank: Bank, pledge: Pledge) -> None:
    assert pledge.method
    bank.server.stripe_client().v1.payment_methods.detach(pledge.method.ref)


def test_a_notice_of_a_detached_method_asks_for_another(bank: Bank, client: Client) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    detached(bank, pledge)
    assert set(bank.deliver(client)) == {200}
    pledge.method.refresh_from_db()
    assert pledge.method.gone_at is not None
    assert letters() == 1


def test_a_method_that_we_released_is_nobodys_worry(bank: Bank, client: Client) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    other = bank.pledged(bank.opened(), "pm_card_visa")[0]
    assert other.method
    new = make.method(pledge.organisation)
    SavedMethod.objects.filter(pk=new.pk).update(provider="stripe")
    replace_method(old=pledge.method, new=new, by=make.administrator(pledge.organisation), now=bank.now)
    bank.deliver(client)
    assert letters() == 0


def test_a_mandate_that_was_taken_back_asks_for_another_method(bank: Bank, client: Client, settings) -> None:
    settings.STRIPE_TWINT_SAVING = True
    pledge = bank.held(bank.opened())
    bank.give_method(pledge, "pm_twint")
    assert pledge.method.kind == "twint"
    bank.deliver(client)
    assert letters() == 0
    bank.control("mandate", payment_method=pledge.method.ref)
    bank.deliver(client)
    pledge.method.refresh_from_db()
    assert pledge.method.gone_at is not None
    assert letters() == 1


def test_a_card_that_the_network_renews_has_its_new_expiry_here(bank: Bank, client: Client) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    bank.control("renew", payment_method=pledge.method.ref, exp_month=2, exp_year=2036)
    bank.deliver(client)
    pledge.method.refresh_from_db()
    assert pledge.method.expires_on == date(2036, 2, 29)


def test_a_lost_notice_is_made_up_for_within_a_day(bank: Bank) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    detached(bank, pledge)
    bank.tick(days=1)
    assert letters() == 1


def test_a_pledge_whose_method_is_gone_is_mended_after_the_threshold(bank: Bank) -> None:
    bank.expect_refusals()  # Stripe refuses to charge a method that was detached
    pool = bank.opened(cost=60_000)
    [lost] = bank.pledged(pool, "pm_card_visa")
    detached(bank, lost)
    bank.pledged(pool, "pm_card_visa")
    bank.tick()
    charge = waiting_charge()
    assert (charge.pledge, charge.state) == (lost, ChargeState.ACTION_REQUIRED)
    assert Letter.objects.filter(template="pooling/letters/failed.txt").count() == 1
    url = open_payment_page(charge=charge, language="de", now=bank.now)
    assert url
    bank.pay(url)
    bank.tick(minutes=11)
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    assert each_charged_once(bank, 2)
