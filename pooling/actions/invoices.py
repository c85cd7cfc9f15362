"""Charges by invoice: when one is possible, and how it is issued. What arrives for it enters in bank.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from pooling.invoices.references import reference_for
from pooling.models import Charge, ChargeState, Creditor, Invoice, PaysBy, Pledge, Pool, take_numbers

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
    """What `pledge` owes from now on, not saved yet: to be collected from its method, or by invoice."""
    if pledge.pays_by == PaysBy.CARD:
        return Charge(pledge=pledge, amount=amount, created_at=now)
    ends = now + timedelta(days=pool.invoice_days + pool.mending_days)
    return Charge(
        pledge=pledge, amount=amount, created_at=now, pays_by=PaysBy.INVOICE, state=ChargeState.ISSUED, mend_until=ends
    )


def issue_invoices(*, pool: Pool, charges: list[Charge], now: datetime) -> list[Invoice]:
    """An invoice for each of `charges` that is paid by one, in the transaction that makes them."""
    due_at = now + timedelta(days=pool.invoice_days)
    charges = [charge for charge in charges if charge.pays_by == PaysBy.INVOICE]
    creditor = Creditor.objects.first()
    iban = creditor.iban if creditor else ""
    numbers = take_numbers(len(charges), now=now)
    return Invoice.objects.bulk_create(
        [
            Invoice(
                charge=charge, number=number, reference=reference_for(number, iban=iban), issued_at=now, due_at=due_at
            )
            for charge, number in zip(charges, numbers, strict=True)
        ]
    )
