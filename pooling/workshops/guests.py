"""Who comes to a workshop with how many people, for those who run it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.dates import date_in_words
from pooling import attendance
from pooling.models import Attendee, Pool, SeatGift


@dataclass(frozen=True)
class Guest:
    """An organisation with its seats; `given_by` another one, or by none if it pledged itself. `people` are those whom
    it has named.
    """

    name: str
    seats: int
    given_by: str = ""
    people: tuple[Attendee, ...] = ()


def guests_of(pool: Pool) -> list[Guest]:
    """By organisation that pledged, each with those to whom it gave seats. Nobody before prices are locked."""
    if pool.state not in Pool.OWING_STATES:
        return []
    live = Prefetch("seat_gifts", SeatGift.objects.live())
    named = Prefetch("attendees", Attendee.objects.named())
    guests = []
    for pledge in (
        pool.pledges.standing().select_related("organisation", "pool").prefetch_related(live, named).order_by("pk")
    ):
        gifts, holder = list(pledge.seat_gifts.all()), pledge.organisation.name
        if own := pledge.seats - sum(gift.number for gift in gifts):
            guests.append(Guest(holder, own, people=tuple(pledge.attendees.all())))
        guests += [Guest(gift.name, gift.number, given_by=holder) for gift in gifts]
    return guests


def attendance_of(pool: Pool) -> attendance.Attendance:
    """The list to be signed at the door: a line for each seat."""
    text = pool.text(get_language() or "de")
    facts = [(_("When"), date_in_words(pool.starts_at, "DATETIME_FORMAT")), (_("Where"), text.place if text else "")]
    lines = [line for guest in guests_of(pool) for line in lines_of(guest)]
    return attendance.Attendance(title=pool.title(get_language() or "de"), facts=facts, attendees=lines)


def lines_of(guest: Guest) -> Iterator[attendance.Attendee]:
    """A line for each seat: those who are named, then empty ones."""
    for person in guest.people:
        yield attendance.Attendee(person.name, guest.name, person.email)
    for _empty in range(guest.seats - len(guest.people)):
        yield attendance.Attendee("", guest.name)
