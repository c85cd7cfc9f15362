"""The organisation's own reference, which its invoice and its receipt name: it may change until there is one."""

from __future__ import annotations

from django.db import transaction

from members.models import User
from pooling.models import Charge, Invoice, Pledge

from .errors import NotAdministrator, PledgeEnded, ReferenceSettled, Refused
from .paying import lock


@transaction.atomic
def change_reference(*, pledge: Pledge, reference: str, by: User) -> Pledge:
    """Name `pledge` by `reference` on what is still to be issued; empty for none. Invoices are issued under the pool's
    lock, so that one names either the old reference or the new one and keeps it.

    Raises NotAdministrator, PledgeEnded, ReferenceSettled.
    """
    _pool, pledge = lock(pledge)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    require_reference_open(pledge)
    pledge.customer_reference = reference
    pledge.save(update_fields=["customer_reference"])
    return pledge


def require_reference_open(pledge: Pledge) -> None:
    """Raises PledgeEnded for one that holds no place, ReferenceSettled once a document names the reference."""
    if pledge.state not in Pledge.PLACED_STATES:
        raise PledgeEnded
    is_invoiced = Invoice.objects.filter(charge__pledge=pledge).exists()
    if is_invoiced or Charge.objects.captured().filter(pledge=pledge).exists():
        raise ReferenceSettled


def why_not_to_change_reference(pledge: Pledge) -> Refused | None:
    """What hinders it: told before somebody types in vain."""
    try:
        require_reference_open(pledge)
    except Refused as refusal:
        return refusal
    return None
