"""Letters about meetings: to those who are registered, where there is an address, and to whoever registered them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from home.dates import date_in_words
from members.letters.actions import queue_letter_to
from members.letters.direct import MOST_TRIES, send_due
from members.letters.rendering import Written, read_source, write
from members.links import absolute
from members.models import LANGUAGES, Organisation, User
from members.notices.actions import announce, take_back_news

from .models import Meeting, Registration

# Who has not got the letter before reads there what these would say, since it is written when it is sent.
SAID_BY_THE_LETTER_BEFORE = ("changed", "reminder")


def send_meeting_letters(*, now: datetime) -> int:
    """Write to those who are registered, wait, or were signed off. Returns how many letters were sent."""
    return send_due(Registration, written=written_to_registered, now=now)


def given_up() -> Iterator[Registration]:
    """The rows whose letter no mail server took for hours."""
    given = Registration.objects.exclude(letter="").filter(tries__gte=MOST_TRIES)
    yield from given.select_related("organisation")


def tell_everybody(*, meeting: Meeting, what: str, now: datetime) -> int:
    """Those who are registered or wait, and whoever registered them, read `what` has happened. Returns how many people
    come or wait. Call it with the meeting locked.
    """
    live = meeting.registrations.live().select_related("organisation", "registered_by").order_by("registered_at", "pk")
    registrations = list(live)
    told = tell_organisations(meeting=meeting, registrations=registrations, what=what, now=now)
    addressed = live.exclude(email="").exclude(email__in=told)
    if what in SAID_BY_THE_LETTER_BEFORE:
        addressed = addressed.filter(letter="")
    addressed.update(letter=what, next_try_at=now, tries=0, last_error="")
    return len(registrations)


def tell_organisations(
    *, meeting: Meeting, registrations: Iterable[Registration], what: str, now: datetime
) -> set[str]:
    """One letter to each person who registered some of these people, or to their organisation's administrators where
    that person acts for it no more. Returns the addresses.
    """
    of: defaultdict[Organisation, list[Registration]] = defaultdict(list)
    for registration in registrations:
        of[registration.organisation].append(registration)
    told = set()
    for organisation, theirs in of.items():
        for person, named in by_person(organisation, theirs).items():
            facts = about(meeting, language=person.language) | {
                "names": [each.name for each in named],
                "online_url": meeting.online_url if any(not each.is_waiting for each in named) else "",
            }
            queue_letter_to(
                person=person,
                key=f"meeting-{meeting.pk}-{what}-{organisation.pk}-{now.isoformat()}",
                template=f"meetings/letters/meeting_{what}.txt",
                organisation=organisation,
                context={"organisation": organisation.name, **facts},
                language=person.language,
                now=now,
            )
            told.add(person.email)
    return told


def by_person(organisation: Organisation, theirs: list[Registration]) -> dict[User, list[Registration]]:
    """Whom to tell of which of the organisation's people."""
    administrators = list(organisation.administrators())
    found: defaultdict[User, list[Registration]] = defaultdict(list)
    for registration in theirs:
        by = registration.registered_by
        for person in [by] if organisation.has_member(by) else administrators:
            found[person].append(registration)
    return found


def announce_meeting(*, meeting: Meeting, now: datetime) -> None:
    """Tell those who want to know of new meetings that one can register. Of what has begun nobody hears."""
    if not meeting.takes_people(now=now):
        return
    facts = {}
    for language, _name in LANGUAGES:
        with translation.override(language), timezone.override(ZoneInfo("Europe/Zurich")):
            facts[language] = {
                "title": meeting.in_language(language).title,
                "day": date_in_words(meeting.starts_at, "DATE_FORMAT"),
                "place": meeting.place or _("online"),
                "url": absolute("meetings:meeting", meeting.pk, language=language),
            }
    announce(key=news_key(meeting), template="notices/letters/meeting.txt", facts=facts, now=now)


def take_back_announcement(*, meeting: Meeting) -> None:
    """Whoever has not heard of it yet hears of it no more."""
    take_back_news(key=news_key(meeting))


def news_key(meeting: Meeting) -> str:
    return f"meeting-{meeting.pk}-published"


def about(meeting: Meeting, *, language: str) -> dict[str, object]:
    return {
        "title": meeting.in_language(language).title,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "place": meeting.place,
        "reason": meeting.reason,
        "url": absolute("meetings:meeting", meeting.pk, language=language),
    }


def written_to_registered(registration: Registration) -> Written:
    """What it is about, to somebody who may not know the portal."""
    language, meeting, organisation = registration.language, registration.meeting, registration.organisation
    facts = about(meeting, language=language) | {
        "organisation": organisation.name,
        "names": [registration.name],
        "online_url": "" if registration.is_waiting else meeting.online_url,
    }
    document = read_source(
        template=f"meetings/letters/meeting_{registration.letter}.txt", context=facts, language=language
    )
    with translation.override(language):
        why = reason_for_registered(organisation.name)
    return write(document, language=language, name=registration.name, why=why)


def reason_for_registered(organisation: str) -> str:
    """Why somebody who is registered gets a letter."""
    return _(
        "You receive this letter because %(organisation)s gave your address for this meeting. We use it for that only."
    ) % {"organisation": organisation}
