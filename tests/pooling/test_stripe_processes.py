"""Real processes: ticks that are killed in the middle of a payment, and ticks that run side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import Charge, PoolState, Refund, RefundState

from . import factories as make
from .stripe_fixtures import PAYMENTS, REFUNDS, Bank, proof

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
START = 60  # seconds that a process may take to get going, on a busy machine

Tick = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def tick_process(bank: Bank, database_url: str) -> Iterator[Tick]:
    """Starts `manage.py tick` as a process of its own, against the test database and the stand-in."""
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.development",
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": "sk_test_standin",
        "STRIPE_WEBHOOK_SECRET": "whsec_test",
        "STRIPE_API_BASE": bank.server.base,
        "STRIPE_TIMEOUT": "30",
    }
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "tick"]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + START
    while not condition():
        if process.poll() is not None:
            raise AssertionError(process.communicate())
        assert time.monotonic() < end
        time.sleep(0.02)


def kill_in_the_middle(bank: Bank, start: Tick, kind: str, match: str) -> None:
    """Run a tick until Stripe has heard its next call, and kill it before it gets the answer."""
    heard = len(bank.requests(match))
    bank.fault(kind, match, seconds=600)
    process = start()
    wait_until(lambda: len(bank.requests(match)) > heard, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def states_of_charges() -> list[str]:
    return sorted(Charge.objects.values_list("state", flat=True))


def test_ticks_killed_between_the_call_and_the_record_charge_nobody_twice(bank: Bank, tick_process: Tick) -> None:
    pool = bank.funded("pm_card_visa", "pm_card_visa", "pm_card_visa")
    kill_in_the_middle(bank, tick_process, "slow", PAYMENTS)  # Stripe has charged, and its answer is on the way
    assert bank.ledger()["succeeded"] == 1
    kill_in_the_middle(bank, tick_process, "timeout", PAYMENTS)  # Stripe has not done anything yet
    assert bank.ledger()["succeeded"] == 1
    assert states_of_charges() == ["due", "sending", "sending"]
    bank.tick()  # makes the charge that is due; the others may still be in somebody's hands
    assert states_of_charges() == ["sending", "sending", "succeeded"]
    bank.tick_on(4)
    pool.refresh_from_db()
    ledger = bank.ledger()
    assert (ledger["succeeded"], ledger["captured"], ledger["more_than_one_charge"]) == (3, 90_000, [])
    assert (pool.state, states_of_charges()) == (PoolState.CONFIRMED, ["succeeded"] * 3)
    assert not list(breaches())


@proof
def test_a_tick_killed_in_the_middle_of_a_refund_refunds_nobody_twice(bank: Bank, tick_process: Tick) -> None:
    pool = bank.funded()
    bank.tick()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    kill_in_the_middle(bank, tick_process, "slow", REFUNDS)
    bank.tick_on(4)
    assert len(list(bank.server.stripe_client().v1.refunds.list())) == 1
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert not list(breaches())


def test_two_ticks_side_by_side_charge_each_pledge_once(bank: Bank, tick_process: Tick) -> None:
    pledges = 6
    pool = bank.funded(*["pm_card_visa"] * pledges)
    bank.fault("slow", PAYMENTS, seconds=6)  # whoever is first waits with its charge while the other one goes on
    ticks = [tick_process(), tick_process()]
    told = [process.communicate(timeout=2 * START) for process in ticks]
    assert [process.returncode for process in ticks] == [0, 0], told
    assert all("collect due charges" in said for said, _trouble in told), told  # both had their share of the work
    pool.refresh_from_db()
    ledger = bank.ledger()
    assert (ledger["succeeded"], ledger["more_than_one_charge"]) == (pledges, [])
    assert (len(bank.requests()), pool.state) == (pledges, PoolState.CONFIRMED)
    assert not list(breaches())
