"""Charges as rows: made when prices lock, claimed for sending, voided when nothing is owed any more.

No provider is called here.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum

from pooling.models import (
    Attempt,
    AttemptKind,
    AttemptState,
    Charge,
    ChargeState,
    PaysBy,
    Pledge,
    Pool,
    SavedMethod,
    Slot,
    event,
    record,
)
from pooling.models.pledge import SlotQuerySet
from pooling.money import split
from pooling.payments import provider
from pooling.payments.base import ChargeRequest

from .invoices import issue_invoices, new_charge
from .patience import LEASE

# Charges in these states can be voided: no money is under way for them.
VOIDABLE = (ChargeState.DUE, *Charge.WAITING_STATES)

# What a new charge is called in the pool's history.
BEGINS = {PaysBy.CARD: "charge_due", PaysBy.INVOICE: "invoice_issued", PaysBy.TWINT: "charge_asked"}


def lock_prices(*, pool: Pool, pledges: list[Pledge], now: datetime) -> list[Charge]:
    """Fix the price of each share of `pledges` that has none yet, and make one charge per pledge. `pledges` are all
    that stand, or a late one.

    Call it under the pool's lock, in the transaction that funds the pool or makes a late pledge stand.
    """
    set_prices(pool=pool, slots=Slot.objects.filter(pledge__in=pledges, amount=None))
    owed = dict(Slot.objects.filter(pledge__in=pledges).order_by().values_list("pledge").annotate(total=Sum("amount")))
    return make_charges(pool=pool, owed=[(pledge, owed[pledge.pk]) for pledge in pledges], now=now)


def make_charges(*, pool: Pool, owed: list[tuple[Pledge, int]], now: datetime) -> list[Charge]:
    """One charge for each pledge and the Rappen it owes, with an invoice where it pays by one."""
    charges = Charge.objects.bulk_create(
        [new_charge(pool=pool, pledge=pledge, amount=amount, now=now) for pledge, amount in owed]
    )
    issue_invoices(pool=pool, charges=charges, now=now)
    pool.events.bulk_create(
        [
            event(
                pool, BEGINS[PaysBy(charge.pays_by)], now=now, pledge=charge.pledge, charge=charge, amount=charge.amount
            )
            for charge in charges
        ]
    )
    return charges


def set_prices(*, pool: Pool, slots: SlotQuerySet) -> None:
    """The locked amount of each of `slots`: the ceiling, or its part of the cost in order of pledging (DESIGN.md
    section 5, "pricing"). Takes as many statements for ten thousand slots as for one.
    """
    if not pool.is_split:
        slots.update(amount=pool.ceiling)
        return
    in_order = list(slots.order_by("pk").values_list("pk", flat=True))
    if not in_order:
        return  # all of them took freed places, with their amounts
    amounts = split(pool.to_raise, len(in_order))
    dearer = amounts.count(amounts[0])
    for pks, amount in ((in_order[:dearer], amounts[0]), (in_order[dearer:], amounts[-1])):
        if pks:
            slots.filter(pk__gte=pks[0], pk__lte=pks[-1]).update(amount=amount)


def refill_slots(*, pool: Pool, pledge: Pledge, now: datetime) -> int:
    """Give the shares of `pledge` the freed places of `pool`, each with its locked amount, as far as there are any.

    Call it under the pool's lock. Returns how many.
    """
    freed = Slot.objects.freed().filter(pledge__pool=pool).order_by("pk")[: pledge.shares]
    pairs = list(zip(pledge.slots.order_by("pk"), freed, strict=False))
    for slot, old in pairs:
        slot.refills, slot.amount = old, old.amount
    if pairs:
        Slot.objects.bulk_update([slot for slot, _old in pairs], ["refills", "amount"])
        pool.freed -= len(pairs)
        pool.save(update_fields=["freed"])
        record(pool, "slots_refilled", now=now, pledge=pledge, shares=len(pairs))
    return len(pairs)


@transaction.atomic
def claim_due_charge(*, now: datetime) -> Attempt | None:
    """Mark the next due charge as being sent and write down the attempt, before the provider hears of it. None if
    nothing is due.

    `skip_locked` lets any number of processes do this at once, each taking another charge.
    """
    due = Charge.objects.due().order_by("pk").values_list("pk", flat=True)
    pk = due.select_for_update(no_key=True, skip_locked=True).first()
    if pk is None:
        return None
    # Read under the lock and not with it: a statement sees what was committed before it began, its lock comes later.
    # Another method may have taken the old one's place in between.
    charge = Charge.objects.select_related("pledge__pool", "pledge__method", "pledge__organisation").get(pk=pk)
    charge.state = ChargeState.SENDING
    charge.save(update_fields=["state"])
    pledge = charge.pledge
    method = method_of(pledge)
    number = next_number(charge)
    key = attempt_key(pledge, number)
    request = ChargeRequest(
        amount=charge.amount,
        customer_ref=method.customer_ref,
        method_ref=method.ref,
        method_kind=method.kind,
        pledge=str(pledge.uuid),
        attempt=key,
        description=pledge.pool.title(pledge.organisation.language),
    )
    attempt = Attempt.objects.create(
        charge=charge,
        number=number,
        kind=AttemptKind.OFF_SESSION,
        provider=method.provider,
        key=key,
        parameters=provider(method.provider).charge_parameters(request),
        started_at=now,
        next_look_at=now + LEASE,
    )
    record(pledge.pool, "charge_sending", now=now, pledge=pledge, charge=charge, attempt=number)
    return attempt


def method_of(pledge: Pledge) -> SavedMethod:
    """The method that a standing pledge is charged with. Raises LookupError where there is none, which the database
    forbids (pledge_standing_has_a_method).
    """
    if pledge.method is None:
        raise LookupError(f"Pledge {pledge.uuid} has no payment method.")
    return pledge.method


def next_number(charge: Charge) -> int:
    """The number of the pledge's next attempt. It runs over all charges of the pledge, since the key is made of it."""
    return Attempt.objects.filter(charge__pledge=charge.pledge_id).count() + 1


