"""The finance desk: who may use it, and what importing, assigning and transferring through it does."""

from __future__ import annotations

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from members.models import User
from pooling.actions.payout_orders import order_refunds
from pooling.invariants import breaches
from pooling.models import BankFile, BankLine, Charge, ChargeState, Creditor, Receipt, Refund, RefundState
from portal.roles import EDITOR, FINANCE
from tests.members.factories import UserFactory

from . import factories as make
from .bank_statements import booked, statement
from .factories import NOW
from .test_bank_files import bring, ref_of
from .test_bank_reversals import came, went
from .test_invoices import one_invoiced, the_invoice

pytestmark = pytest.mark.django_db
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def of_group(name: str) -> Client:
    someone = UserFactory(is_staff=True)
    someone.groups.add(Group.objects.get(name=name))
    client = Client()
    client.force_login(User.objects.get(pk=someone.pk))
    return client


@pytest.fixture
def desk() -> Client:
    return of_group(FINANCE)


def upload(client: Client, content: bytes, **told: Any) -> HttpResponse:
    file = SimpleUploadedFile("camt.xml", content, content_type="application/xml")
    return client.post(reverse("desk_bank"), {"file": file}, follow=True, **told)


def line_page(line: BankLine) -> str:
    return reverse("desk_bank_line", args=[line.pk])


def test_only_who_looks_after_the_money_sees_the_desk(desk: Client) -> None:
    bring_one()
    line = BankLine.objects.get()
    pages = [reverse("desk_bank"), reverse("desk_payouts"), line_page(line)]
    pages.append(reverse("desk_bank_file", args=[line.file_id]))
    assert [desk.get(page).status_code for page in pages] == [200] * 4
    editor = of_group(EDITOR)
    assert all(editor.get(page).status_code != 200 for page in pages)
    upload(editor, statement(booked(100)))
    assert BankFile.objects.count() == 1
    assert editor.post(reverse("desk_payout_file")).status_code != 200
    assert "/finance/bank/" not in editor.get(reverse("wagtailadmin_home")).content.decode()
    assert "/finance/bank/" in desk.get(reverse("wagtailadmin_home")).content.decode()


def bring_one() -> Charge:
    """A line that names no invoice."""
    charge = the_invoice(one_invoiced())
    bring(booked(30_000))
    return charge


