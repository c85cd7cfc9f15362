"""Invoices, credit notes and receipts of payment as PDFs, in the language of the organisation. Reads only.

The same rows give the same bytes. Amounts are gross; VAT is extracted from them where the pool is taxed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.dates import date_in_words
from pooling.models import Charge, CreditNote, Creditor, CreditReason, Dispute, Invoice, Pledge, Pool
from pooling.models.invoice import address_of
from pooling.money import format_chf, format_francs, vat_within

from .qr_bill import Address, Bill, problems, problems_of_address
from .sheet import Sheet

ZURICH = ZoneInfo("Europe/Zurich")
P = ParamSpec("P")


def in_its_language(write: Callable[P, bytes], language: str, *args: P.args, **kwargs: P.kwargs) -> bytes:
    with translation.override(language), timezone.override(ZURICH):
        return write(*args, **kwargs)


def invoice_pdf(invoice: Invoice) -> bytes:
    """With a payment part over what is open, while anything is."""
    return in_its_language(write_invoice, invoice.language, invoice)


def credit_note_pdf(note: CreditNote) -> bytes:
    return in_its_language(write_credit_note, note.invoice.language, note)


def receipt_pdf(charge: Charge) -> bytes:
    """What arrived for a charge, by card or by transfer, and what of it went back."""
    return in_its_language(write_receipt, charge.pledge.organisation.language, charge)


def bill_of(invoice: Invoice) -> Bill | None:
    """The bill over what is open; None where nothing is to be paid, or no bill can be made of the account's address.

    An organisation whose address a bill can't carry writes it by hand, as the standard provides.
    """
    charge = invoice.charge
    if not charge.still_open or not invoice.payable_to:
        return None
    debtor = Address.of(invoice.billed_to)
    with translation.override(invoice.language):
        message = _("Invoice %(number)s") % {"number": invoice.number}
    bill = Bill(
        iban=invoice.payable_to["iban"],
        creditor=Address.of(invoice.payable_to),
        amount=charge.still_open,
        reference=invoice.reference,
        debtor=None if list(problems_of_address(debtor)) else debtor,
        message=message,
    )
    return None if list(problems(bill)) else bill


def write_invoice(invoice: Invoice) -> bytes:
    charge, pool = invoice.charge, invoice.charge.pledge.pool
    sheet = begin(_("Invoice %(number)s") % {"number": invoice.number}, invoice.payable_to, pool, invoice.language)
    sheet.addressee(Address.of(invoice.billed_to).lines)
    sheet.title(_("Invoice %(number)s") % {"number": invoice.number})
    facts = [(_("Date of the invoice"), day(invoice.issued_at)), (_("Payable by"), day(invoice.due_at))]
    sheet.facts([*facts, *own_reference(charge.pledge)])
    lines_of(sheet, charge, invoice.title)
    note = getattr(invoice, "credit_note", None)
    if charge.captured and note is None:
        sheet.line(_("Paid so far"), format_francs(min(charge.captured, charge.amount)))
        sheet.line(_("Still to pay"), format_chf(charge.still_open), strong=True)
    bill = bill_of(invoice)
    figures = {"day": day(invoice.due_at), "missing": format_chf(charge.still_open)}
    if note is not None:
        sheet.note(
            _("This invoice is void: credit note %(number)s cancels it. Please do not pay it any more.")
            % {"number": note.number},
            strong=True,
        )
    elif not charge.still_open:
        sheet.note(_("This invoice is paid in full. Nothing is to be paid any more."), strong=True)
    elif bill is not None:
        sheet.note(_("Please pay %(missing)s by %(day)s, with the payment part below.") % figures)
    else:
        sheet.note(_("Please transfer %(missing)s by %(day)s.") % figures)
        for label, value in (
            (_("Account (IBAN)"), invoice.iban),
            (_("Payable to"), invoice.payee),
            (_("Reference"), invoice.reference_in_groups),
        ):
            if value:
                sheet.note(f"{label}: {value}")
    return sheet.finish(bill)


def write_credit_note(note: CreditNote) -> bytes:
    invoice, charge = note.invoice, note.invoice.charge
    title = _("Credit note %(number)s") % {"number": note.number}
    sheet = begin(title, invoice.payable_to, charge.pledge.pool, invoice.language)
    sheet.addressee(Address.of(invoice.billed_to).lines)
    sheet.title(title)
    facts = [
        (_("Date"), day(note.issued_at)),
        (
            _("For the invoice"),
            _("%(number)s of %(day)s") % {"number": invoice.number, "day": day(invoice.issued_at)},
        ),
    ]
    sheet.facts([*facts, *own_reference(charge.pledge)])
    lines_of(sheet, charge, invoice.title, sign=-1)
    sheet.note(str(CreditReason(note.reason).label))
    sheet.note(_("This note cancels the invoice in full: together they come to CHF 0.00."), strong=True)
    if charge.captured:
        sheet.note(_("What arrived for the invoice goes back; the receipt of payment tells how much and when."))
    return sheet.finish(None)


def write_receipt(charge: Charge) -> bytes:
    pledge, pool = charge.pledge, charge.pledge.pool
    invoice = getattr(charge, "invoice", None)
    creditor = Creditor.objects.first()
    operator = invoice.payable_to if invoice else {}
    if not operator and creditor:
        operator = {**address_of(creditor), "uid": creditor.uid}
    language = pledge.organisation.language
    title = _("Receipt of payment")
    sheet = begin(title, operator, pool, language)
    sheet.addressee(Address.of(invoice.billed_to if invoice else address_of(pledge.organisation)).lines)
    sheet.title(title)
    facts = [(_("Reference"), str(charge.uuid)[:8])]
    if invoice:
        facts = [(_("Invoice number"), invoice.number)]
    sheet.facts([*facts, *own_reference(pledge)])
    lines_of(sheet, charge, invoice.title if invoice else pool.title(language))
    sheet.top += 3
    sheet.head(_("Received and sent back"), "", _("Amount"))
    for attempt in charge.attempts.filter(captured__gt=0, ended_at__isnull=False).order_by("pk"):
        by_card = pledge.method.label if pledge.method else _("by card")
        sheet.line(
            _("%(day)s, received: %(method)s")
            % {"day": day(attempt.ended_at or attempt.started_at), "method": by_card},
            format_francs(attempt.captured),
        )
    for receipt in charge.receipts.order_by("pk"):
        came = {"day": day(receipt.value_date), "reference": receipt.reference}
        sheet.line(_("%(day)s, received by transfer: %(reference)s") % came, format_francs(receipt.amount))
    kept = charge.captured
    for refund in charge.refunds.order_by("pk"):
        kept -= refund.amount
        went = {"day": day(refund.paid_on or refund.settled_at)} if refund.settled_at else {}
        text = _("%(day)s, sent back") % went if went else _("To be sent back")
        sheet.line(text, format_francs(-refund.amount))
    for dispute in Dispute.objects.lost().filter(attempt__charge=charge, charged_back__gt=0).order_by("pk"):
        kept -= dispute.charged_back
        when = {"day": day(dispute.closed_at or dispute.opened_at)}
        sheet.line(_("%(day)s, taken back by the payer's bank") % when, format_francs(-dispute.charged_back))
    sheet.total(_("Paid for good"), format_chf(kept))
    if kept:
        sheet.note(_("We have received this amount. Thank you."))
    return sheet.finish(None)


def begin(title: str, operator: dict[str, str], pool: Pool, language: str) -> Sheet:
    """A sheet with its operator, who names its UID where there is VAT."""
    name = operator.get("name") or settings.WAGTAIL_SITE_NAME
    sheet = Sheet(title=title, author=name, language=language)
    lines = Address.of(operator).lines if operator else [name]
    if pool.tax_rate is not None and operator.get("uid"):
        lines.append(_("%(uid)s VAT") % {"uid": operator["uid"]})
    sheet.operator(lines)
    return sheet


def own_reference(pledge: Pledge) -> list[tuple[str, str]]:
    return [(_("Your reference"), pledge.customer_reference)] if pledge.customer_reference else []


def lines_of(sheet: Sheet, charge: Charge, title: str, *, sign: int = 1) -> None:
    """The workshop, its shares with their exact prices, the sum, and the VAT within."""
    pledge, pool = charge.pledge, charge.pledge.pool
    text = pool.text(sheet.language)
    seats = ngettext("%(n)s seat", "%(n)s seats", pledge.seats) % {"n": pledge.seats}
    details = [day(pool.starts_at), *([text.place] if text and text.place else []), seats]
    sheet.subject(title, ", ".join(details))
    sheet.head(_("Shares"), _("Price per share"), _("Amount"))
    prices = pledge.slots.order_by().values("amount").annotate(n=Count("pk")).order_by("-amount")
    for price in prices:
        n, each = price["n"], price["amount"] or 0
        what = ngettext("%(n)s share", "%(n)s shares", n) % {"n": n}
        sheet.line(what, format_francs(sign * n * each), each=format_francs(each))
    sheet.total(_("Total"), format_chf(sign * charge.amount))
    if pool.tax_rate is not None:
        vat = vat_within(charge.amount, pool.tax_rate)
        rate = f"{pool.tax_rate / 100:.2f}".rstrip("0").rstrip(".")
        sheet.line(_("of which VAT %(rate)s %%") % {"rate": rate}, format_francs(sign * vat), quiet=True)
        sheet.line(_("without VAT"), format_francs(sign * (charge.amount - vat)), quiet=True)


def day(moment: date | datetime) -> str:
    """In words, in Swiss time."""
    return date_in_words(localdate(moment) if isinstance(moment, datetime) else moment)
