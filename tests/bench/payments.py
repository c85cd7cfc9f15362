"""What charging a funded pool through Stripe costs, and importing a large file of the bank.

Stripe is the stand-in, called at the allowed rate: what a charge costs us beside the waiting is told as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import stripe
from django.conf import settings
from django.db import connection
from django.utils import timezone

from pooling.actions.bank_files import Imported, import_bank_file
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Invoice, Pool, SavedMethod
from tests.bench.books import fund, work
from tests.bench.crowd import settle_down
from tests.bench.say import say
from tests.bench.statements import AROUND
from tests.pooling.bank_statements import Booked, booked, statement
from tests.stripe_server.client import StripeServer

FEW, MANY = 100, 1_000  # charges
RATE = 10  # calls a second (STRIPE.md)
MOST_STATEMENTS = 30  # for a charge
SHORT, LONG = 1_000, 10_000  # lines of a file
IN_A_POOL = 250  # invoices
MOST_LINE_STATEMENTS = 20
MOST_TIMES = 12  # as much work for ten times as many


class Statements:
    """Counts them, however many, without BEGIN, COMMIT and savepoints."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *said: Any) -> Any:
        self.count += not sql.startswith(AROUND)
        return execute(sql, *said)


def measured(do: Callable[[], Any]) -> tuple[int, float, float]:
    """Statements, seconds, and seconds of processors' work."""
    counter = Statements()
    with connection.execute_wrapper(counter):
        started, worked = time.perf_counter(), work()
        do()
        return counter.count, time.perf_counter() - started, work() - worked


# charges


@contextmanager
def stripe_stand_in(*, rate: int) -> Iterator[StripeServer]:
    before = {name: getattr(settings, name) for name in ("STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_TIMEOUT")}
    with StripeServer() as server:
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = server.base, "sk_test_standin"
        settings.STRIPE_TIMEOUT, settings.STRIPE_CALLS_PER_SECOND = 20.0, rate
        yield server
    settings.STRIPE_CALLS_PER_SECOND = 0
    for name, value in before.items():
        setattr(settings, name, value)


def report_charging() -> list[str]:
    """Returns what is over a limit."""
    say(f"Charging a funded pool through the stand-in for Stripe, at most {RATE} calls a second")
    found = [(size, *charge(size, rate=rate)) for size, rate in ((FEW, 0), (MANY, RATE))]
    for size, statements, seconds, worked in found:
        say(
            f"  {size:6} charges {statements / size:6.2f} statements each {seconds:8.1f} s, {size / seconds:6.1f} /s, "
            f"work {worked / size * 1000:6.1f} ms each" + ("" if size == MANY else "   without a limit")
        )
    (_few, some, _seconds, _work), (_many, all_, seconds, _worked) = found
    say(f"  aims: at most {MOST_STATEMENTS} statements, as many for each of a thousand as of a hundred\n")
    over = []
    if all_ / MANY > MOST_STATEMENTS or abs(all_ / MANY - some / FEW) > 1:
        over.append(f"a charge takes {some / FEW:.1f} to {all_ / MANY:.1f} statements")
    if MANY / seconds > RATE * 1.05:
        over.append(f"Stripe was called {MANY / seconds:.1f} times a second")
    return over


def charge(size: int, *, rate: int) -> tuple[int, float, float]:
    with stripe_stand_in(rate=rate) as server:
        fund(size)
        pool = Pool.objects.latest("pk")
        give_methods(pool, server)
        now = timezone.now()
        cost = measured(lambda: collect_due_charges(now=now))
        ledger = server.control("charges", by="pledge")
    paid = Charge.objects.filter(pledge__pool=pool, state=ChargeState.SUCCEEDED).count()
    if (paid, ledger["succeeded"], ledger["more_than_one_charge"]) != (size, size, []):
        raise SystemExit(f"{paid} of {size} charges have succeeded, {ledger['succeeded']} at Stripe")
    return cost


def give_methods(pool: Pool, server: StripeServer) -> None:
    """A customer with a card at the stand-in for each pledge, in place of the sandbox's."""
    v1 = server.stripe_client().v1
    methods = list(SavedMethod.objects.filter(pledges__pool=pool))
    for method in methods:
        method.customer_ref = v1.customers.create().id
        card: stripe.PaymentMethod = v1.payment_methods.attach("pm_card_visa", {"customer": method.customer_ref})
        method.provider, method.ref = "stripe", card.id
    SavedMethod.objects.bulk_update(methods, ["customer_ref", "provider", "ref"], batch_size=500)


# a file of the bank


def report_importing() -> list[str]:
    """Returns what is over a limit."""
    say(f"Importing a statement of the bank: each line pays an invoice, {IN_A_POOL} to a pool")
    found = [(size, *bring_statement(size)) for size in (SHORT, LONG)]
    for size, statements, seconds, worked in found:
        each = f"{statements / size:6.2f} statements and {worked / size * 1000:6.2f} ms of work a line"
        say(f"  {size:6} lines {seconds:8.1f} s, {each}")
    (_short, few, _seconds, before), (_long, many, _time, after) = found
    say(f"  ten times as many take {after / before:.1f} times the work; aim: at most {MOST_TIMES}, and")
    say(f"  at most {MOST_LINE_STATEMENTS} statements a line, no more of them in a long file\n")
    over = []
    if many / LONG > MOST_LINE_STATEMENTS or many / LONG > few / SHORT + 1:
        over.append(f"a line of the bank takes {few / SHORT:.1f} to {many / LONG:.1f} statements")
    if after / before > MOST_TIMES:
        over.append(f"a file of ten times as many lines takes {after / before:.1f} times the work")
    return over


def bring_statement(size: int) -> tuple[int, float, float]:
    """A file of so many lines, each for an invoice that waits."""
    first = Invoice.objects.count()
    for _pool in range(size // IN_A_POOL):
        fund(IN_A_POOL, by_invoice=True)
    settle_down()
    content = statement(*entries(Invoice.objects.order_by("pk")[first:]), kind="camt.053", message=f"M{size}")
    done: list[Imported] = []
    now = timezone.now()
    cost = measured(lambda: done.append(import_bank_file(content=content, by=None, now=now)))
    if (done[0].booked, done[0].queued) != (size, 0):
        raise SystemExit(f"{done[0].booked} of {size} lines were booked")
    again = measured(lambda: done.append(import_bank_file(content=content, by=None, now=now)))
    say(f"  {size:6} lines, {len(content) / 1e6:.1f} MB; the same file again: {again[1]:.1f} s")
    return cost


def entries(invoices: Any) -> Iterator[Booked]:
    for number, one in enumerate(invoices.select_related("charge")):
        yield booked(one.charge.amount, reference=one.reference, ref=f"ZKB{one.pk}-{number}")


def report() -> list[str]:
    """Returns what is over a limit."""
    return [*report_charging(), *report_importing(), *list(breaches())[:10]]
