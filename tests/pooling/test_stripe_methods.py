"""Saved methods with Stripe as the provider: what is attached there is what pledges use here."""

from __future__ import annotations

import pytest

from pooling.actions.pledges import withdraw_pledge
from pooling.actions.replacement_pages import open_replacement_page
from pooling.invariants import breaches
from pooling.models import Pledge, SavedMethod, SetupPage

from . import factories as make
from .stripe_fixtures import Bank, session_of

pytestmark = pytest.mark.django_db


def attached(bank: Bank) -> set[str]:
    """The methods that Stripe keeps for customers."""
    methods = bank.server.stripe_client().v1.payment_methods.list({"limit": 100})
    return {method.id for method in methods.auto_paging_iter()}


def replacement_page(bank: Bank, pledge: Pledge) -> str:
    """The address of the page on which another card is given for all pledges that use the pledge's one."""
    assert pledge.method
    by = make.administrator(pledge.organisation)
    return open_replacement_page(method=pledge.method, by=by, language="de", now=bank.now)


def test_a_card_that_takes_the_place_of_another_is_the_only_one_left_at_stripe(bank: Bank) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    url = replacement_page(bank, pledge)
    bank.control("checkout", session=session_of(url), payment_method="pm_card_mastercard")
    bank.tick(minutes=2)
    pledge.refresh_from_db()
    assert pledge.method
    assert pledge.method.label == "Mastercard •••• 4444"
    assert attached(bank) == {pledge.method.ref}
    assert not list(breaches())


def test_the_notice_of_the_page_is_enough(bank: Bank, client) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    old, url = pledge.method, replacement_page(bank, pledge)
    bank.deliver(client)
    bank.control("checkout", session=session_of(url))
    assert set(bank.deliver(client)) == {200}
    pledge.refresh_from_db()
    assert pledge.method != old
    assert SetupPage.objects.get(pledge=None).state == "complete"


def test_a_card_given_too_late_does_not_stay_at_stripe(bank: Bank) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    url = replacement_page(bank, pledge)
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=bank.now)
    bank.control("checkout", session=session_of(url), payment_method="pm_card_mastercard")
    bank.tick(minutes=40)
    assert attached(bank) == set()
    assert not SavedMethod.objects.filter(released_at=None).exists()
