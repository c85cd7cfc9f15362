"""What is kept about a person because somebody registered them for meetings, or they registered others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from members.models import User

from .models import Registration, RegistrationQuerySet


def naming(person: User) -> RegistrationQuerySet:
    """The rows that name them: as somebody with an account, by their address, or by their name where an organisation
    that they act for, or they themselves, wrote it.
    """
    found = Q(person=person) | Q(email__iexact=person.email)
    if name := person.get_full_name():
        near = Q(organisation__memberships__person=person) | Q(registered_by=person)
        found |= Q(near, name__iexact=name)
    named = Registration.objects.filter(found, forgotten_at=None)
    return Registration.objects.filter(pk__in=named.values("pk"))


def about(person: User) -> dict[str, Any]:
    """JSON-ready."""
    rows = naming(person).select_related("organisation", "meeting").prefetch_related("meeting__texts").order_by("pk")
    by_them = Registration.objects.filter(registered_by=person).exclude(pk__in=rows.values("pk"))
    return {
        "registered for meetings": [
            {
                "meeting": row.meeting.in_language(person.language).title,
                "begins": row.meeting.starts_at.isoformat(),
                "organisation": row.organisation.name,
                "name": row.name,
                "e-mail address": row.email,
                "state": row.state,
                "registered at": row.registered_at.isoformat(),
            }
            for row in rows
        ],
        "other people registered for meetings": by_them.count(),
    }


def forget(person: User, *, now: datetime) -> None:
    """Empty what names them. The place stays taken: their organisation may send somebody else."""
    naming(person).update(name="", email="", person=None, letter="", last_error="", forgotten_at=now)