def attempt_key(pledge: Pledge, number: int) -> str:
    """The idempotency key of an attempt (STRIPE.md)."""
    return f"pledge-{pledge.uuid}-attempt-{number}"


@transaction.atomic
def claim_unanswered_attempt(*, now: datetime) -> Attempt | None:
    """The next attempt whose answer never came, or that waits for a person and is to be looked at.

    Nobody else takes it before the lease ends.
    """
    waits = Q(state__in=[AttemptState.SENDING, AttemptState.WAITING], next_look_at__lte=now)
    attempt = (
        Attempt.objects.filter(waits)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("charge")
        .order_by("next_look_at", "pk")
        .first()
    )
    if attempt is None:
        return None
    attempt.tries += 1
    attempt.next_look_at = now + LEASE
    attempt.save(update_fields=["tries", "next_look_at"])
    return attempt


def void_charges(*, pool: Pool, now: datetime) -> int:
    """Nothing is owed any more: void what is due or waits to be paid. What is on its way is decided when its answer
    comes.

    Call it under the pool's lock. Returns the number of charges voided.
    """
    charges = list(
        Charge.objects.filter(pledge__pool=pool, state__in=VOIDABLE)
        .select_for_update(no_key=True, of=("self",))
        .select_related("pledge")
        .order_by("pk")
    )
    void(pool=pool, charges=charges, now=now)
    return len(charges)


def void(*, pool: Pool, charges: list[Charge], now: datetime) -> None:
    """`charges`, which are locked, are owed no more. What arrives for them all the same goes back."""
    Charge.objects.filter(pk__in=[charge.pk for charge in charges]).update(state=ChargeState.VOID, settled_at=now)
    pool.events.bulk_create(
        [event(pool, "charge_void", now=now, pledge=charge.pledge, charge=charge) for charge in charges]
    )
    # A page on which it could still be paid is closed by tick at once.
    Attempt.objects.filter(charge__in=charges, state=AttemptState.WAITING).update(next_look_at=now)
