"""Meetings and people for tests, made by actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from members.letters.models import Letter
from members.meetings.actions import register
from members.meetings.deciding import DETAILS, change_meeting, publish, write_meeting
from members.meetings.models import Meeting, Registration
from members.models import Organisation, User

from .needs_steps import acting

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2027, 4, 8, 12, 0, tzinfo=UTC)
LINK = "https://meet.example.org/barcamp"
TEXTS = {
    "de": {
        "title": "Barcamp Bern",
        "summary": "Ein Tag für alle.",
        "text": "Worum es geht.",
        "programme": "14:00 Kaffee",
    },
    "fr": {"title": "Barcamp de Berne", "summary": "Un jour pour tous.", "text": "", "programme": ""},
}
DETAILS_OF_ONE: dict[str, Any] = {
    "kind": "barcamp",
    "language": "de",
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=3),
    "place": "Haus Beispiel, Bern",
    "online_url": LINK,
    "capacity": 2,
}
Who = tuple[Organisation, User]


def draft(**changes: Any) -> Meeting:
    return write_meeting(details=DETAILS_OF_ONE | changes, texts=TEXTS, now=NOW)


def planned(**changes: Any) -> Meeting:
    """One that is published."""
    return publish(meeting=draft(**changes), now=NOW)


def changed(meeting: Meeting, now: datetime = NOW, **changes: Any) -> Meeting:
    """With other details and the texts that it has."""
    details = {name: getattr(meeting, name) for name in DETAILS} | changes
    return change_meeting(meeting=meeting, details=details, texts=TEXTS, now=now)


def registered(
    meeting: Meeting, name: str = "Eva Beispiel", email: str = "", who: Who | None = None, now: datetime = NOW
) -> Registration:
    of, by = who or acting()
    return register(meeting=meeting, organisation=of, name=name, email=email, by=by, now=now)


def line(meeting: Meeting) -> list[tuple[str, str]]:
    """Who comes or waits, in the order of registering."""
    live = meeting.registrations.live().order_by("registered_at", "pk")
    return [(each.name, each.state) for each in live]


def told(meeting: Meeting, what: str) -> list[str]:
    """Who got a letter of this kind as somebody who has an account."""
    letters = Letter.objects.filter(key__startswith=f"meeting-{meeting.pk}-{what}-").order_by("pk")
    return [letter.person.email for letter in letters]
