"""Files for calendars (RFC 5545): of meetings, and of workshops. The time zone comes along, so that any program shows
Swiss time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings

from .models import Meeting

ZURICH = ZoneInfo("Europe/Zurich")
MOST_OCTETS = 75  # in a line, RFC 5545, section 3.1
# The rule since 1996, Directive 2000/84/EC, which Switzerland follows (SR 941.299.1).
TIME_ZONE = [
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Zurich",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19960331T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
]


@dataclass(frozen=True)
class Event:
    """What takes place. `name` tells it from others of the portal, `language` is that of its texts."""

    name: str
    language: str
    title: str
    description: str
    place: str
    url: str
    starts_at: datetime
    changed_at: datetime
    ends_at: datetime | None = None
    revision: int = 0
    is_called_off: bool = False


def calendar_file(meeting: Meeting, *, language: str, url: str, with_link: bool) -> bytes:
    """`url` is the meeting's page. The link to take part online is in it for those who are registered only."""
    text = meeting.in_language(language)
    link = meeting.online_url if with_link else ""
    description = "\n\n".join(part for part in (text.summary, link, url) if part)
    event = Event(
        name=f"meeting-{meeting.pk}",
        language=text.language,
        title=text.title,
        description=description,
        place=meeting.place or link,
        url=url,
        starts_at=meeting.starts_at,
        changed_at=meeting.changed_at,
        ends_at=meeting.ends_at,
        revision=meeting.revision,
        is_called_off=meeting.is_called_off,
    )
    return as_file(event, language=language)


def as_file(event: Event, *, language: str) -> bytes:
    """The file that a calendar takes, from the portal in `language`."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//up2gether//Portal//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *TIME_ZONE,
        "BEGIN:VEVENT",
        f"UID:{event.name}@{urlsplit(settings.SITE_URL).hostname}",
        f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{event.revision}",
        f"DTSTART;TZID=Europe/Zurich:{local(event.starts_at)}",
        *([f"DTEND;TZID=Europe/Zurich:{local(event.ends_at)}"] if event.ends_at else []),
        f"STATUS:{'CANCELLED' if event.is_called_off else 'CONFIRMED'}",
        f"SUMMARY;LANGUAGE={event.language}:{escaped(event.title)}",
        f"DESCRIPTION;LANGUAGE={event.language}:{escaped(event.description)}",
        *([f"LOCATION:{escaped(event.place)}"] if event.place else []),
        f"URL:{event.url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZURICH):%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """As a value of type TEXT, section 3.3.11; control characters that no calendar may hold are left out."""
    told = text.replace("\r\n", "\n").replace("\r", "\n")
    told = "".join(character for character in told if character in "\n\t" or character.isprintable())
    return told.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A line of content in lines of at most 75 octets, none of which cuts a character."""
    parts: list[bytes] = [b""]
    for character in line:
        encoded = character.encode()
        if len(parts[-1]) + len(encoded) > MOST_OCTETS - (len(parts) > 1):
            parts.append(b"")
        parts[-1] += encoded
    return b"\r\n ".join(parts) + b"\r\n"
