"""Stripe's stand-in for the pooling tests, and what organisations do there.

The stand-in checks each request as Stripe would: a test that makes one which Stripe refuses fails, unless it expects
that (`bank.expect_refusals()`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Organisation
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import look_at_setup_page
from pooling.actions.pledges import place_pledge
from pooling.models import Charge, Pledge, Pool, SetupPage
from pooling.tick import STEPS
from tests.stripe_server.client import StripeServer
from tests.stripe_server.receiver import WebhookReceiver

from . import factories as make

SESSION = re.compile(r"/c/pay/(cs_\w+)")
PAYMENTS = "^/v1/payment_intents$"  # where charges are made
REFUNDS = "^/v1/refunds$"
EVERY_RETRY = 3  # calls that the package makes before it gives up

# `make test` holds a representative row, `make proof` all of it (see tests/conftest.py).
proof = pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "proof", reason="a long proof: make proof")


@pytest.fixture(scope="session")
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def stripe_server(receiver: WebhookReceiver) -> Iterator[StripeServer]:
    """One process for all tests. Its webhooks wait in `receiver` until a test delivers them."""
    with StripeServer(webhook_url=receiver.url, webhook_attempts=1) as server:
        yield server


class Bank:
    """Stripe as a test sees it: what was asked, what goes wrong, what time it is there and here."""

    def __init__(self, server: StripeServer, receiver: WebhookReceiver) -> None:
        self.server = server
        self.receiver = receiver
        self.now = datetime.now(tz=UTC)
        self.refusals_expected = False

    def control(self, name: str, **data: Any) -> Any:
        return self.server.control(name, **data)

    def fault(self, kind: str, match: str = PAYMENTS, **details: Any) -> None:
        """The next request whose path matches goes wrong in this way; `count` for more of them."""
        self.control("faults", kind=kind, match=match, method=details.pop("method", "POST"), **details)

    def expect_refusals(self) -> None:
        self.refusals_expected = True

    def later(self, **time: float) -> datetime:
        """Let time pass, here and at Stripe."""
        step = timedelta(**time)
        self.now += step
        self.control("clock", advance=step.total_seconds())
        return self.now

    def tick(self, **time: float) -> None:
        """What `manage.py tick` does for pools, after some time has passed."""
        now = self.later(**time) if time else self.now
        for step in STEPS:
            step(now=now)

    def tick_on(self, times: int = 8) -> None:
        """Ticks for some hours, until every put-off request was made."""
        for minutes in [3] * times:
            self.tick(minutes=minutes)

    def requests(self, match: str = PAYMENTS, method: str = "POST") -> list[dict[str, Any]]:
        made = self.control("requests")
        return [request for request in made if request["method"] == method and re.search(match, request["path"])]

    def ledger(self) -> dict[str, Any]:
        """Totals over all charges at Stripe, and by pledge."""
        return self.control("charges", by="pledge")

    # what people do there

    def give_method(self, pledge: Pledge, card: str = "pm_card_visa") -> None:
        """Go to the page for the pledge's payment method, give one, and come back."""
        url = open_setup_page(pledge=pledge, language="de", now=self.now)
        self.control("checkout", session=session_of(url), payment_method=card)
        self.come_back(pledge)

    def come_back(self, pledge: Pledge) -> None:
        for page in SetupPage.objects.filter(pledge=pledge).select_related("pledge__pool", "pledge__organisation"):
            look_at_setup_page(page=page, now=self.now)
        pledge.refresh_from_db()

    def pay(self, url: str, **how: Any) -> None:
        """Finish a payment page."""
        self.control("checkout", session=session_of(url), **how)

    # states

    def opened(self, **terms: Any) -> Pool:
        times = {"closes_at": self.now + timedelta(days=20), "starts_at": self.now + timedelta(days=80)}
        return make.opened(now=self.now, **times, **terms)

    def held(self, pool: Pool, *, shares: int = 1, by: Organisation | None = None) -> Pledge:
        """A pledge whose payment method is still to come."""
        by = by or make.organisation()
        person = make.administrator(by)
        return place_pledge(pool=pool, organisation=by, shares=shares, by=person, language=by.language, now=self.now)

    def pledged(self, pool: Pool, *cards: str, shares: int = 1) -> list[Pledge]:
        """One standing pledge per card."""
        pledges = []
        for card in cards:
            pledge = self.held(pool, shares=shares)
            self.give_method(pledge)
            if card != "pm_card_visa":
                self.turn_bad(pledge, card)
            pledges.append(pledge)
        return pledges

    def turn_bad(self, pledge: Pledge, card: str) -> None:
        """The saved card does from now on what Stripe's test card of this name does."""
        assert pledge.method
        changes = {
            "declined": {"decline": "generic_decline"},
            "insufficient_funds": {"decline": "insufficient_funds"},
            "asks": {"auth": "always"},
        }[card]
        self.control("behaviour", payment_method=pledge.method.ref, set=changes)

    def funded(self, *cards: str, shares: int = 1) -> Pool:
        """A pool whose threshold was reached by one pledge per card; nothing is charged yet."""
        cards = cards or ("pm_card_visa",)
        pool = self.opened(cost=30_000 * shares * len(cards), capacity=max(6, shares * len(cards)))
        self.pledged(pool, *cards, shares=shares)
        pool.refresh_from_db()
        return pool

    # webhooks

    def deliver(self, client: Client, *, reverse_order: bool = False) -> list[int]:
        """Post what Stripe has sent so far to our endpoint; returns the statuses."""
        self.server.wait_for_webhooks()
        received = list(self.receiver.received)
        self.receiver.clear()
        statuses = []
        for notice in reversed(received) if reverse_order else received:
            statuses.append(post_notice(client, notice.body, notice.signature).status_code)
        return statuses


def post_notice(client: Client, body: bytes, signature: str) -> Any:
    url = reverse("stripe_webhook")
    return client.post(url, data=body, content_type="application/json", headers={"Stripe-Signature": signature})


def session_of(url: str) -> str:
    match = SESSION.search(url)
    assert match, url
    return match[1]


def charge_of(pledge: Pledge) -> Charge:
    return pledge.charges.get()


@pytest.fixture
def bank(stripe_server: StripeServer, receiver: WebhookReceiver, settings: Any) -> Iterator[Bank]:
    """Payments go to the stand-in, which has forgotten everything."""
    stripe_server.reset()
    receiver.clear()
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_SECRET_KEY = "sk_test_standin"
    settings.STRIPE_API_BASE = stripe_server.base
    settings.STRIPE_WEBHOOK_SECRET = stripe_server.webhook_secret
    bank = Bank(stripe_server, receiver)
    yield bank
    if not bank.refusals_expected:
        assert bank.control("violations") == []
