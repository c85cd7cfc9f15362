"""Inviting people to act for an organisation, and accepting it. The letter's link shows that the address is theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from members.letters.actions import queue_letter
from members.links import people_url
from members.models import Invitation, Membership, Organisation, Role, User
from members.models.joining import digest_of

from .errors import (
    AlreadyInvited,
    AlreadyMember,
    ClosedAccount,
    HasAccount,
    LinkEnded,
    OtherPerson,
    TooManyInvitations,
)
from .people import lock, require_administrator

MOST_OPEN = 20  # invitations of one organisation: more would be advertising


@transaction.atomic
def invite(*, organisation: Organisation, email: str, role: Role, language: str, by: User, now: datetime) -> Invitation:
    """Ask whoever reads `email` to act for `organisation`. The letter is in `language` and leaves with the next tick.

    Raises OnlyAdministrators, AlreadyMember, AlreadyInvited, TooManyInvitations.
    """
    organisation = lock(organisation)
    require_administrator(organisation=organisation, by=by)
    email = email.strip().lower()
    if organisation.memberships.filter(person__email=email).exists():
        raise AlreadyMember
    open_ones = organisation.invitations.open()
    if open_ones.filter(email=email).exists():
        raise AlreadyInvited
    if open_ones.count() >= MOST_OPEN:
        raise TooManyInvitations
    return new_invitation(organisation=organisation, email=email, role=role, language=language, by=by, now=now)


@transaction.atomic
def invite_administrator(*, organisation: Organisation, email: str, by: User, now: datetime) -> Invitation:
    """Staff ask whoever reads `email` to bind `organisation`: nobody there may be able to, or its first link was lost.

    For an address with an open invitation the letter is sent once more. Raises AlreadyMember.
    """
    organisation = lock(organisation)
    email = email.strip().lower()
    if organisation.memberships.filter(person__email=email).exists():
        raise AlreadyMember
    found = organisation.invitations.open().filter(email=email).first()
    if found is not None:
        found.role = Role.ADMINISTRATOR
        found.save(update_fields=["role"])
        return extend(invitation=found, letter="invited", now=now)
    language = organisation.language
    return new_invitation(
        organisation=organisation, email=email, role=Role.ADMINISTRATOR, language=language, by=by, now=now
    )


def new_invitation(
    *,
    organisation: Organisation,
    email: str,
    role: Role,
    language: str,
    by: User,
    now: datetime,
    letter: str = "invited",
    first_name: str = "",
    last_name: str = "",
) -> Invitation:
    """The row, which is also the letter's place in the queue."""
    return Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        language=language,
        first_name=first_name,
        last_name=last_name,
        invited_by=by,
        invited_at=now,
        expires_at=now + Invitation.LASTS,
        letter=letter,
        next_try_at=now,
    )


def open_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """`invitation` under its organisation's lock. Raises OnlyAdministrators, LinkEnded if it is over."""
    organisation = lock(invitation.organisation)
    require_administrator(organisation=organisation, by=by)
    found = organisation.invitations.open().filter(pk=invitation.pk).first()
    if found is None:
        raise LinkEnded
    return found


@transaction.atomic
def invite_again(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Send the letter once more, with a new link. It can be accepted for another two weeks.

    Raises OnlyAdministrators, LinkEnded.
    """
    invitation = open_invitation(invitation=invitation, by=by)
    return extend(invitation=invitation, letter="invited", now=now)


def extend(*, invitation: Invitation, letter: str, now: datetime) -> Invitation:
    """Another two weeks, and another letter; one that is still due is that letter. Its link ends the earlier one."""
    invitation.letter, invitation.next_try_at, invitation.tries = invitation.letter or letter, now, 0
    invitation.expires_at = now + Invitation.LASTS
    invitation.save(update_fields=["letter", "next_try_at", "tries", "expires_at"])
    return invitation


@transaction.atomic
def take_invitation_back(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Its link opens nothing any more. Raises OnlyAdministrators, LinkEnded."""
    invitation = open_invitation(invitation=invitation, by=by)
    invitation.revoked_at, invitation.digest, invitation.letter = now, "", ""
    invitation.save()
    return invitation


def invitation_of(*, token: str, now: datetime) -> Invitation:
    """The open invitation that a link is for. Raises LinkEnded for any other: no word on why."""
    found = Invitation.objects.open().filter(digest=digest_of(token)).select_related("organisation").first()
    if found is None or not found.is_open(now=now):
        raise LinkEnded
    return found


def account_of(invitation: Invitation) -> User | None:
    """Whoever logs in with the invited address."""
    return User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept(*, token: str, by: User, now: datetime) -> Membership:
    """`by`, who is logged in with the invited address, acts for the organisation from now on.

    Raises LinkEnded, OtherPerson, ClosedAccount.
    """
    invitation = locked_invitation(token=token, now=now)
    if by.email != invitation.email:
        raise OtherPerson
    return join(invitation=invitation, person=by, now=now)


@transaction.atomic
def accept_with_new_account(
    *, token: str, first_name: str, last_name: str, password: str, language: str, now: datetime
) -> Membership:
    """Make an account for the invited address, which the link shows to be theirs, and accept.

    Raises LinkEnded, HasAccount if there is an account meanwhile: it has to log in.
    """
    invitation = locked_invitation(token=token, now=now)
    if account_of(invitation) is not None:
        raise HasAccount
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                invitation.email, password, first_name=first_name, last_name=last_name, language=language
            )
    except IntegrityError as error:  # another organisation's invitation was accepted at the same moment
        raise HasAccount from error
    return join(invitation=invitation, person=person, now=now)


def locked_invitation(*, token: str, now: datetime) -> Invitation:
    """As invitation_of, under the organisation's lock: of two who accept at once, the second finds it used."""
    invitation = invitation_of(token=token, now=now)
    organisation = lock(invitation.organisation)
    invitation = invitation_of(token=token, now=now)
    invitation.organisation = organisation
    return invitation


def join(*, invitation: Invitation, person: User, now: datetime) -> Membership:
    """The membership; an administrator's invitation raises a member's role, and nothing lowers one."""
    if not person.is_active:
        raise ClosedAccount
    organisation = invitation.organisation
    membership, _made = Membership.objects.get_or_create(
        organisation=organisation, person=person, defaults={"role": invitation.role}
    )
    if invitation.role == Role.ADMINISTRATOR and membership.role != Role.ADMINISTRATOR:
        membership.role = Role.ADMINISTRATOR
        membership.save(update_fields=["role"])
    invitation.accepted_at, invitation.accepted_by, invitation.digest, invitation.letter = now, person, "", ""
    invitation.save()
    queue_letter(
        key=f"member_joined-{invitation.uuid}",
        template="members/letters/member_joined.txt",
        organisation=organisation,
        context={
            "who": person.get_full_name() or person.email,
            "binds": membership.role == Role.ADMINISTRATOR,
            "url": people_url(organisation),
        },
        now=now,
    )
    return membership
