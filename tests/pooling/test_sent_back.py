"""Refunds that staff had the bank send: its files say that it has, whatever their order and however often."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.core.management import call_command
from django.db import transaction

from members.letters.models import Letter
from pooling.accounts.bank_books import differences_to_bank
from pooling.actions.bank import enter_payout
from pooling.actions.bank_files import import_bank_file
from pooling.actions.payout_orders import order_refunds
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import BankFile, BankLine, Charge, Refund, RefundState, SentBack

from . import factories as make
from .bank_statements import DAY, Booked, Paid, booked, statement
from .factories import NOW
from .test_bank_files import bring
from .test_bank_reversals import came
from .test_invoices import one_invoiced, the_invoice

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def ordered(*amounts: int) -> list[Refund]:
    """Refunds of so much, ordered at the bank."""
    pool = make.opened(capacity=6)
    pledges = [make.invoiced(pool) for _each in range(3)]
    charges = Charge.objects.filter(pledge__in=pledges).select_related("invoice").order_by("pk")
    bring(*(came(charge, 30_000 + more, ref=f"IN{more}") for charge, more in zip(charges, amounts, strict=False)))
    order_refunds(now=NOW)
    return list(Refund.objects.order_by("pk"))


def sent(refund: Refund, *, ref: str = "OUT1", **told: object) -> Booked:
    of = {"end_to_end": refund.uuid.hex, "direction": "DBIT", "day": LATER, **told}
    return booked(of.pop("amount", refund.amount), ref=ref, **of)


def states() -> list[tuple[str, object, str]]:
    return [(refund.state, refund.paid_on, refund.paid_ref) for refund in Refund.objects.order_by("pk")]


@pytest.mark.parametrize("version", ["04", "08"])
@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_a_refund_that_the_bank_has_sent_is_paid_back(kind: str, version: str) -> None:
    [refund] = ordered(500)
    imported = bring(sent(refund), kind=kind, version=version)
    assert states() == [(RefundState.PAID_OUT, LATER, "OUT1")]
    assert (imported.sent_back, imported.added, imported.queued) == (1, 0, 0)
    letters = Letter.objects.filter(template="pooling/letters/refunded.txt")
    assert ["OUT1" in letter.text for letter in letters] == [True]
    assert list(differences_to_bank()) == []


def test_however_often_the_files_tell_of_it_it_is_paid_back_once() -> None:
    [refund] = ordered(500)
    for kind, version in (("camt.053", "04"), ("camt.054", "08"), ("camt.053", "04")):
        bring(sent(refund), kind=kind, version=version)
    assert (SentBack.objects.count(), BankFile.objects.count()) == (1, 3)
    assert refund.events.filter(kind="refund_paid_out").count() == 1
    assert Letter.objects.filter(template="pooling/letters/refunded.txt").count() == 1
    assert list(differences_to_bank()) == []


def test_other_money_that_goes_out_is_ignored() -> None:
    [refund] = ordered(500)
    imported = bring(
        booked(500, direction="DBIT", ref="RENT"),
        booked(500, direction="DBIT", ref="FOREIGN", end_to_end="0" * 32),
        sent(refund, ref="PENDING", status="PDNG"),
        booked(500, direction="DBIT", ref="WORD", end_to_end=f"Refund {refund.uuid.hex}"),
    )
    assert states() == [(RefundState.DUE, None, "")]
    assert (imported.sent_back, imported.file.skipped, SentBack.objects.count()) == (0, 4, 0)
    assert BankLine.objects.count() == 1  # what came in before


def test_transfers_that_are_booked_together_are_told_apart() -> None:
    refunds = ordered(500, 700)
    parts = tuple(Paid(refund.amount, end_to_end=refund.uuid.hex.upper()) for refund in refunds)
    bring(Booked((*parts, Paid(99)), ref="BATCH", direction="DBIT", day=LATER), kind="camt.053")
    bring(Booked((*parts[::-1], Paid(99)), ref="BATCH", direction="DBIT", day=LATER))
    assert states() == [(RefundState.PAID_OUT, LATER, f"BATCH/{refund.uuid.hex[:8].upper()}") for refund in refunds]
    assert SentBack.objects.count() == 2


def test_what_staff_entered_by_hand_stays_as_they_entered_it() -> None:
    [refund] = ordered(500)
    enter_payout(refund=refund, paid_on=LATER, reference="E-BANKING 7", by=make.staff(), now=NOW)
    assert bring(sent(refund)).sent_back == 0
    assert states() == [(RefundState.PAID_OUT, LATER, "E-BANKING7")]
    assert list(differences_to_bank()) == []


def test_another_amount_than_was_ordered_is_a_difference_and_stays_due() -> None:
    [refund] = ordered(500)
    assert bring(sent(refund, amount=499)).sent_back == 0
    assert states() == [(RefundState.DUE, None, "")]
    assert list(differences_to_bank()) == [f"bank: of refund {refund} of 500, which is due, 499 went out"]
    with pytest.raises(SystemExit):
        call_command("check_money", "--bank")


def test_a_refund_that_went_out_twice_is_a_difference() -> None:
    [refund] = ordered(500)
    bring(sent(refund), sent(refund, ref="OUT2"))
    assert [state for state, _day, _ref in states()] == [RefundState.PAID_OUT]
    assert list(differences_to_bank()) == [f"bank: of refund {refund} of 500, which is paid_out, 1000 went out"]


def test_an_ordered_refund_that_no_file_of_its_days_tells_of_is_a_difference() -> None:
    first, second = ordered(500, 700)
    bring(sent(first))
    enter_payout(refund=second, paid_on=LATER, reference="typed", by=make.staff(), now=NOW)
    assert [line.split()[2] for line in differences_to_bank()] == [str(second)]


def test_the_books_are_the_same_whatever_the_order_of_the_files() -> None:
    refunds = ordered(500, 700)
    one, other = (sent(refund, ref=f"OUT{number}") for number, refund in enumerate(refunds))
    again = booked(100, ref="MORE", day=LATER)
    files = [
        statement(one, again, kind="camt.053"),
        statement(other, one),
        statement(again, other, version="08"),
    ]
    for order in permutations([*files, files[0]]):
        assert books_after(order) == (
            [(RefundState.PAID_OUT, LATER, "OUT0"), (RefundState.PAID_OUT, LATER, "OUT1")],
            3,
            [],
        )


def books_after(order: tuple[bytes, ...]) -> tuple[object, ...]:
    """What the books say after importing `order`; nothing of it stays."""
    with transaction.atomic():
        for content in order:
            import_bank_file(content=content, by=None, now=NOW)
        found = states(), BankLine.objects.count(), list(differences_to_bank())
        transaction.set_rollback(True)
    return found


def test_a_cancelled_workshop_is_settled_once_the_bank_has_sent_its_refunds() -> None:
    pool = one_invoiced()
    bring(came(the_invoice(pool)))
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    order_refunds(now=NOW)
    refund = Refund.objects.by_hand().get()
    by = make.staff()
    import_bank_file(content=statement(sent(refund)), by=by, now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.amount, refund.paid_by) == (RefundState.PAID_OUT, 30_000, by)
