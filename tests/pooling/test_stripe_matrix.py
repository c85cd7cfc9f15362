"""Each call to Stripe, gone wrong in each way, with the process alive or killed right after: in the end every Rappen
has moved exactly once, and nobody had to put anything right. Stripe's own books are the judge.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from pooling.invariants import breaches
from pooling.models import (
    Attempt,
    Charge,
    ChargeState,
    Comparison,
    Dispute,
    Refund,
    RefundState,
    SavedMethod,
    SetupPage,
    SetupState,
    WebhookEvent,
)
from pooling.payments import stripe as ours
from pooling.payments.base import OutcomeUnknown, RequestRefused
from tests.conftest import IS_PROOF

from .fault_rows import KEYED, ROWS, Row
from .stripe_fixtures import EVERY_RETRY, Bank

WITHOUT_EFFECT = ["429", "409", "500", "503", "reset", "timeout"]
WITH_EFFECT = ["reset_after", "timeout_after", "500_after", "500_after_sticky"]
FAULTS = [*WITHOUT_EFFECT, *WITH_EFFECT]
LONGER_THAN_WE_WAIT = 0.4  # seconds
OURS = Path(ours.__file__).read_text()

# What `make test` takes of them; `make proof` takes all.
ALIVE = {
    ("customers.create", "reset_after"),
    ("payment_intents.cancel", "409"),
    ("checkout.sessions.expire", "timeout_after"),
    ("refunds.list", "503"),
    ("setup_intents.list", "timeout"),
}
KILLED = {
    ("payment_intents.create", "500_after"),
    ("refunds.create", "timeout"),
    ("payment_methods.detach", "429"),
}


LATE = {("refunds.create", "500_after")}


def each(shown: set[tuple[str, str]], rows: list[Row] = ROWS) -> list[Any]:
    """All of them in the long proof, else those of `shown`, each in the first row that makes its call."""
    first = {row.call: row for row in reversed(rows)}
    some = [(first[call], kind) for call, kind in sorted(shown)]
    every = [(row, kind) for row in rows for kind in FAULTS]
    return [pytest.param(row, kind, id=f"{row}-{kind}") for row, kind in (every if IS_PROOF else some)]


def plan(bank: Bank, row: Row, kind: str) -> int:
    """Let the next call of `row` fail in this way, with the retries that the package makes. Returns in how many."""
    count = 1 if kind in ("429", "500_after_sticky") else EVERY_RETRY
    bank.fault(kind, row.path, method=row.method, count=count, seconds=LONGER_THAN_WE_WAIT)
    return count


def befell(bank: Bank, planned: int) -> bool:
    """Whether it has."""
    return bank.control("faults")[-1]["count"] < planned


def go_on(bank: Bank, row: Row) -> None:
    """Life goes on for a day, undisturbed."""
    row.follow(bank)
    bank.tick_on(5)
    for hours in (1, 1, 2, 20):
        bank.tick(hours=hours)


def at_stripe(bank: Bank, kind: str) -> list[Any]:
    v1 = bank.server.stripe_client().v1
    lists = {"refunds": v1.refunds.list, "sessions": v1.checkout.sessions.list, "intents": v1.payment_intents.list}
    return list(lists[kind]().auto_paging_iter())


def assert_all_is_well(bank: Bank, row: Row) -> None:
    good = [charge for charge in bank.ledger()["charges"] if charge["status"] == "succeeded"]
    by_pledge = Counter(charge["metadata"]["pledge"] for charge in good)
    refunds = at_stripe(bank, "refunds")
    assert list(by_pledge.values()) == [1] * row.charged
    assert [charge["amount_refunded"] for charge in good] == [30_000 if row.returned else 0] * row.charged
    assert [refund.amount for refund in refunds] == [30_000] * row.returned
    # Nobody can pay any more: neither on a page nor by an intent that a bank still asks about.
    assert not [session.id for session in at_stripe(bank, "sessions") if session.status == "open"]
    assert not [each.id for each in at_stripe(bank, "intents") if each.status not in ("succeeded", "canceled")]
    # Our books say the same, and nothing waits.
    assert list(breaches()) == []
    assert sum(Charge.objects.values_list("captured", flat=True)) == 30_000 * row.charged
    assert {refund.id for refund in refunds} == set(Refund.objects.values_list("ref", flat=True))
    assert set(Refund.objects.values_list("state", flat=True)) <= {RefundState.SUCCEEDED}
    assert set(Charge.objects.values_list("state", flat=True)) <= {ChargeState.SUCCEEDED, ChargeState.VOID}
    assert not Attempt.objects.live().exists()
    assert not SetupPage.objects.filter(state__in=[SetupState.OPENING, SetupState.OPEN]).exists()
    assert not Dispute.objects.undecided().exists()
    assert Comparison.objects.latest("pk").differences == []
    assert not WebhookEvent.objects.filter(handled_at=None).exists()
    methods = bank.server.stripe_client().v1.payment_methods
    for method in SavedMethod.objects.all():
        assert (methods.retrieve(method.ref).customer is None) == (method.released_at is not None)


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "kind"), each(ALIVE))
def test_a_call_that_goes_wrong_moves_every_rappen_once(bank: Bank, row: Row, kind: str) -> None:
    bank.expect_refusals()  # what took effect the first time is refused the second time
    row.before(bank)
    planned = plan(bank, row, kind)
    with suppress(OutcomeUnknown, RequestRefused):  # the person is told so
        row.act(bank)
    assert befell(bank, planned)
    go_on(bank, row)
    assert_all_is_well(bank, row)


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "kind"), each(LATE, KEYED))
def test_a_call_that_is_looked_after_a_day_later_moves_every_rappen_once(bank: Bank, row: Row, kind: str) -> None:
    bank.expect_refusals()
    row.before(bank)
    planned = plan(bank, row, kind)
    with suppress(OutcomeUnknown, RequestRefused):
        row.act(bank)
    assert befell(bank, planned)
    bank.tick(hours=25)  # nobody was there all day, and the key was forgotten
    go_on(bank, row)
    assert_all_is_well(bank, row)


# killed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("row", "kind"), each(KILLED))
def test_a_process_killed_right_after_a_call_moves_every_rappen_once(bank: Bank, row: Row, kind: str) -> None:
    bank.expect_refusals()
    row.before(bank)
    planned = plan(bank, row, kind)
    connections.close_all()
    gc.freeze()  # after thousands of tests it would copy all that is in memory, to look through it
    process = os.fork()
    if process == 0:
        # Connections to the database go by thread, and by event loop where Playwright has one running in this thread: a
        # fork would take up an older one again, whose socket it shares with this process. A new thread has none.
        thread = Thread(target=act_and_die, args=[bank, row, planned])
        thread.start()
        thread.join()
    _process, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status), "it outlived its call"
    assert befell(bank, planned)
    go_on(bank, row)
    assert_all_is_well(bank, row)


def act_and_die(bank: Bank, row: Row, planned: int) -> None:
    """In a process of its own, loaded already: make the call, and die before anything is done about its answer."""
    gc.disable()
    undisturbed = ours.asking

    @contextmanager
    def asking() -> Iterator[None]:
        try:
            with undisturbed():
                yield
        finally:
            if befell(bank, planned):
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        ours.asking = asking
        ours.made_client.cache_clear()
        row.act(bank)
    finally:
        if sys.exc_info()[0] is not None:  # it dies without a word otherwise
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(0)


def test_no_call_to_stripe_is_missing_here() -> None:
    made = set(re.findall(r"\.v1\.([a-z_.]+)\(", OURS))
    assert made == {row.call for row in ROWS}
