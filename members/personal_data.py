"""What is kept of a person as somebody who acts for organisations, and what is left of it once they are erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from home.freshness import NETWORK, changed

from .models import Application, ApplicationState, DirectoryEntry, Invitation, Membership, User
from .naming import Naming


def moment(at: datetime | None) -> str | None:
    """A time as the file writes it (ISO 8601)."""
    return at.isoformat(timespec="seconds") if at else None


def about(person: User) -> dict[str, Any]:
    """The account, and for whom the person acts, was invited or has applied."""
    return {
        "account": {
            "number": person.pk,
            "e-mail address": person.email,
            "first name": person.first_name,
            "last name": person.last_name,
            "language": person.get_language_display(),
            "made on": moment(person.date_joined),
            "last log-in": moment(person.last_login),
        },
        "organisations": [
            {
                "organisation": membership.organisation.name,
                "role": membership.get_role_display(),
                "since": moment(membership.since),
            }
            for membership in person.memberships.select_related("organisation").order_by("pk")
        ],
        "invitations": [
            {
                "organisation": invitation.organisation.name,
                "role": invitation.get_role_display(),
                "e-mail address": invitation.email,
                "name": f"{invitation.first_name} {invitation.last_name}".strip(),
                "invited on": moment(invitation.invited_at),
                "accepted on": moment(invitation.accepted_at),
            }
            for invitation in invitations_of(person)
        ],
        "invitations to others": [
            {"organisation": invitation.organisation.name, "invited on": moment(invitation.invited_at)}
            for invitation in Invitation.objects.filter(invited_by=person).select_related("organisation")
        ],
        "applications": [
            {
                "organisation": application.name,
                "name": f"{application.first_name} {application.last_name}",
                "e-mail address": application.email,
                "state": application.get_state_display(),
                "applied on": moment(application.applied_at),
                "why": application.why,
                "reason": application.reason,
            }
            for application in Application.objects.filter(email__iexact=person.email).order_by("pk")
        ],
        "decisions on applications": [
            {"organisation": application.name, "decided on": moment(application.decided_at)}
            for application in Application.objects.filter(decided_by=person).order_by("pk")
        ],
    }


def invitations_of(person: User) -> list[Invitation]:
    mine = Q(email__iexact=person.email) | Q(accepted_by=person)
    return list(Invitation.objects.filter(mine).select_related("organisation"))


def forget(person: User, *, now: datetime) -> None:
    """Memberships end, and nothing names the person any more. What they decided and invited keeps their number."""
    naming = Naming.of(person)
    alone = [
        membership.organisation
        for membership in person.memberships.select_related("organisation")
        if not membership.organisation.administrators().exclude(pk=person.pk).exists()
    ]
    for membership in list(Membership.objects.filter(person=person)):
        membership.delete()  # one by one: the group of members follows
    # Nobody would read what is written to them from there.
    if DirectoryEntry.objects.filter(organisation__in=alone, is_listed=True).update(is_listed=False):
        changed(NETWORK)
    forget_applications(naming)
    forget_invitations(person, now=now)
    naming.take_out(Application.objects.all(), "why", "reason")
    about_each = ("about_de", "about_fr", "about_it")
    if naming.take_out(DirectoryEntry.objects.all(), *about_each, "folded"):
        for entry in DirectoryEntry.objects.select_related("organisation"):
            entry.fold()
            entry.save(update_fields=["folded"])
        changed(NETWORK)
    person.groups.clear()
    person.user_permissions.clear()
    person.erase(now=now)


def forget_invitations(person: User, *, now: datetime) -> None:
    """Those that are open end."""
    nobody = {"first_name": "", "last_name": "", "email": "", "letter": "", "digest": "", "last_error": ""}
    Invitation.objects.open().filter(email__iexact=person.email).update(revoked_at=now)
    Invitation.objects.filter(pk__in=[invitation.pk for invitation in invitations_of(person)]).update(**nobody)


def forget_applications(naming: Naming) -> None:
    """Those that led to no organisation go altogether; the others keep what the organisation is."""
    mine = Application.objects.filter(naming.has())
    mine.exclude(state=ApplicationState.APPROVED).delete()
    nobody = {"first_name": "", "last_name": "", "email": "", "letter": "", "digest": "", "last_error": "", "why": ""}
    mine.update(**nobody)
