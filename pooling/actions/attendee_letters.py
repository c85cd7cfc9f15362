"""Letters to those whom an organisation has named for a workshop, where there is an address.

They hear once it is certain that the workshop takes place, and from then on of what becomes of it and of their seat.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from home.dates import date_in_words
from members.letters.direct import send_due
from members.letters.rendering import Attached, Written, read_source, write
from members.meetings.ics import Event, as_file
from members.models import Membership, Role
from members.models.attending import ADDRESSES, NAMES, REMINDED_BEFORE
from pooling import links
from pooling.models import Attendee, Pledge, Pool
from pooling.models.attendee import AttendeeQuerySet

NAMED, REMINDER, REMOVED, CALLED_OFF = (f"attendee_{what}" for what in ("named", "reminder", "removed", "called_off"))


def send_attendee_letters(*, now: datetime) -> int:
    """Write to those who are named, come no more, or are to be reminded. Returns how many letters were sent."""
    return send_due(Attendee, written=written_to_attendee, now=now)


def due(letter: str, *, now: datetime) -> dict[str, Any]:
    """What a row says whose letter is due from now on."""
    return {"letter": letter, "next_try_at": now, "tries": 0, "last_error": ""}


def named(*, pool: Pool, now: datetime) -> dict[str, Any]:
    """What a row says of somebody who hears that they come. Who hears of it shortly before is not reminded, too."""
    is_soon = pool.starts_at <= now + REMINDED_BEFORE
    return due(NAMED, now=now) | {"reminded_at": now if is_soon else None}


def tell_attendees_it_takes_place(*, pool: Pool, now: datetime) -> int:
    """Those who are named for a workshop that is certain from now on. Call it in the transaction of the event.

    Returns how many are told.
    """
    unheard = Attendee.objects.coming().filter(pledge__in=pool.pledges.standing(), letter="", sent_at=None)
    return unheard.exclude(email="").update(**named(pool=pool, now=now))


def tell_attendees_it_is_called_off(*, pool: Pool, now: datetime) -> int:
    """Those who have heard that they come. Administrators read it in the letter about the money. Call it in the
    transaction of the event. Returns how many are told.
    """
    binds = Membership.objects.filter(
        person=OuterRef("person"), organisation=OuterRef("pledge__organisation"), role=Role.ADMINISTRATOR
    )
    coming = Attendee.objects.coming().filter(pledge__pool=pool)
    rows = list(coming.select_for_update(no_key=True, of=("self",)))
    read_it = set(coming.filter(Exists(binds)).values_list("pk", flat=True))
    told = [each.pk for each in rows if each.has_heard and each.pk not in read_it]
    Attendee.objects.filter(pk__in=[each.pk for each in rows]).update(letter="")
    return Attendee.objects.filter(pk__in=told).update(**due(CALLED_OFF, now=now))


def end_attendees_of(*, pledge: Pledge, pool: Pool, now: datetime) -> None:
    """The pledge has no seats any more. Who was at the workshop stays named. Call it under the pool's lock."""
    if now < pool.starts_at:
        end(pledge.attendees.coming(), now=now)


def end(attendees: AttendeeQuerySet, *, now: datetime, letter: str = REMOVED) -> None:
    """They come no more. Who has heard that they do gets a `letter`; of others nothing is left."""
    rows = list(attendees.select_for_update(no_key=True))  # else a sender could be on its way to somebody
    told = [each.pk for each in rows if each.has_heard]
    Attendee.objects.filter(pk__in=[each.pk for each in rows]).exclude(pk__in=told).delete()
    Attendee.objects.filter(pk__in=told).update(ended_at=now, **due(letter, now=now))


def remind_attendees(*, now: datetime) -> int:
    """Tell those who come that it begins soon, once. Returns how many."""
    with transaction.atomic():
        soon = Attendee.objects.to_be_reminded(now=now)
        keys = [each.pk for each in soon.select_for_update(no_key=True, skip_locked=True, of=("self",))]
        return Attendee.objects.filter(pk__in=keys).update(reminded_at=now, **due(REMINDER, now=now))


def written_to_attendee(attendee: Attendee) -> Written:
    """What it is about, to somebody who may not know the portal."""
    language, pledge, pool = attendee.language, attendee.pledge, attendee.pledge.pool
    text, by = pool.text(language), attendee.named_by
    with translation.override(language):
        facts = {
            "organisation": pledge.organisation.name,
            "by": "" if by == attendee.person else by.get_full_name(),
            "title": pool.title(language),
            "place": text.place if text else "",
            "starts_at": pool.starts_at,
            "reason": pool.cancel_reason,
            "names_until": kept_until(NAMES, pool),
            "addresses_until": kept_until(ADDRESSES, pool),
            "workshop_url": links.workshop_url(pool, language),
        }
        why = reason_for_attendee(pledge.organisation.name)
    document = read_source(template=f"pooling/letters/{attendee.letter}.txt", context=facts, language=language)
    attached = (calendar_file(pool, language=language),) if attendee.letter == NAMED else ()
    return write(document, language=language, name=attendee.name, why=why, attached=attached)


def reason_for_attendee(organisation: str) -> str:
    """Why somebody who is named for a workshop gets a letter."""
    return _(
        "You receive this letter because %(organisation)s gave your address for this workshop. We use it for that only."
    ) % {"organisation": organisation}


def kept_until(what: str, pool: Pool) -> str:
    """The day in words, in the active language."""
    return date_in_words(pool.starts_at + timedelta(days=settings.KEEP_DAYS[what]), "DATE_FORMAT")


def calendar_file(pool: Pool, *, language: str) -> Attached:
    """The workshop for a calendar. When it ends nobody has written down."""
    text, url = pool.text(language), links.workshop_url(pool, language)
    event = Event(
        name=f"workshop-{pool.uuid}",
        language=text.language if text else language,
        title=pool.title(language),
        description=url,
        place=text.place if text else "",
        url=url,
        starts_at=pool.starts_at,
        changed_at=pool.confirmed_at or pool.starts_at,
    )
    return Attached("workshop.ics", as_file(event, language=language), "text/calendar")
