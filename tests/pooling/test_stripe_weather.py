"""The whole life of a pool while Stripe's notices come twice, late, never, in any order, or from somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from members.letters.models import Letter
from pooling.actions.mending import open_payment_page
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pool, PoolState, Refund, RefundState, WebhookEvent
from tests.conftest import IS_PROOF

from . import factories as make
from .stripe_fixtures import Bank, post_notice

pytestmark = pytest.mark.django_db

ALWAYS = 10_000  # deliveries
FORGED = ("bad_signature", "old_timestamp", "tampered")
MODES = ("send", "duplicate", "delay", "drop", "hold", "reorder", *FORGED)


def disturb(bank: Bank, mode: str) -> None:
    if mode != "send":
        bank.control("webhooks", mode=mode, count=ALWAYS, seconds=0.05)


def told(name: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{name}.txt").count()


@pytest.mark.parametrize("is_reversed", [True, False] if IS_PROOF else [True])
@pytest.mark.parametrize("mode", MODES)
def test_whatever_becomes_of_the_notices_every_rappen_moves_once(
    bank: Bank, client: Client, mode: str, is_reversed: bool
) -> None:
    disturb(bank, mode)
    statuses: list[int] = []

    def hear() -> None:
        if mode == "reorder":  # kept back until here
            bank.control("webhooks", release=True, reverse=True)
        statuses.extend(bank.deliver(client, reverse_order=is_reversed))

    pool = bank.funded("pm_card_visa", "asks")
    hear()
    bank.tick()
    url = open_payment_page(charge=Charge.objects.get(state=ChargeState.ACTION_REQUIRED), language="de", now=bank.now)
    assert url
    bank.pay(url)
    hear()
    bank.tick(minutes=11)
    hear()
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    cancel_pool(pool=pool, reason="Die Expertin ist krank.", by=make.staff(), now=bank.now)
    bank.tick()
    if mode == "hold":
        bank.control("webhooks", release=True, reverse=is_reversed)
    hear()
    bank.tick_on(3)
    ledger = bank.ledger()
    assert (ledger["succeeded"], ledger["captured"], ledger["refunded"]) == (2, 60_000, 60_000)
    assert ledger["more_than_one_charge"] == []
    assert list(Refund.objects.values_list("state", "amount")) == [(RefundState.SUCCEEDED, 30_000)] * 2
    assert (told("charged"), told("confirmed"), told("refunded")) == (2, 2, 2)
    assert not list(breaches())
    assert not WebhookEvent.objects.filter(handled_at=None).exists()
    heard = {"drop": set(), **{forged: {400} for forged in FORGED}}.get(mode, {200})
    assert set(statuses) == heard
    assert WebhookEvent.objects.exists() == (mode not in FORGED)  # those that were dropped are in Stripe's list
    if mode == "duplicate":
        assert WebhookEvent.objects.count() * 2 == len(statuses)


def test_all_notices_of_a_life_that_are_sent_again_days_later_change_nothing(bank: Bank, client: Client) -> None:
    pool = bank.funded("pm_card_visa", "asks")
    bank.tick()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    bank.tick_on(3)
    bank.server.wait_for_webhooks()
    first = list(bank.receiver.received)
    assert set(bank.deliver(client)) == {200}

    def books() -> tuple[object, ...]:
        return (
            list(Charge.objects.order_by("pk").values_list("state", "captured")),
            list(Refund.objects.order_by("pk").values_list("state", "ref")),
            Pool.objects.get(pk=pool.pk).events.count(),
            Letter.objects.count(),
            WebhookEvent.objects.count(),
            len(bank.control("requests")),
        )

    before = books()
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=3), tick=True):
        for notice in first:  # as they were: somebody has kept them
            assert post_notice(client, notice.body, notice.signature).status_code == 400
    for event in bank.server.stripe_client().v1.events.list({"limit": 100}).data:  # by Stripe, signed anew
        bank.control("webhooks", resend=event.id)
    sent = len(bank.control("requests"))
    assert set(bank.deliver(client, reverse_order=True)) == {200}
    bank.tick()
    assert (*books()[:-1], len(bank.control("requests"))) == (*before[:-1], sent)