def test_an_upload_says_in_figures_what_it_did(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    content = statement(booked(30_000, reference=ref_of(charge)), booked(100, ref="B"))
    page = upload(desk, content).content.decode()
    assert "2 neue Zeilen. 1 Zahlung verbucht, CHF\u00a0300.00. 1 Zeile wartet auf Sie." in page
    assert Charge.objects.get(pk=charge.pk).state == ChargeState.PAID
    assert "Es wurde nichts hinzugefügt" in upload(desk, content).content.decode()


def test_a_refused_upload_says_why_and_changes_nothing(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    content = statement(booked(30_000, reference=ref_of(charge)))
    assert "fehlt das Ende" in upload(desk, content[:-30]).content.decode()
    other = statement(booked(30_000), account="CH5604835012345678009")
    assert "CH5604835012345678009" in upload(desk, other).content.decode()
    assert "Datei ist leer" in upload(desk, b"").content.decode()
    assert not BankFile.objects.exists()


def test_a_line_is_assigned_on_its_page(desk: Client) -> None:
    charge = bring_one()
    line = BankLine.objects.get()
    assert charge.invoice.number in desk.get(line_page(line)).content.decode()
    desk.post(line_page(line), {"charge": charge.pk, "assign": "yes"})
    line.refresh_from_db()
    assert (line.state, line.decided_by is not None, Receipt.objects.get().charge) == ("matched", True, charge)
    again = desk.post(line_page(line), {"charge": charge.pk, "assign": "yes"}, follow=True)
    assert "inzwischen erledigt" in again.content.decode()


def test_a_line_that_was_entered_by_hand_counts_once(desk: Client) -> None:
    charge = bring_one()
    receipt = make.receipt(charge, 30_000, reference="other")
    told = {"charge": charge.pk, "same_as": receipt.pk, "assign": "yes"}
    desk.post(line_page(BankLine.objects.get()), told)
    assert BankLine.objects.get().receipt == Receipt.objects.get() == receipt


def test_a_line_is_put_aside_with_a_note_only(desk: Client) -> None:
    bring_one()
    line = BankLine.objects.get()
    desk.post(line_page(line), {"dismiss": "yes", "note": " "})
    assert BankLine.objects.get().state != "dismissed"
    desk.post(line_page(line), {"dismiss": "yes", "note": "Spende"})
    assert (BankLine.objects.get().state, BankLine.objects.get().note) == ("dismissed", "Spende")


def test_what_the_bank_took_back_is_assigned_on_its_page(desk: Client) -> None:
    charge = the_invoice(one_invoiced())
    bring(came(charge), went(charge, 10_000))
    line = BankLine.objects.queue().get()
    desk.post(line_page(line), {"charge": charge.pk, "assign": "yes"})
    assert Charge.objects.get(pk=charge.pk).captured == 20_000


def overpaid() -> Refund:
    charge = the_invoice(one_invoiced())
    bring(came(charge, 30_500))
    return Refund.objects.get()


def test_a_payment_file_names_each_refund_once(desk: Client) -> None:
    refund = overpaid()
    page = desk.get(reverse("desk_payouts")).content.decode()
    assert "CH5604835012345678009" in page
    answer = desk.post(reverse("desk_payout_file"))
    assert answer["Content-Type"] == "application/xml"
    root = fromstring(answer.content)
    [order] = root.iter(f"{PAIN}CdtTrfTxInf")
    assert order.findtext(f"{PAIN}Amt/{PAIN}InstdAmt") == "5.00"
    assert order.findtext(f"{PAIN}CdtrAcct/{PAIN}Id/{PAIN}IBAN") == "CH5604835012345678009"
    assert order.findtext(f"{PAIN}PmtId/{PAIN}EndToEndId") == refund.uuid.hex
    assert (root.findtext(f".//{PAIN}NbOfTxs"), root.findtext(f".//{PAIN}CtrlSum")) == ("1", "5.00")
    assert root.findtext(f".//{PAIN}DbtrAcct/{PAIN}Id/{PAIN}IBAN") == Creditor.objects.get().iban
    refund.refresh_from_db()
    assert refund.ordered_at is not None
    again = desk.post(reverse("desk_payout_file"), follow=True)
    assert "Keine Rückerstattung kann" in again.content.decode()
    once_more = desk.post(reverse("desk_payout_file"), {"at": refund.ordered_at.isoformat()})
    assert once_more.content == answer.content
    desk.post(reverse("desk_payouts"), {"forget": str(refund.uuid)})
    assert len(list(fromstring(desk.post(reverse("desk_payout_file")).content).iter(f"{PAIN}CdtTrfTxInf"))) == 1


def test_a_refund_that_was_ordered_is_not_taken_for_what_the_bank_took_back() -> None:
    refund = overpaid()
    order_refunds(now=NOW)
    bring(went(refund.charge, 30_500))
    refund.refresh_from_db()
    assert (refund.amount, refund.state, BankLine.objects.queue().count()) == (500, RefundState.DUE, 1)


def test_a_transfer_is_entered_on_the_list(desk: Client) -> None:
    refund = overpaid()
    desk.post(reverse("desk_payouts"), {"refund": refund.pk, "day": "2026-11-01", "reference": "OUT1", "paid": "yes"})
    refund.refresh_from_db()
    assert (refund.state, refund.paid_ref) == (RefundState.PAID_OUT, "OUT1")
    assert "Keine Rückerstattung wartet" in desk.get(reverse("desk_payouts")).content.decode()
