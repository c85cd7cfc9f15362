"""Once prices are locked, an organisation says who comes on the seats that it has not given to others.

Each action locks the pool, then the pledge, as giving seats does: together they never come to more than the pledge's
seats. Nothing of the money changes, so no event is recorded. Whom letters reach, and when: attendee_letters.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from members.meetings.errors import NamedAlready
from members.models import User
from members.models.attending import colleague
from members.needs.errors import NotActing
from pooling.models import Attendee, Pledge, PoolState

from . import attendee_letters
from .errors import NamedTooOften, SeatsTaken
from .seats import hindrance, lock

MORE_A_DAY = 20  # people than the pledge has seats: we write to addresses that somebody typed


@transaction.atomic
def name_attendee(*, pledge: Pledge, name: str, email: str, by: User, now: datetime) -> Attendee:
    """The person called `name` comes. Any person of the organisation says so. A letter tells them if there is an
    `email`, once it is certain that the workshop takes place.

    Raises NotActing, PledgeEnded, SeatsNotYet before prices are locked, TooLateForSeats from the start on, SeatsTaken,
    NamedAlready, NamedTooOften.
    """
    pledge = lock_to_name(pledge.pk, by=by, now=now)
    require_new(pledge, name=name, email=email)
    if pledge.unnamed_seats <= 0:
        raise SeatsTaken
    return add(pledge, name=name, email=email, by=by, now=now)


def add(pledge: Pledge, *, name: str, email: str, by: User, now: datetime) -> Attendee:
    """Call it with the pledge locked. Raises NamedTooOften."""
    if pledge.attendees.filter(named_at__gt=now - timedelta(days=1)).count() >= pledge.seats + MORE_A_DAY:
        raise NamedTooOften
    known = colleague(organisation=pledge.organisation, name=name, email=email)
    hears = bool(email) and pledge.pool.state == PoolState.CONFIRMED
    made: Attendee = pledge.attendees.create(
        name=name,
        email=email,
        person=known,
        language=known.language if known else pledge.organisation.language,
        named_by=by,
        named_at=now,
        **(attendee_letters.named(pool=pledge.pool, now=now) if hears else {"next_try_at": now}),
    )
    return made


@transaction.atomic
def replace_attendee(*, attendee: Attendee, name: str, email: str, by: User, now: datetime) -> Attendee:
    """Somebody else comes on the same seat; both are told by letter. With the same address or the same name it is the
    same person, whose entry is corrected. Raises what name_attendee raises, but SeatsTaken, and Attendee.DoesNotExist
    for a seat that was freed meanwhile.
    """
    pledge = lock_to_name(attendee.pledge_id, by=by, now=now)
    attendee = pledge.attendees.coming().get(pk=attendee.pk)
    require_new(pledge, name=name, email=email, but=attendee)
    same_name, same_address = attendee.name.lower() == name.lower(), attendee.email.lower() == email.lower()
    if same_address and (email or same_name):
        attendee.name, attendee.named_by = name, by
        attendee.person = colleague(organisation=pledge.organisation, name=name, email=email)
        attendee.save(update_fields=["name", "named_by", "person"])
        return attendee
    told = "" if same_name else attendee_letters.REMOVED  # who only has another address hears of it there
    attendee_letters.end(pledge.attendees.filter(pk=attendee.pk), letter=told, now=now)
    return add(pledge, name=name, email=email, by=by, now=now)


@transaction.atomic
def free_seat(*, attendee: Attendee, by: User, now: datetime) -> None:
    """Nobody is named for the seat any more; who had heard of it is told. Doing it again changes nothing.

    Raises NotActing, PledgeEnded, SeatsNotYet, TooLateForSeats.
    """
    pledge = lock_to_name(attendee.pledge_id, by=by, now=now)
    attendee_letters.end(pledge.attendees.coming().filter(pk=attendee.pk), now=now)


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
    if pledge.attendees.coming().exclude(pk=but.pk if but else 0).filter(same).exists():
        raise NamedAlready


def forget_workshop_attendees(*, now: datetime) -> int:
    """Empty names and addresses that are needed no more. Returns how many rows were emptied."""
    nothing = {"email": "", "letter": "", "last_error": ""}
    count = Attendee.objects.past(now=now).update(name="", person=None, forgotten_at=now, **nothing)
    return count + Attendee.objects.addressed(now=now).update(**nothing)
