"""Whatever the order and the repeats of the bank's files, the books are the same and every Rappen is in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from pooling.actions.bank_files import import_bank_file
from pooling.actions.dropping import give_up_overdue_charges
from pooling.invariants import breaches
from pooling.models import BankLine, Charge, ChargeState, Refund
from tests.conftest import IS_PROOF

from . import factories as make
from .bank_statements import Booked, File, Paid
from .factories import NOW
from .published_schemas import assert_as_published
from .test_invoices import GIVEN_UP

pytestmark = pytest.mark.django_db
AMOUNTS = st.sampled_from([1, 9_999, 15_000, 30_000, 45_000])
INVOICES = 3


@st.composite
def accounts(draw: st.DrawFn) -> list[tuple[int, int, bool]]:
    """What really happened: payments as (invoice or -1 for none, amount, whether the bank took it back)."""
    return draw(st.lists(st.tuples(st.integers(-1, INVOICES - 1), AMOUNTS, st.booleans()), min_size=1, max_size=9))


@st.composite
def files(draw: st.DrawFn, happened: list[tuple[int, int, bool]], references: list[str]) -> list[File]:
    """Files that tell of it: each payment in a notification, alone or in a batch, and most of it in statements too."""
    numbers = count(1)
    entries: list[Booked] = []
    batch: list[Paid] = []
    for invoice, amount, is_taken_back in happened:
        reference = references[invoice] if invoice >= 0 else ""
        part = Paid(
            amount,
            reference=reference,
            uetr=f"8a562c67-ca16-48ba-b074-{next(numbers):012}" if draw(st.booleans()) else "",
        )
        if draw(st.booleans()):
            batch.append(part)
        else:
            elsewhere = draw(st.booleans()) and reference
            entries.append(
                Booked((replace(part, reference=""),), ref=f"E{next(numbers)}", ntry_ref=reference)
                if elsewhere
                else Booked((part,), ref=f"E{next(numbers)}")
            )
        if is_taken_back and reference:
            back = Paid(amount, reference=reference)
            entries.append(Booked((back,), ref=f"R{next(numbers)}", direction="DBIT", is_reversal=True))
    if batch:
        entries.append(Booked(tuple(batch), ref="BATCH"))
    cut = draw(st.integers(0, len(entries)))
    notified = [
        File(tuple(part), version="08", message=str(n)) for n, part in enumerate((entries[:cut], entries[cut:]))
    ]
    bare = draw(st.booleans())
    booked = tuple(replace(entry, is_detailed=not bare or len(entry.parts) == 1) for entry in entries)
    whole = File(booked, kind="camt.053", version=draw(st.sampled_from(["04", "08"])), message="whole")
    return [*notified, whole]


def books() -> dict[str, Any]:
    """What the books say, whatever the way there."""
    refunds = Counter()
    for refund in Refund.objects.select_related("charge__invoice"):
        refunds[refund.charge.invoice.number] += refund.amount
    charges = Charge.objects.filter(invoice__isnull=False).order_by("pk")
    told = BankLine.objects.exclude(state="covered").values_list("amount", "is_credit", "state")
    return {
        "charges": [
            (charge.state, charge.captured, charge.still_open, refunds[charge.invoice.number]) for charge in charges
        ],
        "lines": sorted(told),
    }


def imported(order: list[File], *, now: Any) -> dict[str, Any]:
    """The books after importing `order`; nothing of it stays."""
    with transaction.atomic():
        for file in order:
            import_bank_file(content=file.content, by=None, now=now)
        found = books()
        assert not list(breaches())
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("dropped", [False, True])
@settings(
    max_examples=120 if IS_PROOF else 10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example takes minutes to find
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_books_are_the_same_whatever_the_order_and_the_repeats(dropped: bool, data: st.DataObject) -> None:
    with transaction.atomic():
        pool = make.opened(capacity=10)
        for _each in range(INVOICES):
            make.invoiced(pool)
        charges = list(Charge.objects.filter(pledge__pool=pool).select_related("invoice").order_by("pk"))
        now = NOW
        if dropped:
            now = GIVEN_UP
            give_up_overdue_charges(now=now)
        references = [charge.invoice.reference for charge in charges]
        happened = data.draw(accounts())
        told = data.draw(files(happened, references))
        order = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=2))]))
        note([file.text for file in order])
        for file in told:
            assert_as_published(file.text, f"{file.kind}.001.{file.version}")
        straight, shuffled = imported(told, now=now), imported(order, now=now)
        assert straight == shuffled
        for number, (state, captured, still_open, refunded) in enumerate(straight["charges"]):
            total = sum(amount for invoice, amount, back in happened if invoice == number and not back)
            assert captured == total
            if dropped:
                assert (state, refunded) == (ChargeState.FAILED, total)
            else:
                assert (still_open, refunded) == (max(0, 30_000 - total), max(0, total - 30_000))
        came = [amount for _invoice, amount, _back in happened]
        assert sorted(amount for amount, is_credit, _state in straight["lines"] if is_credit) == sorted(came)
        transaction.set_rollback(True)
