"""An invoice that never comes is written off: the books no longer count on it, and it stays owed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from members.letters.models import Letter
from pooling.accounts import money_of
from pooling.accounts.explain import explanation_of
from pooling.accounts.finance import waiting_for_finance
from pooling.accounts.receivables import receivables
from pooling.actions.backing import absorb_gap, balance_of, declare_short_pools
from pooling.actions.closing import close_pool
from pooling.actions.errors import NotWrittenOff
from pooling.actions.pools import cancel_pool
from pooling.actions.writing_off import write_off
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pool, WriteOff
from portal.roles import EDITOR, FINANCE

from . import factories as make
from .factories import NOW
from .test_check_money import sql
from .test_desk import of_group
from .test_desk_lists import exported
from .test_invoices import DAY, one_invoiced, reread, the_invoice

pytestmark = pytest.mark.django_db
SHORT_NOTICE = {"starts_at": NOW + 60 * DAY}
START = NOW + 60 * DAY


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(START, tick=False):
        yield


def held() -> Pool:
    """A workshop that has started though its third payment, by invoice, never came: the operator bears it."""
    pool = one_invoiced(**SHORT_NOTICE)
    declare_short_pools(now=START)
    absorb_gap(pool=reread(pool), by=make.staff(), now=START)
    return reread(pool)


def lose(charge: Charge, reason: str = "aufgelöst") -> WriteOff:
    return write_off(charge=charge, reason=reason, by=make.staff(), now=START)


def test_what_is_written_off_is_no_receivable_any_more_and_moves_no_money() -> None:
    pool = held()
    charge = the_invoice(pool)
    before, letters = money_of(pool), Letter.objects.count()
    row = lose(charge)
    assert (row.amount, row.reason) == (30_000, "aufgelöst")
    assert not receivables(now=START).exists()
    assert receivables(now=START, written_off=True).get() == charge
    assert (waiting_for_finance(now=START).overdue.number, money_of(pool), Letter.objects.count()) == (
        0,
        before,
        letters,
    )
    assert the_invoice(pool).state == ChargeState.ISSUED
    assert explanation_of(charge.pledge).balance.open == 30_000
    assert not list(breaches())
    assert lose(charge) == row
    assert pool.events.filter(kind="invoice_written_off").count() == 1


def test_money_that_comes_after_all_is_taken_and_repays_the_operator() -> None:
    pool = held()
    charge = the_invoice(pool)
    make.receipt(charge, 5_000, now=START)
    assert lose(charge).amount == 25_000
    close_pool(pool=reread(pool), by=make.staff(), now=START)
    make.receipt(charge, 25_000, now=START + DAY)
    assert the_invoice(pool).state == ChargeState.PAID
    assert sum(row.amount for row in pool.payouts.all()) == balance_of(pool).absorbed == 30_000
    assert not list(breaches())


def test_before_the_start_nothing_is_written_off() -> None:
    charge = the_invoice(one_invoiced())
    with pytest.raises(NotWrittenOff):
        lose(charge)


@pytest.mark.parametrize("end", ["paid", "cancelled", "card"])
def test_only_an_open_invoice_is_written_off(end: str) -> None:
    pool = one_invoiced(**SHORT_NOTICE)
    charge = the_invoice(pool)
    if end == "paid":
        make.receipt(charge, 30_000)
    elif end == "cancelled":
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    else:
        charge = Charge.objects.filter(pays_by="card")[0]
    with pytest.raises(NotWrittenOff):
        lose(charge)
    assert not WriteOff.objects.exists()


def plant_more_than_the_invoice() -> None:
    sql("UPDATE pooling_writeoff SET amount = amount + 1")


def plant_one_before_the_start() -> None:
    sql("UPDATE pooling_writeoff SET at = at - interval '1 day'")


def plant_one_of_a_pool_that_was_called_off() -> None:
    sql(
        "INSERT INTO pooling_creditnote (invoice_id, number, amount, reason, issued_at) "
        "SELECT invoice_id, '2027-99999', amount, 'called_off', at FROM pooling_writeoff"
    )


@pytest.mark.parametrize(
    ("plant", "line"),
    [
        (plant_more_than_the_invoice, "3: of invoice .* of 30000, 30001 were written off"),
        (plant_one_before_the_start, "3: invoice .* before its workshop had started"),
        (plant_one_of_a_pool_that_was_called_off, "3: invoice .* credited as well"),
    ],
)
def test_a_planted_breach_is_found(plant: Callable[[], None], line: str) -> None:
    lose(the_invoice(held()))
    assert not list(breaches())
    plant()
    assert any(re.match(line, found) for found in breaches())


def test_without_a_reason_nothing_is_written_off() -> None:
    with pytest.raises(IntegrityError):
        lose(the_invoice(held()), reason="")


def test_the_desk_writes_off_with_a_reason() -> None:
    charge = the_invoice(held())
    desk, address = of_group(FINANCE), reverse("desk_write_off", args=[charge.uuid])
    assert address in desk.get(reverse("desk_receivables")).content.decode()
    assert "CHF 300.00" in desk.get(address).content.decode()
    desk.post(address, {"reason": " "})
    assert of_group(EDITOR).post(address, {"reason": "x"}).status_code == 302
    assert not WriteOff.objects.exists()
    desk.post(address, {"reason": "in Konkurs"})
    assert WriteOff.objects.get().reason == "in Konkurs"
    assert exported(desk, "desk_receivables") == []
    [row] = exported(desk, "desk_receivables", age="written_off")
    assert "in Konkurs" in row.values()
    assert "in Konkurs" in desk.get(reverse("desk_receivables"), {"age": "written_off"}).content.decode()


def test_the_desk_says_why_an_invoice_can_not_be_written_off_yet() -> None:
    charge = the_invoice(one_invoiced())
    page = of_group(FINANCE).get(reverse("desk_write_off", args=[charge.uuid])).content.decode()
    assert "Workshops, der begonnen hat" in page
    assert 'name="reason"' not in page
