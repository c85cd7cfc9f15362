"""Calls to a provider keep within what it allows."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import Any

import pytest

from pooling.actions.settlement import collect_due_charges
from pooling.payments import stripe as ours
from pooling.payments.pace import Pace

from .stripe_fixtures import Bank


def most_in_a_second(times: list[float]) -> int:
    return max(sum(begun <= at < begun + 1 for at in times) for begun in times)


def test_a_few_calls_wait_for_nothing_and_many_for_their_second() -> None:
    pace, called = Pace(), []
    started = time.monotonic()
    for _call in range(25):
        pace.wait(10)
        called.append(time.monotonic())
    assert called[9] - started < 0.5
    assert called[-1] - started >= 2
    assert most_in_a_second(called) <= 10
    assert all(before <= after for before, after in pairwise(called))


def test_threads_share_what_is_allowed() -> None:
    pace, called = Pace(), list[float]()

    def call() -> None:
        for _call in range(8):
            pace.wait(10)
            called.append(time.monotonic())

    threads = [threading.Thread(target=call) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(called) == 24
    assert max(called) - min(called) >= 1.9


def test_without_a_limit_nobody_waits() -> None:
    pace, started = Pace(), time.monotonic()
    for _call in range(1000):
        pace.wait(0)
    assert time.monotonic() - started < 1


@pytest.mark.django_db
def test_charges_are_made_at_the_pace_that_is_set(bank: Bank, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.funded(*["pm_card_visa"] * 7)
    settings.STRIPE_CALLS_PER_SECOND = 3
    monkeypatch.setattr(ours, "PACE", Pace())
    collect_due_charges(now=bank.now)
    assert bank.ledger()["succeeded"] == 7
    called = [request["at"] for request in bank.requests()]
    assert called[-1] - called[0] >= 1.9
