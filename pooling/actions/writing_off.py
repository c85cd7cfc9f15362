"""An invoice that never comes: the operator's books stop counting on it. The organisation owes it all the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.models import Charge, Pool, WriteOff, record

from .errors import NotWrittenOff, Refused


@transaction.atomic
def write_off(*, charge: Charge, reason: str, by: User, now: datetime) -> WriteOff:
    """What is open of `charge` leaves the receivables, with `reason`. No money moves, the pool's books stay
    as they are, and the invoice can still be paid. Writing off twice changes nothing.

    Raises NotWrittenOff unless it is an overdue invoice of a workshop that has started.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges=charge.pk)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge", "invoice__write_off")
        .get(pk=charge.pk)
    )
    charge.pledge.pool = pool
    known: WriteOff | None = getattr(getattr(charge, "invoice", None), "write_off", None)
    if known is not None:
        return known
    if refusal := why_not_to_write_off(charge, now=now):
        raise refusal
    row = WriteOff.objects.create(invoice=charge.invoice, amount=charge.still_open, reason=reason, at=now, by=by)
    record(pool, "invoice_written_off", now=now, by=by, pledge=charge.pledge, charge=charge, amount=row.amount)
    return row


def why_not_to_write_off(charge: Charge, *, now: datetime) -> Refused | None:
    """What hinders it. Before the start an invoice that is not paid ends by itself, with its pledge (DESIGN.md section
    5): only afterwards it stays a receivable.
    """
    is_overdue_invoice = charge.state in Charge.INVOICED_STATES and charge.invoice.due_at <= now
    if not is_overdue_invoice or now < charge.pledge.pool.starts_at:
        return NotWrittenOff()
    return None
