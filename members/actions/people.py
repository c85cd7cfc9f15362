"""Who acts for an organisation: roles, and leaving. There is always somebody who binds it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.letters.actions import queue_letter, queue_letter_to
from members.links import people_url
from members.models import Membership, Organisation, Role, User

from .errors import LastAdministrator, OnlyAdministrators


def lock(organisation: Organisation) -> Organisation:
    """Its row, locked: whoever changes who acts for it decides on what the others have changed."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def require_administrator(*, organisation: Organisation, by: User) -> None:
    """Raises OnlyAdministrators unless `by` binds `organisation`."""
    if not organisation.is_administered_by(by):
        raise OnlyAdministrators


def require_another_administrator(membership: Membership) -> None:
    """Raises LastAdministrator if nobody but this person can log in and bind the organisation."""
    if not membership.organisation.administrators().exclude(pk=membership.person_id).exists():
        raise LastAdministrator


@transaction.atomic
def change_role(*, membership: Membership, role: Role, by: User, now: datetime) -> Membership:
    """From now on the person binds the organisation, or no longer does. A letter tells them. Asking for the role that
    they have changes nothing.

    Raises OnlyAdministrators, LastAdministrator.
    """
    organisation = lock(membership.organisation)
    require_administrator(organisation=organisation, by=by)
    membership = Membership.objects.select_related("person").get(pk=membership.pk, organisation=organisation)
    membership.organisation = organisation
    if membership.role == role:
        return membership
    if membership.role == Role.ADMINISTRATOR:
        require_another_administrator(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    tell_person(membership, binds=role == Role.ADMINISTRATOR, acts=True, by=by, now=now)
    return membership


def tell_person(membership: Membership, *, binds: bool, acts: bool, by: User, now: datetime) -> None:
    """A letter to somebody whose own part was changed by `by`. Nobody needs to be told of what they did themselves."""
    if membership.person_id == by.pk:
        return
    queue_letter_to(
        person=membership.person,
        key=f"membership-{membership.pk}-{now.isoformat()}",
        template="members/letters/membership_changed.txt",
        organisation=membership.organisation,
        context={"binds": binds, "acts": acts, "url": people_url(membership.organisation)},
        now=now,
    )


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """The person acts for the organisation no more: an administrator says so, or the person leaves. Doing it again
    changes nothing. What the person pledged for the organisation stays the organisation's.

    Raises OnlyAdministrators, LastAdministrator.
    """
    organisation = lock(membership.organisation)
    current = Membership.objects.select_related("person").filter(pk=membership.pk, organisation=organisation).first()
    if current is None:
        return
    if current.person_id != by.pk:
        require_administrator(organisation=organisation, by=by)
    current.organisation = organisation
    if current.role == Role.ADMINISTRATOR:
        require_another_administrator(current)
    name = current.person.get_full_name() or current.person.email
    tell_person(current, binds=False, acts=False, by=by, now=now)
    current.delete()
    queue_letter(
        key=f"member_left-{membership.pk}",
        template="members/letters/member_left.txt",
        organisation=organisation,
        context={"who": name, "url": people_url(organisation)},
        now=now,
    )


@transaction.atomic
def change_details(*, person: User, first_name: str, last_name: str, language: str) -> User:
    """The person is called so from now on, and reads `language`. Letters that were written before stay as they are."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.first_name, person.last_name, person.language = first_name, last_name, language
    person.save(update_fields=["first_name", "last_name", "language"])
    return person
