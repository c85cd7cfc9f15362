"""What organisations do with meetings: register people, send somebody else instead, sign off.

Each action locks the meeting first, so that the last place is given once. What staff do: deciding.py.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from home.freshness import NETWORK, changed
from members.models import Organisation, User
from members.models.attending import colleague
from members.needs.actions import require_acting
from members.needs.errors import NotActing

from .errors import MeetingBegan, MeetingCalledOff, NamedAlready, RegistrationEnded, TooManyPeople
from .letters import tell_organisations
from .models import Meeting, Registration, RegistrationQuerySet, RegistrationState

MOST_OF_ONE = 10  # people of one organisation at one meeting


def lock(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)


def require_open(meeting: Meeting, *, now: datetime) -> None:
    """Raises MeetingCalledOff, MeetingBegan unless its list of people may change."""
    if meeting.is_called_off:
        raise MeetingCalledOff
    if not meeting.takes_people(now=now):
        raise MeetingBegan


@transaction.atomic
def register(
    *, meeting: Meeting, organisation: Organisation, name: str, email: str, by: User, now: datetime
) -> Registration:
    """`organisation` sends the person called `name`: with a place if one is free, else as the last in line. A letter
    tells them if there is an `email`.

    Raises NotActing, MeetingCalledOff, MeetingBegan, NamedAlready, TooManyPeople.
    """
    require_acting(organisation=organisation, by=by)
    meeting = lock(meeting)
    require_open(meeting, now=now)
    theirs = meeting.registrations.live().filter(organisation=organisation)
    require_new(theirs, name=name, email=email)
    if theirs.count() >= MOST_OF_ONE:
        raise TooManyPeople(MOST_OF_ONE)
    is_free = meeting.registrations.registered().count() < meeting.capacity
    return add(
        meeting=meeting,
        organisation=organisation,
        name=name,
        email=email,
        state=RegistrationState.REGISTERED if is_free else RegistrationState.WAITING,
        registered_at=now,
        by=by,
        now=now,
    )


def require_new(theirs: RegistrationQuerySet, *, name: str, email: str) -> None:
    """Raises NamedAlready if one of `theirs` has this name or address."""
    same = Q(name__iexact=name) | (Q(email__iexact=email) if email else Q())
    if theirs.filter(same).exists():
        raise NamedAlready


def add(
    *,
    meeting: Meeting,
    organisation: Organisation,
    name: str,
    email: str,
    state: str,
    registered_at: datetime,
    by: User,
    now: datetime,
) -> Registration:
    known = colleague(organisation=organisation, name=name, email=email)
    letter = "" if not email else "waiting" if state == RegistrationState.WAITING else "registered"
    made: Registration = meeting.registrations.create(
        organisation=organisation,
        name=name,
        email=email,
        person=known,
        language=known.language if known else organisation.language,
        state=state,
        registered_by=by,
        registered_at=registered_at,
        letter=letter,
        next_try_at=now,
    )
    changed(NETWORK)
    return made


def lock_both(registration: Registration, *, by: User, now: datetime) -> tuple[Meeting, Registration]:
    """The meeting and its row, locked. Raises NotActing, MeetingCalledOff, MeetingBegan.

    People of a suspended organisation may still say who comes and who doesn't.
    """
    if not registration.organisation.has_member(by):
        raise NotActing
    meeting = lock(registration.meeting)
    require_open(meeting, now=now)
    found = Registration.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    return meeting, found.get(pk=registration.pk)


@transaction.atomic
def sign_off(*, registration: Registration, by: User, now: datetime) -> Registration:
    """The person does not come; the first in line gets the place. Doing it again changes nothing.

    Raises NotActing, MeetingCalledOff, MeetingBegan.
    """
    meeting, registration = lock_both(registration, by=by, now=now)
    if registration.state == RegistrationState.CANCELLED:
        return registration
    end(registration, now=now)
    move_up(meeting, now=now)
    changed(NETWORK)
    return registration


def end(registration: Registration, *, now: datetime) -> None:
    """The person comes no more, and is told by letter if there is an address."""
    registration.state = RegistrationState.CANCELLED
    registration.letter = "removed" if registration.email else ""
    registration.next_try_at, registration.tries, registration.last_error = now, 0, ""
    registration.save()


def move_up(meeting: Meeting, *, now: datetime) -> list[Registration]:
    """Give the places that are free to the first in line, who are told. Call it with the meeting locked."""
    free = max(0, meeting.capacity - meeting.registrations.registered().count())
    moved = list(meeting.registrations.waiting().select_related("organisation")[:free])
    for registration in moved:
        registration.state = RegistrationState.REGISTERED
        registration.letter = "moved_up" if registration.email else ""
        registration.next_try_at, registration.tries, registration.last_error = now, 0, ""
        registration.save()
    if moved:
        tell_organisations(meeting=meeting, registrations=moved, what="moved_up", now=now)
    return moved


@transaction.atomic
def replace(*, registration: Registration, name: str, email: str, by: User, now: datetime) -> Registration:
    """Somebody else comes instead, with the same place or the same position in line; both are told by letter. With the
    same address or the same name it is the same person, whose entry is corrected.

    Raises NotActing, MeetingCalledOff, MeetingBegan, RegistrationEnded, NamedAlready.
    """
    meeting, registration = lock_both(registration, by=by, now=now)
    if registration.state == RegistrationState.CANCELLED:
        raise RegistrationEnded
    of = registration.organisation
    theirs = meeting.registrations.live().filter(organisation=of).exclude(pk=registration.pk)
    require_new(theirs, name=name, email=email)
    same_address = bool(email) and registration.email.lower() == email.lower()
    if same_address or registration.name.lower() == name.lower():
        return correct(registration, name=name, email=email, now=now)
    state = registration.state
    end(registration, now=now)
    return add(
        meeting=meeting,
        organisation=of,
        name=name,
        email=email,
        state=state,
        registered_at=registration.registered_at,
        by=by,
        now=now,
    )


def correct(registration: Registration, *, name: str, email: str, now: datetime) -> Registration:
    """The same person under another name or at another address. Who has a new address gets their letter there."""
    if registration.email.lower() != email.lower():
        letter = "waiting" if registration.is_waiting else "registered"
        registration.letter, registration.next_try_at = (letter if email else ""), now
        registration.tries, registration.last_error = 0, ""
    registration.name, registration.email = name, email
    registration.person = colleague(organisation=registration.organisation, name=name, email=email)
    registration.save()
    changed(NETWORK)
    return registration
