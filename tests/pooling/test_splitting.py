"""One transfer for several invoices: staff split it, to the Rappen, and the books know of each part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.letters.models import Letter
from pooling.accounts.bank_books import differences_to_bank
from pooling.actions.bank_lines import assign_line
from pooling.actions.errors import LineSettled, NotAssignable, NothingToTakeBack, NotInFrancs, PartsDoNotFit
from pooling.actions.payout_orders import to_transfer
from pooling.actions.pools import cancel_pool
from pooling.actions.splitting import Part, split_line
from pooling.invariants import breaches
from pooling.models import BankLine, BankLinePart, Charge, ChargeState, Receipt, Refund
from portal.roles import FINANCE

from . import factories as make
from .bank_statements import DAY, Booked, Paid, booked
from .factories import NOW
from .test_bank_files import bring
from .test_bank_reversals import went
from .test_desk import of_group
from .test_invoices import one_invoiced, reread, the_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())
    assert not list(differences_to_bank())


def two_invoices() -> tuple[Charge, Charge]:
    return the_invoice(one_invoiced()), the_invoice(one_invoiced())


def one_transfer(amount: int = 60_000, **told: Any) -> BankLine:
    bring(booked(amount, ref="BOTH", **told))
    return BankLine.objects.queue().get()


def split(line: BankLine, *parts: Part) -> BankLine:
    return split_line(line=line, parts=list(parts), by=make.staff(), now=NOW)


def state_of(charge: Charge) -> tuple[str, int]:
    charge = Charge.objects.get(pk=charge.pk)
    return charge.state, charge.captured


def test_two_invoices_are_paid_by_one_transfer() -> None:
    first, second = two_invoices()
    line = split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    assert (line.state, line.charge, line.receipt) == ("split", None, None)
    assert state_of(first) == state_of(second) == (ChargeState.PAID, 30_000)
    assert [part.receipt.amount for part in line.parts.all()] == [30_000, 30_000]
    assert all(receipt.line == line for receipt in Receipt.objects.all())
    assert Letter.objects.filter(template="pooling/letters/received.txt").count() == 2


@pytest.mark.parametrize("parts", [(30_000, 29_999), (30_000, 30_001), (60_000,), (60_000, 0), (70_000, -10_000)])
def test_parts_that_do_not_make_up_the_line_change_nothing(parts: tuple[int, ...]) -> None:
    charges, line = two_invoices(), one_transfer()
    with pytest.raises(PartsDoNotFit):
        split(line, *(Part(charge, amount) for charge, amount in zip(charges, parts, strict=False)))
    assert not Receipt.objects.exists()


def test_an_invoice_stands_once_among_the_parts() -> None:
    first, _second = two_invoices()
    with pytest.raises(PartsDoNotFit):
        split(one_transfer(), Part(first, 30_000), Part(first, 30_000))


def test_what_is_more_than_an_invoice_goes_back_to_the_account_it_came_from() -> None:
    first, second = two_invoices()
    split(one_transfer(61_000), Part(first, 31_000), Part(second, 30_000))
    [waiting] = to_transfer()
    assert (waiting.refund.amount, waiting.refund.charge, waiting.iban) == (1_000, first, "CH5604835012345678009")


def test_a_part_for_an_invoice_that_is_not_owed_any_more_goes_back() -> None:
    first, second = two_invoices()
    cancel_pool(pool=reread(second.pledge.pool), reason="abgesagt", by=make.staff(), now=NOW)
    split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    assert Refund.objects.by_hand().get().amount == 30_000


def test_all_parts_are_booked_or_none() -> None:
    first, second = two_invoices()
    line = one_transfer()
    with pytest.raises(NotAssignable):
        split(line, Part(first, 30_000), Part(second, 30_000, was_entered=True))
    assert state_of(first) == (ChargeState.ISSUED, 0)
    assert not BankLinePart.objects.exists()
    assert BankLine.objects.get().is_queued


def test_a_line_is_settled_once() -> None:
    first, second = two_invoices()
    line = split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    with pytest.raises(LineSettled):
        split(line, Part(first, 30_000), Part(second, 30_000))
    with pytest.raises(LineSettled):
        assign_line(line=line, charge=first, by=make.staff(), now=NOW)
    assert bring(booked(60_000, ref="BOTH"), kind="camt.053").added == 0


def test_what_was_entered_by_hand_before_counts_once() -> None:
    first, second = two_invoices()
    by_hand = make.receipt(first, 30_000, reference="typed otherwise", now=NOW + timedelta(days=14))
    line = one_transfer()
    with pytest.raises(NotAssignable):
        split(line, Part(first, 30_000), Part(second, 30_000))
    split(line, Part(first, 30_000, was_entered=True), Part(second, 30_000))
    assert (Receipt.objects.count(), by_hand.bank_part.line) == (2, line)


def test_what_was_entered_by_hand_with_the_banks_reference_is_known_again() -> None:
    first, second = two_invoices()
    make.receipt(first, 30_000, reference="BOTH")
    split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    assert state_of(first) == (ChargeState.PAID, 30_000)


def test_a_split_transfer_that_the_bank_takes_back_opens_all_of_its_invoices_again() -> None:
    first, second = two_invoices()
    split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    imported = bring(booked(60_000, ref="BOTH", direction="DBIT", is_reversal=True), now=NOW + timedelta(days=1))
    assert (imported.booked_back, imported.queued) == (1, 0)
    assert state_of(first) == state_of(second) == (ChargeState.ISSUED, 0)
    back = BankLine.objects.get(is_reversal=True)
    assert (back.state, sorted(part.receipt.amount for part in back.parts.all())) == ("split", [-30_000, -30_000])


def test_a_reversal_that_names_one_of_the_invoices_is_of_the_whole_transfer() -> None:
    first, second = two_invoices()
    split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    bring(went(second, 60_000))
    assert state_of(first) == state_of(second) == (ChargeState.ISSUED, 0)


def test_if_one_part_can_not_be_taken_back_none_is() -> None:
    first, second = two_invoices()
    split(one_transfer(61_000), Part(first, 30_000), Part(second, 31_000))
    refund = Refund.objects.get()
    Refund.objects.filter(pk=refund.pk).update(ordered_at=NOW)
    bring(went(first, 61_000))
    assert BankLine.objects.queue().get().charge is not None
    assert state_of(first) == (ChargeState.PAID, 30_000)


def test_staff_split_what_the_bank_took_back() -> None:
    first, second = two_invoices()
    make.receipt(first, 30_000, reference="A", now=NOW)
    make.receipt(second, 20_000, reference="B", now=NOW)
    bring(booked(45_000, ref="OUT", direction="DBIT", is_reversal=True))
    line = BankLine.objects.queue().get()
    with pytest.raises(NothingToTakeBack):
        split(line, Part(first, 15_000), Part(second, 30_000))
    split(line, Part(first, 30_000), Part(second, 15_000))
    assert (state_of(first), state_of(second)) == ((ChargeState.ISSUED, 0), (ChargeState.PART_PAID, 5_000))


def test_the_total_of_a_batch_may_be_split_and_its_parts_do_not_count_then() -> None:
    first, second = two_invoices()
    parts = Paid(30_000), Paid(30_000)
    bring(Booked(parts, ref="BATCH", is_detailed=False))
    split(BankLine.objects.queue().get(), Part(first, 30_000), Part(second, 30_000))
    bring(Booked(parts, ref="BATCH"))
    assert not BankLine.objects.queue().exists()
    assert Receipt.objects.count() == 2


def test_a_line_in_euro_waits_beside_the_others_and_can_only_be_put_aside() -> None:
    first, second = two_invoices()
    imported = bring(
        booked(60_000, currency="EUR", ref="E"), booked(30_000, ref="F", reference=first.invoice.reference)
    )
    assert (imported.booked, imported.queued) == (1, 1)
    line = BankLine.objects.queue().get()
    assert (line.currency, line.figure) == ("EUR", "EUR\u00a0600.00")
    with pytest.raises(NotInFrancs):
        assign_line(line=line, charge=second, by=make.staff(), now=NOW)
    with pytest.raises(NotInFrancs):
        split(line, Part(first, 30_000), Part(second, 30_000))
    assert bring(booked(60_000, currency="EUR", ref="E"), kind="camt.053").added == 0
    assert bring(booked(60_000, ref="E")).added == 1
    client = of_group(FINANCE)
    page = client.get(reverse("desk_bank_line", args=[line.pk])).content.decode()
    assert "nicht in Franken" in page
    assert 'name="assign"' not in page
    client.post(reverse("desk_bank_line", args=[line.pk]), {"dismiss": "yes", "note": "zurückgesandt"})
    line.refresh_from_db()
    assert line.state == "dismissed"


def test_parts_that_the_books_tell_otherwise_are_a_difference(request: pytest.FixtureRequest) -> None:
    first, second = two_invoices()
    line = split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    part = line.parts.all()[0]
    part.delete()
    found = list(differences_to_bank())
    assert [told for told in found if "in parts that sum to 30000" in told]
    BankLinePart.objects.create(line=line, receipt=part.receipt)


def sent(client: Client, line: BankLine, *rows: tuple[Charge | None, str]) -> Any:
    data = {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0"}
    for number, (charge, amount) in enumerate(rows):
        data |= {f"form-{number}-charge": str(charge.pk) if charge else "", f"form-{number}-amount": amount}
    return client.post(reverse("desk_bank_split", args=[line.pk]), data, follow=True)


def test_a_line_is_split_on_its_page() -> None:
    first, second = two_invoices()
    line, client = one_transfer(60_050), of_group(FINANCE)
    assert "500.00" in sent(client, line, (first, "300.00"), (second, "200")).content.decode()
    assert "Bitte geben Sie beides an" in sent(client, line, (first, "600.50"), (None, "1")).content.decode()
    assert not Receipt.objects.exists()
    page = sent(client, line, (first, "300"), (None, ""), (second, "300.50")).content.decode()
    assert "in Teilen verbucht" in page
    assert Refund.objects.get().amount == 50
    shown = client.get(reverse("desk_bank_line", args=[line.pk])).content.decode()
    assert first.invoice.number in shown
    assert second.invoice.number in shown
    assert "inzwischen erledigt" in sent(client, line, (first, "300"), (second, "300.50")).content.decode()


def test_the_day_and_the_account_of_a_line_are_those_of_its_parts() -> None:
    first, second = two_invoices()
    line = split(one_transfer(), Part(first, 30_000), Part(second, 30_000))
    assert {part.receipt.value_date for part in line.parts.all()} == {DAY}
