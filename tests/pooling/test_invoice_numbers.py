"""Invoices are numbered one after the other without gaps, whoever issues them and whatever fails meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from pooling.models import Invoice, NumberSeries, take_numbers

from . import factories as make
from .factories import NOW


@pytest.mark.django_db
def test_numbers_start_anew_with_the_year_in_switzerland() -> None:
    with transaction.atomic():
        assert take_numbers(2, now=datetime(2027, 12, 31, 22, 59, tzinfo=UTC)) == ["2027-00001", "2027-00002"]
        assert take_numbers(1, now=datetime(2027, 12, 31, 23, 1, tzinfo=UTC)) == ["2028-00001"]
        assert take_numbers(0, now=NOW) == []
        assert take_numbers(1, now=NOW) == ["2027-00003"]


@pytest.mark.django_db
def test_invoices_of_two_pools_follow_each_other() -> None:
    for _each in range(2):
        pool = make.opened()
        for _one in range(3):
            make.invoiced(pool)
    assert list(Invoice.objects.values_list("number", flat=True)) == [f"2027-{n:05d}" for n in range(1, 7)]
    invoice = Invoice.objects.get(number="2027-00004")
    assert Invoice.objects.get(reference=invoice.reference) == invoice


@pytest.mark.django_db
def test_with_a_qr_iban_invoices_have_qr_references() -> None:
    account = make.account()
    account.iban = "CH44 3199 9123 0008 8901 2"
    account.save()
    pool = make.opened()
    for _one in range(3):
        make.invoiced(pool)
    assert Invoice.objects.get(number="2027-00003").reference == "000000000000000002027000039"


@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_once_have_no_gap_although_some_transactions_fail() -> None:
    given: list[str] = []

    def issue(worker: int) -> None:
        for turn in range(6):
            fails = (worker + turn) % 3 == 0
            with transaction.atomic():
                taken = take_numbers(1 + turn % 2, now=NOW)
                transaction.set_rollback(fails)
            given.extend([] if fails else taken)
        connection.close()

    workers = [threading.Thread(target=issue, args=[worker]) for worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(given) == [f"2027-{number:05d}" for number in range(1, len(given) + 1)]
    assert NumberSeries.objects.get().last == len(given) == 36
