"""Charges by invoice: when one is possible, and how it is issued. What arrives for it enters in bank.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from members.models import Organisation
from pooling.invoices.references import reference_for
from pooling.models import (
    Charge,
    ChargeState,
    CreditNote,
    Creditor,
    CreditReason,
    Invoice,
    PaysBy,
    Pledge,
    Pool,
    event,
    take_numbers,
)
from pooling.models.invoice import address_of

from . import twint
from .errors import InvoiceTooLate, NoInvoices, RefillsByCard

# An invoice of a pledge that comes after the threshold falls due so long before the start (DESIGN.md section 5).
DUE_BEFORE_START = timedelta(days=7)


def require_invoice_possible(*, pool: Pool, now: datetime) -> None:
    """Raises NoInvoices, RefillsByCard, InvoiceTooLate unless a pledge that stands now may be paid by invoice.

    Call it under the pool's lock where it decides. An invoice that is issued when prices lock has its room before the
    start by the terms.
    """
    require_account()
    if not pool.takes_new_shares(now=now):
        raise RefillsByCard
    if pool.state in Pool.FINANCED_STATES:
        require_in_time(pool=pool, now=now)


def require_account() -> None:
    """Raises NoInvoices unless the operator has given an account that can be paid to."""
    if not Creditor.objects.exists():
        raise NoInvoices


def require_in_time(*, pool: Pool, now: datetime) -> None:
    """Raises InvoiceTooLate if an invoice that is issued now would fall due less than 7 days before the start."""
    if now + timedelta(days=pool.invoice_days) > pool.starts_at - DUE_BEFORE_START:
        raise InvoiceTooLate


def new_charge(*, pool: Pool, pledge: Pledge, amount: int, now: datetime) -> Charge:
    """What `pledge` owes from now on, not saved yet: to be collected from its method, by invoice or
    with TWINT.
    """
    if pledge.pays_by == PaysBy.CARD:
        return Charge(pledge=pledge, amount=amount, created_at=now)
    if pledge.pays_by == PaysBy.TWINT:
        return twint.new_charge(pool=pool, pledge=pledge, amount=amount, now=now)
    ends = now + timedelta(days=pool.invoice_days + pool.mending_days)
    return Charge(
        pledge=pledge, amount=amount, created_at=now, pays_by=PaysBy.INVOICE, state=ChargeState.ISSUED, mend_until=ends
    )


def issue_invoices(*, pool: Pool, charges: list[Charge], now: datetime) -> list[Invoice]:
    """An invoice for each of `charges` that is paid by one, in the transaction that makes them."""
    due_at = now + timedelta(days=pool.invoice_days)
    charges = [charge for charge in charges if charge.pays_by == PaysBy.INVOICE]
    if not charges:
        return []
    creditor = Creditor.objects.first()
    payable_to = {**address_of(creditor), "iban": creditor.iban, "uid": creditor.uid} if creditor else {}
    organisations = Organisation.objects.in_bulk({charge.pledge.organisation_id for charge in charges})
    titles = {text.language: text.title for text in pool.texts.all()}
    invoices = []
    for charge, number in zip(charges, take_numbers(len(charges), now=now), strict=True):
        organisation = organisations[charge.pledge.organisation_id]
        language = organisation.language
        title = next((titles[code] for code in (language, "de", "fr", "it") if code in titles), str(pool.uuid))
        invoices.append(
            Invoice(
                charge=charge,
                number=number,
                reference=reference_for(number, iban=payable_to.get("iban", "")),
                issued_at=now,
                due_at=due_at,
                language=language,
                title=title,
                payable_to=payable_to,
                billed_to=address_of(organisation),
            )
        )
    return Invoice.objects.bulk_create(invoices)


def credit_invoices(*, pool: Pool, charges: list[Charge], reason: CreditReason, now: datetime) -> list[CreditNote]:
    """A credit note for each of `charges` that had an invoice: they are owed no more. Call it under the pool's lock."""
    owed_before = Invoice.objects.filter(charge__in=charges, credit_note=None).select_related("charge__pledge")
    invoices = list(owed_before.order_by("pk"))
    notes = CreditNote.objects.bulk_create(
        CreditNote(invoice=invoice, number=number, amount=invoice.charge.amount, reason=reason, issued_at=now)
        for invoice, number in zip(invoices, take_numbers(len(invoices), now=now), strict=True)
    )
    pool.events.bulk_create(
        [
            event(
                pool,
                "credit_note_issued",
                now=now,
                pledge=note.invoice.charge.pledge,
                charge=note.invoice.charge,
                amount=note.amount,
            )
            for note in notes
        ]
    )
    return notes
