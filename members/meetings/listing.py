"""Meetings as they are asked for by an address, and what machines read of one. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils.functional import cached_property

from home.structured import Data, document, moment, publisher, thing
from members.models import Organisation

from .models import Kind, Meeting, MeetingQuerySet, Registration

PER_PAGE = 12
SCHEMA = "https://schema.org/"


class Meetings:
    """`asked` are the parameters of the address, `language` is the reader's. A choice that there is not is ignored."""

    def __init__(self, *, asked: Mapping[str, str], language: str, now: datetime) -> None:
        self.asked, self.language, self.now = asked, language, now

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        return Kind.choices

    @property
    def kind(self) -> str:
        return self.asked.get("kind", "") if self.asked.get("kind") in Kind.values else ""

    @property
    def query(self) -> str:
        """What an address needs to show the same on another page."""
        return f"kind={self.kind}" if self.kind else ""

    def shown(self) -> MeetingQuerySet:
        found = Meeting.objects.shown().counted().prefetch_related("texts")
        return found.filter(kind=self.kind) if self.kind else found

    @cached_property
    def upcoming(self) -> list[Meeting]:
        return in_language(self.shown().upcoming(now=self.now), self.language)

    @cached_property
    def past(self) -> PaginatorPage[Any]:
        """A page that there is not is the nearest that there is."""
        page = Paginator(self.shown().past(now=self.now), PER_PAGE).get_page(self.asked.get("page"))
        page.object_list = in_language(page.object_list, self.language)
        return page

    @property
    def until(self) -> datetime | None:
        """When time alone changes what is shown."""
        moments = [each for meeting in self.upcoming for each in (meeting.starts_at, meeting.ends_at)]
        return min((each for each in moments if each > self.now), default=None)


def of_organisations(organisations: Iterable[Organisation], *, language: str, now: datetime) -> list[Meeting]:
    """Those to come for which one of them has somebody registered or waiting, each with these people."""
    mine = list(organisations)
    if not mine:
        return []
    theirs = Prefetch("registrations", Registration.objects.live().of(mine).order_by("registered_at", "pk"), "theirs")
    found = Meeting.objects.of_organisations(mine).upcoming(now=now).prefetch_related("texts", theirs)
    return in_language(found, language)


def in_language(meetings: Iterable[Meeting], language: str) -> list[Meeting]:
    """Each with what is shown of it to somebody who reads `language`."""
    found = list(meetings)
    for meeting in found:
        meeting.shown_text = meeting.in_language(language)
    return found


def event_data(meeting: Meeting, *, language: str, url: str) -> Data:
    """An Event of schema.org. Where it takes place online its page stands for the link, which is not for everybody."""
    text = meeting.in_language(language)
    place = thing("Place", name=meeting.place, address=meeting.place) if meeting.place else None
    online = thing("VirtualLocation", url=url) if meeting.online_url else None
    mode = "Mixed" if place and online else "Offline" if place else "Online"
    return document(
        "Event",
        name=text.title,
        description=text.summary,
        url=url,
        inLanguage=meeting.language,
        startDate=moment(meeting.starts_at),
        endDate=moment(meeting.ends_at),
        eventStatus=SCHEMA + ("EventCancelled" if meeting.is_called_off else "EventScheduled"),
        eventAttendanceMode=f"{SCHEMA}{mode}EventAttendanceMode",
        location=[each for each in (place, online) if each],
        organizer=publisher(),
        maximumAttendeeCapacity=meeting.capacity,
        isAccessibleForFree=True,
    )
