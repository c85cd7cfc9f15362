"""What a person did about money. The books keep that it was done, when, and by which number; no longer by whom.

Rows of money, acceptances and the event log hold ids and stay as they are. Documents that the Code of Obligations has
kept for ten years (article 958f) name organisations: invoices, credit notes, the bank's own lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from home.freshness import POOLS, changed
from members.models import User
from members.naming import GONE, Naming

from .models import (
    Acceptance,
    Approval,
    Attendee,
    Backing,
    BankFile,
    BankLine,
    Guarantee,
    Pledge,
    Pool,
    PoolEvent,
    Receipt,
    Refund,
    SavedMethod,
    SeatGift,
    Transfer,
    WriteOff,
)

NOBODY = "erased@up2gether.invalid"  # stands where there has to be an address

# What staff entered or decided: the field that says who, and the one that says when.
BY_STAFF: dict[str, tuple[QuerySet[Any], str, str]] = {
    "payments entered": (Receipt.objects.all(), "entered_by", "entered_at"),
    "bank files imported": (BankFile.objects.all(), "imported_by", "imported_at"),
    "bank lines decided": (BankLine.objects.all(), "decided_by", "decided_at"),
    "invoices written off": (WriteOff.objects.all(), "by", "at"),
    "refunds transferred": (Refund.objects.all(), "paid_by", "paid_on"),
    "guarantees recorded": (Guarantee.objects.all(), "recorded_by", "recorded_at"),
    "amounts absorbed or drawn": (Backing.objects.all(), "by", "at"),
}


def moment(at: Any) -> str | None:
    """A time or a day as the file writes it (ISO 8601)."""
    return at.isoformat() if at else None


def dated(rows: QuerySet[Any], by: str, at: str, person: User) -> list[dict[str, Any]]:
    found = rows.filter(**{by: person}).order_by("pk").values_list("pk", at)
    return [{"number": pk, "on": moment(when)} for pk, when in found]


def about(person: User) -> dict[str, Any]:
    """Pledges, acceptances, approvals and what else was done in the person's name; and what staff did."""
    told: dict[str, Any] = {
        "pledges": [
            {
                "workshop": pledge.pool.title(),
                "organisation": pledge.organisation.name,
                "shares": pledge.shares,
                "state": pledge.get_state_display(),
                "made on": moment(pledge.placed_at),
            }
            for pledge in with_pool(Pledge.objects.filter(placed_by=person), "").select_related("organisation")
        ],
        "accepted terms": [
            {
                "workshop": acceptance.pledge.pool.title(),
                "shares": acceptance.shares,
                "at most, in Rappen": acceptance.most,
                "version": acceptance.legal_version,
                "accepted on": moment(acceptance.accepted_at),
            }
            for acceptance in with_pool(Acceptance.objects.filter(accepted_by=person))
        ],
        "approvals": [
            {
                "workshop": approval.pledge.pool.title(),
                "name": approval.name,
                "e-mail address": approval.email,
                "state": approval.get_state_display(),
                "asked on": moment(approval.asked_at),
                "answer": approval.answer,
            }
            for approval in with_pool(Approval.objects.filter(email__iexact=person.email))
        ],
        "approvals asked of others": [
            {"workshop": approval.pledge.pool.title(), "asked on": moment(approval.asked_at)}
            for approval in with_pool(Approval.objects.filter(asked_by=person))
        ],
        "seats given": [
            {"workshop": gift.pledge.pool.title(), "seats": gift.number, "given on": moment(gift.given_at)}
            for gift in with_pool(SeatGift.objects.filter(Q(given_by=person) | Q(email__iexact=person.email)))
        ],
        "seats at workshops": [
            {
                "workshop": attendee.pledge.pool.title(),
                "name": attendee.name,
                "e-mail address": attendee.email,
                "named on": moment(attendee.named_at),
            }
            for attendee in with_pool(attendees_named(person))
        ],
        "people named for workshops": [
            {"workshop": attendee.pledge.pool.title(), "named on": moment(attendee.named_at)}
            for attendee in with_pool(Attendee.objects.filter(named_by=person).exclude(pk__in=attendees_named(person)))
        ],
        "pledges passed on": [
            {
                "workshop": transfer.pledge.pool.title(),
                "state": transfer.get_state_display(),
                "offered on": moment(transfer.offered_at),
                "accepted on": moment(transfer.accepted_at),
            }
            for transfer in with_pool(
                Transfer.objects.filter(Q(offered_by=person) | Q(accepted_by=person) | Q(email__iexact=person.email))
            )
        ],
        "events of pools": [
            {"workshop": event.pool.title(), "event": event.kind, "on": moment(event.at)}
            for event in with_pool(PoolEvent.objects.filter(by=person), "")
        ],
    }
    return told | {name: dated(rows, by, at, person) for name, (rows, by, at) in BY_STAFF.items()}


def attendees_named(person: User) -> QuerySet[Attendee]:
    """The seats at workshops for which the person is named, as naming_rows in members/meetings/personal_data.py."""
    naming = Naming.of(person)
    by_account = Attendee.objects.filter(Q(person=person) | naming.has())
    near = Q(email="") | Q(named_by=person) | Q(pledge__organisation__memberships__person=person)
    by_name = naming.rows_in(Attendee.objects.filter(near).distinct(), ["name"])
    keys = {*by_account.values_list("pk", flat=True), *(row.pk for row in by_name)}
    return Attendee.objects.filter(pk__in=keys)


def with_pool(rows: QuerySet[Any], start: str = "pledge__") -> QuerySet[Any]:
    return rows.select_related(f"{start}pool").prefetch_related(f"{start}pool__texts").order_by("pk")


def forget(person: User, *, now: datetime) -> None:
    """Addresses go, and texts that people wrote no longer name the person. No amount, state or date changes."""
    naming = Naming.of(person)
    forget_approvals(naming, now=now)
    gone = {"email": "", "letter": "", "last_error": ""}
    SeatGift.objects.filter(naming.has()).update(**gone)
    Transfer.objects.filter(naming.has()).update(**gone)
    named = Attendee.objects.filter(pk__in=list(attendees_named(person).values_list("pk", flat=True)))
    named.filter(pledge__pool__starts_at__gt=now).delete()  # the seat is free: somebody else may come
    named.update(name="", person=None, forgotten_at=now, **gone)
    for rows, fields in texts():
        naming.take_out(rows, *fields)
    changed(POOLS)


def texts() -> Iterable[tuple[QuerySet[Model], list[str]]]:
    """What people wrote themselves, in which a name may stand."""
    yield Approval.objects.all(), ["answer", "last_error"]
    yield SeatGift.objects.all(), ["name", "last_error"]
    yield Transfer.objects.all(), ["last_error"]
    yield Attendee.objects.all(), ["last_error"]
    yield Pledge.objects.all(), ["customer_reference"]
    yield SavedMethod.objects.all(), ["name"]
    yield BankLine.objects.all(), ["note"]
    yield WriteOff.objects.all(), ["reason"]
    yield Pool.objects.all(), ["cancel_reason"]


def forget_approvals(naming: Naming, *, now: datetime) -> None:
    """That somebody approved stays, and when. A request without an answer runs out: its link is dead."""
    mine = Approval.objects.filter(naming.has())
    for approval in mine.asked().select_for_update(no_key=True):
        approval.link += 1
        approval.reminded_at = approval.reminded_at or now
        approval.save(update_fields=["link", "reminded_at"])
    mine.update(name=GONE, email=NOBODY, letter="", answer="", last_error="")
    naming.take_out(Approval.objects.all(), "name")
