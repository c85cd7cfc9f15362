"""Once prices are locked, an organisation says who comes on the seats that it has not given to others.

Each action locks the pool, then the pledge, as giving seats does: together they never come to more than the pledge's
seats. Nothing of the money changes, so no event is recorded.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members.meetings.errors import NamedAlready
from members.models import User
from members.models.attending import colleague
from members.needs.errors import NotActing
from pooling.models import Attendee, Pledge

from .errors import SeatsTaken
from .seats import hindrance, lock


@transaction.atomic
def name_attendee(*, pledge: Pledge, name: str, email: str, by: User, now: datetime) -> Attendee:
    """The person called `name` comes. Any person of the organisation says so.

    Raises NotActing, PledgeEnded, SeatsNotYet before prices are locked, TooLateForSeats from the start on, SeatsTaken,
    NamedAlready.
    """
    pledge = lock_to_name(pledge.pk, by=by, now=now)
    require_new(pledge, name=name, email=email)
    if pledge.unnamed_seats <= 0:
        raise SeatsTaken
    made: Attendee = pledge.attendees.create(
        name=name,
        email=email,
        person=colleague(organisation=pledge.organisation, name=name, email=email),
        named_by=by,
        named_at=now,
    )
    return made


@transaction.atomic
def replace_attendee(*, attendee: Attendee, name: str, email: str, by: User, now: datetime) -> Attendee:
    """Somebody else comes on the same seat, or the entry is corrected. Raises what name_attendee raises, but
    SeatsTaken, and Attendee.DoesNotExist for a seat that was freed meanwhile.
    """
    pledge = lock_to_name(attendee.pledge_id, by=by, now=now)
    attendee = pledge.attendees.get(pk=attendee.pk)
    require_new(pledge, name=name, email=email, but=attendee)
    attendee.name, attendee.email, attendee.named_by, attendee.named_at = name, email, by, now
    attendee.person = colleague(organisation=pledge.organisation, name=name, email=email)
    attendee.forgotten_at = None
    attendee.save()
    return attendee


@transaction.atomic
def free_seat(*, attendee: Attendee, by: User, now: datetime) -> None:
    """Nobody is named for the seat any more. Doing it again changes nothing.

    Raises NotActing, PledgeEnded, SeatsNotYet, TooLateForSeats.
    """
    pledge = lock_to_name(attendee.pledge_id, by=by, now=now)
    pledge.attendees.filter(pk=attendee.pk).delete()


def lock_to_name(pk: int, *, by: User, now: datetime) -> Pledge:
    pool, pledge = lock(pk)
    if not pledge.organisation.has_member(by):
        raise NotActing
    if why_not := hindrance(pool=pool, pledge=pledge, now=now):
        raise why_not
    return pledge


def require_new(pledge: Pledge, *, name: str, email: str, but: Attendee | None = None) -> None:
    """Raises NamedAlready if somebody else on the pledge's seats has this name or address."""
    same = Q(name__iexact=name) | (Q(email__iexact=email) if email else Q())
    if pledge.attendees.exclude(pk=but.pk if but else 0).filter(same).exists():
        raise NamedAlready


def forget_workshop_attendees(*, now: datetime) -> int:
    """Empty names and addresses that are needed no more. Returns how many rows were emptied."""
    count = Attendee.objects.past(now=now).update(name="", email="", person=None, forgotten_at=now)
    return count + Attendee.objects.addressed(now=now).update(email="")
