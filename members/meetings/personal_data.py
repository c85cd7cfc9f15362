"""Whom organisations have sent to meetings, and who registered them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from home.freshness import NETWORK, changed
from members.models import User
from members.naming import Naming

from .actions import lock, move_up
from .models import Meeting, Registration, RegistrationQuerySet, RegistrationState, Text


def naming_rows(person: User) -> RegistrationQuerySet:
    """The rows that name the person: by account, by address, or by name. A row of that name with another address is
    somebody else's, unless the person or an organisation of theirs wrote it.
    """
    naming = Naming.of(person)
    by_account = Registration.objects.filter(Q(person=person) | naming.has())
    near = Q(email="") | Q(registered_by=person) | Q(organisation__memberships__person=person)
    by_name = naming.rows_in(Registration.objects.filter(near).distinct(), ["name"])
    keys = {*by_account.values_list("pk", flat=True), *(row.pk for row in by_name)}
    return Registration.objects.filter(pk__in=keys, forgotten_at=None)


def about(person: User) -> dict[str, Any]:
    """Meetings that the person was registered for, and how often they registered others."""
    rows = naming_rows(person).select_related("organisation", "meeting").prefetch_related("meeting__texts")
    others = Registration.objects.filter(registered_by=person).exclude(pk__in=[row.pk for row in rows])
    return {
        "meetings": [
            {
                "title": row.meeting.in_language(person.language).title,
                "begins": row.meeting.starts_at.isoformat(timespec="seconds"),
                "organisation": row.organisation.name,
                "name": row.name,
                "e-mail address": row.email,
                "state": row.get_state_display(),
                "registered on": row.registered_at.isoformat(timespec="seconds"),
            }
            for row in rows.order_by("pk")
        ],
        "people registered for meetings": [
            {
                "title": row.meeting.in_language(person.language).title,
                "registered on": row.registered_at.isoformat(timespec="seconds"),
            }
            for row in others.select_related("meeting").prefetch_related("meeting__texts").order_by("pk")
        ],
    }


def forget(person: User, *, now: datetime) -> None:
    """Who it was is forgotten. What is still to come has a place more, which goes to the first in line; what was keeps
    its number. Texts of meetings name nobody.
    """
    rows = naming_rows(person)
    keys = list(rows.values_list("pk", flat=True))
    to_come = Meeting.objects.filter(registrations__in=keys, starts_at__gt=now, called_off_at=None).distinct()
    meetings = [lock(meeting) for meeting in to_come.order_by("pk")]
    mine = Registration.objects.filter(pk__in=keys)
    mine.filter(meeting__in=meetings).update(state=RegistrationState.CANCELLED)
    gone = {"name": "", "email": "", "person": None, "letter": "", "last_error": "", "forgotten_at": now}
    taken = mine.update(**gone)
    for meeting in meetings:
        move_up(meeting, now=now)
    naming = Naming.of(person)
    naming.take_out(Registration.objects.all(), "last_error")
    taken += naming.take_out(Meeting.objects.all(), "reason", "place")
    taken += naming.take_out(Text.objects.all(), "title", "summary", "text", "programme")
    if taken:
        changed(NETWORK)
