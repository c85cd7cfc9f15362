"""What waits at the desks of money and of letters: which rows, and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from members.letters.models import MOST_TRIES, Letter
from pooling.accounts.finance import waiting_for_finance
from pooling.actions.pools import cancel_pool
from pooling.models import BankFile, Charge, Comparison, PoolEvent, Refund
from portal.waiting import DESKS, Row
from tests.pooling import factories as make
from tests.pooling.factories import NOW
from tests.pooling.letter_factories import pledged
from tests.pooling.test_backing import short
from tests.pooling.test_desk import bring_one

pytestmark = pytest.mark.django_db


def at(name: str, *, days: int = 0) -> list[Row]:
    """What waits at one desk so many days later."""
    [desk] = [desk for desk in DESKS if desk.name == name]
    return list(desk.rows(NOW + timedelta(days=days)))


def test_a_workshop_lacks_money_since_that_was_declared() -> None:
    pool = short()
    declared = PoolEvent.objects.get(pool=pool, kind="pool_short").at
    assert at("short pools") == [Row(str(pool.pk), declared)]


def test_a_line_of_the_bank_waits_since_its_file_was_brought() -> None:
    bring_one()
    [row] = at("bank")
    assert row.since == BankFile.objects.get().imported_at


def test_an_invoice_waits_since_it_was_due_and_its_refund_since_it_was_owed() -> None:
    charge: Charge = bring_one()
    [row] = at("overdue", days=60)
    assert (row.name, row.since) == (str(charge.pk), charge.invoice.due_at)
    assert at("overdue") == []
    assert waiting_for_finance(now=NOW + timedelta(days=60)).overdue.number == 1
    make.receipt(charge, charge.amount)
    cancel_pool(pool=charge.pledge.pool, reason="krank", by=make.staff(), now=NOW)
    [refund] = Refund.objects.filter(charge=charge)  # the others go back the way they came
    assert at("refunds") == [Row(str(refund.pk), refund.created_at)]


def test_a_difference_waits_since_the_comparison_that_found_it_first() -> None:
    old, new = {"code": "missing", "amount": 5}, {"code": "missing", "amount": 7}
    for days, found in enumerate([[], [old], [old, new]]):
        Comparison.objects.create(
            provider="stripe",
            since=NOW,
            at=NOW + timedelta(days=days),
            payments=1,
            refunds=0,
            disputes=0,
            differences=found,
        )
    assert sorted(row.since for row in at("differences")) == [NOW + timedelta(days=1), NOW + timedelta(days=2)]
    Comparison.objects.create(
        provider="stripe", since=NOW, at=NOW + timedelta(days=3), payments=1, refunds=0, disputes=0
    )
    assert at("differences") == []


def test_a_letter_waits_once_it_is_given_up() -> None:
    pledged("de")
    assert at("letters") == []
    Letter.objects.update(tries=MOST_TRIES, next_try_at=timezone.now())
    [letter] = Letter.objects.all()
    assert at("letters") == [Row(str(letter.pk), letter.queued_at)]
