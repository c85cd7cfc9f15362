"""Many at once about one payment through Stripe: notices, ticks, people who come back, and a file of the bank."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from members.letters.models import Letter
from pooling.actions.bank_files import import_bank_file
from pooling.actions.mending import look_at_payment
from pooling.actions.methods import open_setup_page
from pooling.actions.paying import pay_by_card
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, PledgeState, Pool, PoolState, Refund, RefundState

from . import factories as make
from .bank_statements import statement
from .factories import NOW
from .fault_rows import declined, follow_link
from .stripe_fixtures import PAYMENTS, REFUNDS, Bank, post_notice, session_of
from .test_bank_reversals import came
from .test_invoices import one_invoiced, the_invoice
from .test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ON_THE_WAY = 0.25  # seconds that Stripe's answer takes


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


def told(name: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{name}.txt").count()


def notified(bank: Bank) -> list[Callable[[], Any]]:
    """A job for each notice that Stripe has sent so far: to post it at us."""
    bank.server.wait_for_webhooks()
    received = list(bank.receiver.received)
    bank.receiver.clear()
    assert received
    return [partial(post_notice, Client(), notice.body, notice.signature) for notice in received]


def overtake(bank: Bank) -> None:
    """Post the notices as soon as Stripe has done what it was asked for, before its answer is there."""
    while not bank.receiver.received:
        time.sleep(0.01)
    for post in notified(bank):
        assert post().status_code == 200


def test_notices_ticks_and_the_person_who_comes_back_make_a_pledge_stand_once(bank: Bank) -> None:
    pool = bank.opened(cost=30_000)
    pledge = bank.held(pool)
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.receiver.clear()
    bank.control("checkout", session=session_of(url))
    at_once(*notified(bank), bank.tick, bank.tick, lambda: bank.come_back(pledge))
    bank.tick_on(2)
    pledge.refresh_from_db()
    pool.refresh_from_db()
    assert (pledge.state, pool.state, pool.standing) == (PledgeState.STANDING, PoolState.CONFIRMED, 1)
    assert [pool.events.filter(kind=kind).count() for kind in ("pool_funded", "charge_captured")] == [1, 1]
    assert (bank.ledger()["succeeded"], told("pledged"), told("charged")) == (1, 1, 1)
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(2))
def test_notices_against_ticks_record_a_payment_on_a_page_once(bank: Bank, turn: int) -> None:
    declined(bank)
    bank.receiver.clear()
    url = follow_link(bank)
    assert url
    bank.pay(url)
    bank.later(minutes=11)
    charge = Charge.objects.get()
    at_once(*notified(bank), bank.tick, bank.tick, lambda: look_at_payment(charge=charge, now=bank.now))
    bank.tick_on(2)
    pool = Pool.objects.get()
    charge.refresh_from_db()
    assert (charge.state, charge.captured, pool.state) == (ChargeState.SUCCEEDED, 30_000, PoolState.CONFIRMED)
    assert pool.events.filter(kind="charge_captured").count() == 1
    assert (bank.ledger()["succeeded"], told("charged"), told("confirmed")) == (1, 1, 1)
    assert not list(breaches())


def test_notices_that_overtake_the_answer_against_ticks_record_a_charge_once(bank: Bank) -> None:
    pool = bank.funded()
    bank.receiver.clear()
    bank.fault("slow", PAYMENTS, seconds=ON_THE_WAY)

    at_once(bank.tick, partial(overtake, bank), bank.tick)
    bank.tick_on(2)
    assert [pool.events.filter(kind=kind).count() for kind in ("charge_sending", "charge_captured")] == [1, 1]
    assert (bank.ledger()["succeeded"], len(bank.requests()), told("charged")) == (1, 1, 1)
    assert not list(breaches())


def test_notices_against_ticks_record_a_refund_once(bank: Bank) -> None:
    pool = bank.funded()
    bank.tick()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    bank.server.wait_for_webhooks()
    bank.receiver.clear()
    bank.fault("slow", REFUNDS, seconds=ON_THE_WAY)

    at_once(bank.tick, partial(overtake, bank), bank.tick)
    bank.tick_on(3)
    refund = Refund.objects.get()
    assert (refund.state, pool.events.filter(kind="refund_succeeded").count()) == (RefundState.SUCCEEDED, 1)
    assert (bank.ledger()["refunded"], len(bank.requests(REFUNDS)), told("refunded")) == (30_000, 1, 1)
    assert not list(breaches())


# a file of the bank, and the card of the same pledge


@pytest.mark.parametrize("turn", range(3))
def test_an_import_against_the_charge_of_the_card_that_took_the_invoices_place(turn: int) -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    pledge = charge.pledge
    method, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    pay_by_card(pledge=pledge, method=method, by=by, now=NOW)
    importing = partial(import_bank_file, content=statement(came(charge)), by=None, now=NOW)
    collecting = partial(collect_due_charges, now=NOW)
    at_once(importing, collecting, collecting)
    by_card = pledge.charges.live().get()
    assert (by_card.state, by_card.captured) == (ChargeState.SUCCEEDED, 30_000)
    charge.refresh_from_db()
    assert (charge.state, charge.captured) == (ChargeState.VOID, 30_000)
    refund = Refund.objects.get()  # what came twice goes back the way it came
    assert (refund.charge, refund.amount, refund.waits_for_staff) == (charge, 30_000, True)
    assert not list(breaches())


def test_an_import_against_the_change_to_a_card_and_its_charge_keeps_one_of_both(bank: Bank) -> None:
    pool = bank.opened(cost=30_000)
    pledge = make.invoiced(pool, now=bank.now)
    charge = the_invoice(pool)
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.receiver.clear()
    bank.control("checkout", session=session_of(url))
    content = statement(came(charge, day=bank.now.date()))
    importing = partial(import_bank_file, content=content, by=None, now=bank.now)
    at_once(importing, *notified(bank), bank.tick, bank.tick)
    bank.tick_on(4)
    kept = pledge.charges.live().get()
    assert (kept.captured, pledge.charges.count()) == (30_000, 2 if kept != charge else 1)
    ledger, back = bank.ledger(), sum(Refund.objects.values_list("amount", flat=True))
    assert (ledger["captured"], ledger["refunded"]) == (0 if kept == charge else 30_000, 0)
    assert back == (0 if kept == charge else 30_000)
    assert not list(breaches())
