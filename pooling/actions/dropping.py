"""The end of a mending window: reminders before it, then the payment is given up and the pledge dropped.

A person may be paying in this very moment. So the window's end is written down first, the provider is asked to close
what is open outside any transaction, and only when nothing can be paid there any more does the pledge lose its places.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from pooling import links
from pooling.models import (
    Attempt,
    AttemptKind,
    AttemptState,
    Charge,
    ChargeState,
    CreditReason,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    RefundReason,
    record,
)
from pooling.payments.base import OutcomeUnknown, RequestRefused

from . import invoice_letters, letters
from .attendee_letters import end_attendees_of
from .invoices import credit_invoices
from .loose_ends import end_gifts
from .mending import abandon
from .patience import LEASE
from .refunds import owe_back
from .settlement import follow

LAST_REMINDER = timedelta(days=1)


def give_up_overdue_charges(*, now: datetime) -> int:
    """Drop the pledges whose payment was not mended in time. Returns how many were looked at.

    One whose provider can't be reached stays as it is, and takes no money from us; it is tried again.
    """
    looked_at = 0
    while charge := claim_overdue_charge(now=now):
        looked_at += 1
        try:
            close_all_ways(charge, now=now)
        except (OutcomeUnknown, RequestRefused):
            continue
        drop(charge=charge, now=now)
    return looked_at


@transaction.atomic
def claim_overdue_charge(*, now: datetime) -> Charge | None:
    """Take the next charge whose mending window is over. Nobody else takes it before the lease ends."""
    charge = (
        Charge.objects.filter(Q(given_up_from=None) | Q(given_up_from__lte=now))
        .overdue(now=now)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("pledge")
        .order_by("mend_until", "pk")
        .first()
    )
    if charge is None:
        return None
    charge.given_up_from = now + LEASE
    charge.save(update_fields=["given_up_from"])
    return charge


def close_all_ways(charge: Charge, *, now: datetime) -> None:
    """Nobody can pay it at the provider any more; what was paid after all is recorded.

    Raises OutcomeUnknown, RequestRefused while that is not certain.
    """
    for live in charge.attempts.live():
        if follow(live, now=now).state in Attempt.LIVE_STATES:
            raise OutcomeUnknown(live.key)
    for declined in open_intents(charge):
        abandon(declined, now=now)


def open_intents(charge: Charge) -> QuerySet[Attempt]:
    """Payments that were declined without the person: they could still be finished at the provider."""
    failed = Attempt.objects.filter(charge=charge, kind=AttemptKind.OFF_SESSION, state=AttemptState.FAILED)
    return failed.filter(abandoned_at=None).exclude(intent_ref="")


@transaction.atomic
def drop(*, charge: Charge, now: datetime) -> bool:
    """The payment failed for good: the pledge loses its places, which keep their amounts and may be filled again.

    False if it was paid, voided or dropped meanwhile, or if it could still be paid at the provider.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges=charge.pk)
    charge = Charge.objects.select_for_update(no_key=True, of=("self",)).get(pk=charge.pk)
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation", "method")
        .get(pk=charge.pledge_id)
    )
    pledge.pool, charge.pledge = pool, pledge
    if not charge.is_overdue(now=now) or charge.attempts.live().exists() or open_intents(charge).exists():
        return False
    charge.state, charge.settled_at = ChargeState.FAILED, now
    charge.save()
    record(pool, "charge_failed", now=now, pledge=pledge, charge=charge, failure=charge.failure)
    credit_invoices(pool=pool, charges=[charge], reason=CreditReason.DROPPED, now=now)
    pledge.state, pledge.ended_at = PledgeState.DROPPED, now
    pledge.save()
    pool.standing -= pledge.shares
    pool.freed += pledge.shares
    pool.save(update_fields=["standing", "freed"])
    record(pool, "pledge_dropped", now=now, pledge=pledge, shares=pledge.shares)
    end_gifts(pool=pool, pledge=pledge, now=now)
    end_attendees_of(pool=pool, pledge=pledge, now=now)
    owe_back(pledge=pledge, reason=RefundReason.NOT_OWED, now=now)
    letters.tell_dropped(charge=charge, now=now)
    return True


def remind_of_mending(*, now: datetime) -> int:
    """Write to those whose payment waits for them: at half of the window, and a day before its end; about an invoice
    before it is due, when it was, and a day before the window's end.

    Returns how many.
    """
    return sum(remind(pk=pk, now=now) for pk in list(to_be_reminded(now=now)))


def to_be_reminded(*, now: datetime) -> Iterator[int]:
    waiting = Charge.objects.filter(state__in=Charge.WAITING_STATES, mend_until__gt=now, reminders__lt=3)
    for charge in waiting.select_related("pledge__pool", "invoice").order_by("pk"):
        if reminders_due(charge, days=charge.pledge.pool.mending_days, now=now) > charge.reminders:
            yield charge.pk


def reminders_due(charge: Charge, *, days: int, now: datetime) -> int:
    """How many reminders should have been written by now. One that is late is not written after the next one."""
    if charge.mend_until is None or now >= charge.mend_until:
        return 0
    if charge.pays_by == PaysBy.INVOICE:
        moments = [charge.invoice.first_reminder_at, charge.invoice.due_at, charge.mend_until - LAST_REMINDER]
        return sum(now >= moment for moment in moments)
    if now >= charge.mend_until - LAST_REMINDER:
        return 2
    return int(now >= charge.mend_until - timedelta(days=days) / 2)


@transaction.atomic
def remind(*, pk: int, now: datetime) -> bool:
    """One reminder, if it is still due when read under the charge's lock."""
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge__pool", "pledge__organisation", "pledge__method", "invoice")
        .get(pk=pk)
    )
    due = reminders_due(charge, days=charge.pledge.pool.mending_days, now=now)
    if not charge.is_waiting or due <= charge.reminders:
        return False
    charge.reminders = due
    charge.save(update_fields=["reminders"])
    language = charge.pledge.organisation.language
    record(charge.pledge.pool, "charge_reminded", now=now, pledge=charge.pledge, charge=charge)
    if charge.pays_by == PaysBy.INVOICE:
        invoice_letters.tell_reminder(charge=charge, number=due, now=now)
    else:
        letters.tell_mending(charge=charge, number=due, mend_url=links.mend_url(charge, language), now=now)
    return True
