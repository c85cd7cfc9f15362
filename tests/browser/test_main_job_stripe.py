"""The main job from end to end in Italian, with the stand-in for Stripe: hosted pages, webhooks, a bank that asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pooling.actions.pledges import withdraw_pledge
from pooling.models import ChargeState, Pledge, PledgeState, Pool, PoolState
from portal.demo.network import organisation
from tests.pooling.stripe_fixtures import Bank

from .people import administrator, log_in, open_workshop, pool_of, said, workshop
from .proof import letter_about, money_is_right, standing, the_charge, tick

WORKSHOP = "social-media-plan"
ASKS = "modele"  # the organisation whose bank wants a confirmation


@pytest.fixture
def stripe(bank: Bank, site: str, settings: Any) -> Iterator[Bank]:
    """The stand-in tells the live server what happens, and the browser may go there."""
    settings.CHECKOUT_ORIGIN = bank.server.base
    settings.STRIPE_TIMEOUT = 20.0
    bank.server.reset(webhook_url=f"{site}/webhooks/stripe/")
    yield bank
    bank.server.reset(webhook_url=bank.receiver.url)


def pledge_again_with_cards(pool: Pool, stripe: Bank) -> None:
    """The demo's pledges have methods of the sandbox: each is withdrawn, and made again with a card at the stand-in."""
    for old in standing(pool):
        key = next(key for key in ("muster", "modello", "exemple", ASKS) if organisation(key) == old.organisation)
        withdraw_pledge(pledge=old, by=administrator(key), now=timezone.now())
        new = stripe.held(pool, shares=old.shares, by=old.organisation)
        stripe.give_method(new)
        assert new.state == PledgeState.STANDING
        if key == ASKS:
            stripe.turn_bad(new, "asks")
    stripe.server.wait_for_webhooks()
    pool.refresh_from_db()
    assert pool.missing == 1


def heading(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def test_the_missing_share_is_pledged_and_every_pledge_is_charged_once(
    quiet_page: Page, site: str, stripe: Bank
) -> None:
    page, pool = quiet_page, pool_of(WORKSHOP)
    pledge_again_with_cards(pool, stripe)
    title = workshop(WORKSHOP).title

    log_in(page, site, "esempio")
    open_workshop(page, WORKSHOP)
    address = page.url
    page.get_by_role("link", name=said("Pledge shares"), exact=True).click()
    page.locator("#id_accept").check()
    page.locator("#consent button").click()
    expect(heading(page)).to_have_text("Checkout")
    assert page.url.startswith(f"{stripe.server.base}/c/pay/")

    # Leaving Checkout without finishing triggers nothing.
    page.get_by_role("button", name="Cancel").click()
    expect(heading(page)).to_have_text(title)
    tick()
    pool.refresh_from_db()
    assert (pool.state, pool.missing) == (PoolState.OPEN, 1)
    assert stripe.ledger()["charges"] == []

    page.get_by_role("button", name=said("Give a payment method")).click()
    expect(heading(page)).to_have_text("Checkout")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(heading(page)).to_have_text(title)
    stripe.server.wait_for_webhooks()
    own = Pledge.objects.get(pool=pool, organisation=organisation("esempio"))
    assert own.state == PledgeState.STANDING

    tick()
    tick()
    stripe.server.wait_for_webhooks()
    pool.refresh_from_db()
    assert pool.state == PoolState.FUNDED
    asked = pool.pledges.standing().get(organisation=organisation(ASKS))
    charge = asked.charges.get()
    assert (charge.state, charge.failure) == (ChargeState.ACTION_REQUIRED, "authentication_required")
    paid = [pledge for pledge in standing(pool) if pledge != asked]
    for pledge in paid:
        the_charge(pledge)
    assert money_is_right()

    # The letter's link is our own and needs no account.
    [link] = re.findall(rf"{re.escape(site)}/fr/paiement/\S+", letter_about(asked, "failed").text)
    page.context.clear_cookies()
    page.goto(link)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.locator(".consent button").click()
    expect(heading(page)).to_have_text("Checkout")
    expect(page.locator("#what")).to_contain_text("300.00 CHF")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(
        said("Thank you, this payment has arrived. There is nothing left to do.", "fr")
    )

    stripe.server.wait_for_webhooks()
    tick()
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    books = stripe.ledger()
    pledges = standing(pool)
    assert len(pledges) == 5
    assert books["more_than_one_charge"] == []
    assert set(books["groups"]) == {str(pledge.uuid) for pledge in pledges}
    for pledge in pledges:
        charge = the_charge(pledge)
        assert books["groups"][str(pledge.uuid)] == {"charges": 1, "captured": charge.amount, "refunded": 0}
        for event in ("pledged", "funded", "charged", "confirmed"):
            letter_about(pledge, event)
    assert [attempt for attempt in stripe.control("deliveries") if attempt.get("status") != 200] == []
    assert money_is_right()

    page.goto(address)
    expect(page.locator(".pool .state")).to_have_text(said("Takes place"))
