"""An organisation applies; once the applicant has confirmed the address, staff approve or decline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from members.models import Application, ApplicationState, Invitation, Organisation, Role, User
from members.models.joining import digest_of

from .errors import AlreadyDecided, LinkEnded, TakenUid
from .invitations import extend, new_invitation

# What an application and an organisation both say.
DETAILS = (
    *("name", "legal_form", "uid", "street", "house_number", "postcode", "town", "country", "canton"),
    *("language", "website", "size"),
)


@transaction.atomic
def apply(*, details: Mapping[str, Any], topics: Iterable[int], email: str, now: datetime) -> Application:
    """An organisation would like to take part. A letter asks `email` to confirm; nobody reads the application before.

    `details` are the fields of Application that the form asks for, `topics` ids of home.Topic.
    """
    application = Application.objects.create(
        **details, email=email.strip().lower(), applied_at=now, letter="application_confirm", next_try_at=now
    )
    application.topics.set(topics)
    return application


def application_of(token: str) -> Application:
    """The application that a link is for. Raises LinkEnded."""
    found = Application.objects.filter(digest=digest_of(token)).first()
    if found is None:
        raise LinkEnded
    return found


@transaction.atomic
def confirm(*, token: str, now: datetime) -> Application:
    """The address is the applicant's; staff see the application from now on. Confirming again changes nothing.

    Raises LinkEnded for a link that opens nothing, or came too late.
    """
    pk = application_of(token).pk
    application = Application.objects.select_for_update(no_key=True).get(pk=pk)
    if application.state != ApplicationState.UNCONFIRMED:
        return application
    if now >= application.applied_at + Application.TO_CONFIRM:
        raise LinkEnded
    application.state, application.confirmed_at = ApplicationState.WAITING, now
    application.save(update_fields=["state", "confirmed_at"])
    return application


def locked_to_decide(application: Application) -> Application:
    """Its row, locked. Raises AlreadyDecided unless it waits for a decision."""
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if application.state != ApplicationState.WAITING:
        raise AlreadyDecided
    return application


@transaction.atomic
def approve(*, application: Application, by: User, now: datetime) -> Organisation:
    """The organisation takes part: the applicant gets a letter with the link to act for it as its administrator.

    Raises AlreadyDecided, TakenUid.
    """
    application = locked_to_decide(application)
    if application.uid and Organisation.objects.filter(uid=application.uid).exists():
        raise TakenUid
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(**{name: getattr(application, name) for name in DETAILS})
    except IntegrityError as error:
        if not Organisation.objects.filter(uid=application.uid).exclude(uid="").exists():
            raise
        raise TakenUid from error  # another application with this UID was approved at the same moment
    application.state, application.organisation = ApplicationState.APPROVED, organisation
    application.decided_at, application.decided_by = now, by
    application.save()
    new_invitation(
        organisation=organisation,
        email=application.email,
        role=Role.ADMINISTRATOR,
        language=application.language,
        by=by,
        now=now,
        letter="application_approved",
        first_name=application.first_name,
        last_name=application.last_name,
    )
    return organisation


@transaction.atomic
def decline(*, application: Application, reason: str, by: User, now: datetime) -> Application:
    """It does not take part; a letter gives the reason. Raises AlreadyDecided."""
    application = locked_to_decide(application)
    application.state, application.reason = ApplicationState.DECLINED, reason
    application.decided_at, application.decided_by = now, by
    application.letter, application.next_try_at, application.tries = "application_declined", now, 0
    application.save()
    return application


@transaction.atomic
def invite_applicant_again(*, application: Application, now: datetime) -> Invitation:
    """Send an approved applicant, whose link ran out, another one. Raises LinkEnded if nobody's is open."""
    organisation = application.organisation
    invitation = organisation.invitations.open().select_for_update().first() if organisation else None
    if invitation is None:
        raise LinkEnded
    return extend(invitation=invitation, letter="application_approved", now=now)


def forget_unconfirmed(*, now: datetime) -> int:
    """Delete applications whose address nobody confirmed in time. Returns how many."""
    count, _by_model = Application.objects.never_confirmed(now=now).delete()
    return count
