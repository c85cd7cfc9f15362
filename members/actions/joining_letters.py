"""Letters to applicants and to those who are invited. They have no account yet: their row is the queue.

A link is made when its letter is written, and stands nowhere but there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from members.letters.direct import MOST_TRIES, send_due
from members.letters.rendering import Written, read_source, write
from members.links import absolute
from members.models import Application, Invitation, Role


def send_application_letters(*, now: datetime) -> int:
    """Ask applicants to confirm their address, and tell those who were declined. Returns how many letters were sent."""
    return send_due(Application, written=written_to_applicant, now=now)


def send_invitation_letters(*, now: datetime) -> int:
    """Invite people, the applicants of approved organisations among them. Returns how many letters were sent."""
    return send_due(Invitation, written=written_to_invited, now=now)


def given_up() -> Iterator[Application | Invitation]:
    """The rows whose letter no mail server took for hours. What is over is not among them."""
    yield from Application.objects.exclude(letter="").filter(tries__gte=MOST_TRIES)
    yield from Invitation.objects.open().exclude(letter="").filter(tries__gte=MOST_TRIES).select_related("organisation")


def written_to_applicant(application: Application) -> Written:
    language = application.language
    facts: dict[str, object] = {
        "organisation": application.name,
        "reason": application.reason,
        "days": Application.TO_CONFIRM.days,
    }
    if application.letter == "application_confirm":
        facts["url"] = absolute("members:application_confirm", application.new_token(), language=language)
    document = read_source(template=f"members/letters/{application.letter}.txt", context=facts, language=language)
    with translation.override(language):
        why = reason_for_applicant(application.name)
    name = f"{application.first_name} {application.last_name}"
    return write(document, language=language, name=name, why=why)


def reason_for_applicant(organisation: str) -> str:
    """Why an applicant gets a letter."""
    return _(
        "You receive this letter because somebody gave this address on the up2gether portal to apply for "
        "%(organisation)s. If that was not you, please ignore it."
    ) % {"organisation": organisation}


def written_to_invited(invitation: Invitation) -> Written:
    language, organisation = invitation.language, invitation.organisation
    facts = {
        "organisation": organisation.name,
        "asker": invitation.invited_by.get_full_name(),
        "binds": invitation.role == Role.ADMINISTRATOR,
        "url": absolute("members:invitation", invitation.new_token(), language=language),
        "expires_at": invitation.expires_at,
    }
    document = read_source(template=f"members/letters/{invitation.letter}.txt", context=facts, language=language)
    with translation.override(language):
        why = reason_for_invited(organisation.name)
    return write(document, language=language, name=f"{invitation.first_name} {invitation.last_name}".strip(), why=why)


def reason_for_invited(organisation: str) -> str:
    """Why somebody who is invited gets a letter."""
    return _(
        "You receive this letter because this address was given to act for %(organisation)s on the up2gether portal. "
        "We use it for that only."
    ) % {"organisation": organisation}
