"""What invoices make us write: issued, paid in part or in full, reminders, another way to pay.

As in letters.py: call each in the transaction of its event; as many statements for a hundred pledges as for one.
"""

from __future__ import annotations

from datetime import datetime

from pooling.models import Charge, PaysBy, Pledge, PledgeState, Pool, PoolState, Receipt

from .letters import Facts, tell, tell_each

LAST_REMINDER = 3


def tell_all_invoiced(*, pool: Pool, now: datetime) -> int:
    """The threshold is reached: an invoice to each pledge that is paid by one."""
    charges = Charge.objects.live().filter(pledge__pool=pool, pledge__state=PledgeState.STANDING)
    charges = charges.filter(pays_by=PaysBy.INVOICE).select_related("pledge__organisation", "pledge__method", "invoice")
    owed = {charge.pledge: charge for charge in charges}
    if not owed:
        return 0
    return tell_each(
        "invoice_issued",
        pool=pool,
        pledges=owed,
        facts=lambda pledge: issued_facts(owed[pledge], pool),
        now=now,
    )


def issued_facts(charge: Charge, pool: Pool, *, void_link: bool = False) -> Facts:
    return invoice_facts(charge) | {"takes_place": pool.state == PoolState.CONFIRMED, "void_link": void_link}


def tell_invoiced(*, charge: Charge, now: datetime, void_link: bool = False) -> int:
    """The invoice of a pledge that came after the threshold, or that was to be paid in another way before: by a link
    perhaps, which is void then.
    """
    pledge = charge.pledge
    facts = issued_facts(charge, pledge.pool, void_link=void_link)
    return tell("invoice_issued", key=f"invoice_issued-{pledge.uuid}", pledge=pledge, facts=facts, now=now)


def tell_received(*, receipt: Receipt, kept: int, now: datetime) -> int:
    """A transfer arrived, of which `kept` Rappen count: what is missing, or that nothing is, and what goes back."""
    charge = receipt.charge
    facts = invoice_facts(charge) | {
        "received": receipt.amount,
        "kept": kept,
        "comes_back": receipt.amount - kept,
        "value_date": receipt.value_date,
        "reference": receipt.reference,
        "is_late": now >= charge.invoice.due_at,
        "takes_place": charge.pledge.pool.state == PoolState.CONFIRMED,
    }
    return tell("received", key=f"received-{receipt.uuid}", pledge=charge.pledge, facts=facts, now=now)


def tell_taken_back(*, receipt: Receipt, now: datetime) -> int:
    """The bank took a transfer back that had been booked: what is open again, and until when it is to be paid."""
    charge = receipt.charge
    facts = invoice_facts(charge) | {
        "taken": -receipt.amount,
        "value_date": receipt.value_date,
        "reference": receipt.reference,
    }
    return tell("taken_back", key=f"taken_back-{receipt.uuid}", pledge=charge.pledge, facts=facts, now=now)


def tell_reminder(*, charge: Charge, number: int, now: datetime) -> int:
    """An invoice is not paid yet: reminder 1 (before it is due), 2 (when it is), 3 (the last)."""
    facts = invoice_facts(charge)
    facts |= {"is_last": number == LAST_REMINDER, "is_late": now >= charge.invoice.due_at}
    key = f"invoice_reminder-{charge.uuid}-{number}"
    return tell("invoice_reminder", key=key, pledge=charge.pledge, facts=facts, now=now)


def tell_way_changed(*, pledge: Pledge, had_method: bool, once: int, now: datetime) -> int:
    """Before prices lock: the pledge is paid in another way from now on. `once` tells one change from the next."""
    key = f"way_changed-{pledge.uuid}-{once}"
    facts: Facts = {"most": pledge.most, "had_method": had_method}
    return tell("way_changed", key=key, pledge=pledge, facts=facts, now=now)


def invoice_facts(charge: Charge) -> Facts:
    """What is to be paid, until when, and to which account."""
    return {
        "amount": charge.amount,
        "paid": min(charge.captured, charge.amount),
        "missing": charge.still_open,
        "number": charge.invoice.number,
        "due_at": charge.invoice.due_at,
        "keep_until": charge.mend_until,
        "iban": charge.invoice.iban,
        "payable_to": charge.invoice.payee,
        "payment_reference": charge.invoice.reference_in_groups,
    }
