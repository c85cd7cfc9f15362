"""Invoice, credit note and receipt of a pledge as PDFs, for whoever may read its money."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pooling.invoices.pdf import credit_note_pdf, invoice_pdf, receipt_pdf
from pooling.models import Charge, CreditNote, Invoice, Pledge

from .reading import readable_pledge


def invoice_of(pledge: Pledge) -> Invoice | None:
    """A pledge has one invoice at most, whatever became of it."""
    return (
        Invoice.objects.filter(charge__pledge=pledge)
        .select_related("charge__pledge__pool", "charge__pledge__organisation", "credit_note")
        .first()
    )


def paid_charge_of(pledge: Pledge) -> Charge | None:
    """What the receipt is of: the last charge for which money came."""
    charges = Charge.objects.captured().filter(pledge=pledge)
    return charges.select_related("pledge__pool", "pledge__organisation", "pledge__method", "invoice").last()


def documents_of(pledge: Pledge) -> dict[str, Any]:
    """What there is, for the pages that offer it."""
    invoice = invoice_of(pledge)
    return {
        "invoice": invoice,
        "credit_note": getattr(invoice, "credit_note", None),
        "has_receipt": paid_charge_of(pledge) is not None,
    }


def as_pdf(content: bytes, *, name: str) -> HttpResponse:
    """Shown in the browser; saved under a name that says what it is."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name)}.pdf"'
    return response


def invoice_file(invoice: Invoice) -> HttpResponse:
    return as_pdf(invoice_pdf(invoice), name=_("Invoice %(number)s") % {"number": invoice.number})


def credit_note_file(note: CreditNote) -> HttpResponse:
    return as_pdf(credit_note_pdf(note), name=_("Credit note %(number)s") % {"number": note.number})


def receipt_file(charge: Charge) -> HttpResponse:
    return as_pdf(receipt_pdf(charge), name=f"{_('Receipt of payment')} {str(charge.uuid)[:8]}")


def document(pledge: Pledge, kind: str) -> HttpResponse:
    """One of them: "invoice", "credit-note" or "receipt". Raises Http404 where there is none."""
    invoice = invoice_of(pledge)
    if kind == "invoice" and invoice:
        return invoice_file(invoice)
    if kind == "credit-note" and invoice and hasattr(invoice, "credit_note"):
        return credit_note_file(invoice.credit_note)
    if kind == "receipt" and (charge := paid_charge_of(pledge)):
        return receipt_file(charge)
    raise Http404


@never_cache
@login_required
@require_safe
def pledge_invoice(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return document(readable_pledge(request.user, uuid)[0], "invoice")


@never_cache
@login_required
@require_safe
def pledge_credit_note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return document(readable_pledge(request.user, uuid)[0], "credit-note")


@never_cache
@login_required
@require_safe
def pledge_receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return document(readable_pledge(request.user, uuid)[0], "receipt")
