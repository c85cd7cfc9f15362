"""What staff decide about meetings: write and change them, publish, call off, and say what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from home.freshness import NETWORK, changed

from .actions import lock, move_up
from .errors import MeetingBegan, TooFewPlaces, WrongMeetingState
from .letters import announce_meeting, take_back_announcement, tell_everybody
from .models import Meeting, Result, Text

DETAILS = ("kind", "language", "starts_at", "ends_at", "place", "online_url", "capacity")
# Whoever comes is told where one of these changes.
TELLING = ("starts_at", "ends_at", "place", "online_url")

Texts = Mapping[str, Mapping[str, str]]


@transaction.atomic
def write_meeting(*, details: Mapping[str, Any], texts: Texts, now: datetime) -> Meeting:
    """A draft. `details` are DETAILS, `texts` by language the fields of Text: those of the meeting's own language, and
    translations.
    """
    meeting = Meeting(**{name: details[name] for name in DETAILS}, changed_at=now)
    meeting.save()
    write_texts(meeting, texts)
    return meeting


@transaction.atomic
def change_meeting(*, meeting: Meeting, details: Mapping[str, Any], texts: Texts, now: datetime) -> Meeting:
    """Other details or texts. Where it was published and is still to come, everybody who is registered is told of
    another time, place or link, and places that are added go to those who wait.

    Raises TooFewPlaces.
    """
    meeting = lock(meeting)
    taken = meeting.registrations.registered().count()
    if details["capacity"] < taken:
        raise TooFewPlaces(taken)
    before = {name: getattr(meeting, name) for name in TELLING}
    for name in DETAILS:
        setattr(meeting, name, details[name])
    has_moved = {name: getattr(meeting, name) for name in TELLING} != before
    if has_moved:
        meeting.revision += 1
    if meeting.starts_at != before["starts_at"]:
        meeting.reminded_at = None  # of another day one is reminded anew
    meeting.changed_at = now
    meeting.save()
    write_texts(meeting, texts)
    if meeting.takes_people(now=now):
        if has_moved:
            tell_everybody(meeting=meeting, what="changed", now=now)
        move_up(meeting, now=now)
    changed(NETWORK)
    return meeting


def write_texts(meeting: Meeting, texts: Texts) -> None:
    """A language that is not among `texts` has none any more. Raises KeyError without the meeting's own."""
    if meeting.language not in texts:
        raise KeyError(meeting.language)
    meeting.texts.exclude(language__in=texts).delete()
    for language, fields in texts.items():
        Text.objects.update_or_create(meeting=meeting, language=language, defaults=dict(fields))


@transaction.atomic
def publish(*, meeting: Meeting, now: datetime) -> Meeting:
    """From now on anybody reads about it and organisations register people. Whoever wants to know of new meetings is
    told, unless it has begun. Doing it again changes nothing.
    """
    meeting = lock(meeting)
    if meeting.published_at is None:
        meeting.published_at = meeting.changed_at = now
        meeting.save()
        announce_meeting(meeting=meeting, now=now)
        changed(NETWORK)
    return meeting


@transaction.atomic
def call_off(*, meeting: Meeting, reason: str, now: datetime) -> Meeting:
    """It does not take place, for this reason: everybody who is registered or waits is told.

    Raises WrongMeetingState for a draft or one that is called off already, MeetingBegan.
    """
    meeting = lock(meeting)
    if meeting.published_at is None or meeting.is_called_off:
        raise WrongMeetingState
    if now >= meeting.starts_at:
        raise MeetingBegan
    meeting.called_off_at = meeting.changed_at = now
    meeting.reason = reason
    meeting.revision += 1
    meeting.save()
    take_back_announcement(meeting=meeting)
    tell_everybody(meeting=meeting, what="called_off", now=now)
    changed(NETWORK)
    return meeting


@transaction.atomic
def give_up_draft(*, meeting: Meeting) -> None:
    """A draft goes for good. Raises WrongMeetingState for one that was published: that is called off."""
    meeting = lock(meeting)
    if meeting.published_at is not None:
        raise WrongMeetingState
    meeting.delete()


@transaction.atomic
def set_results(*, meeting: Meeting, page_keys: Iterable[UUID]) -> Meeting:
    """The resources whose translations have these keys say what came of it, in this order."""
    meeting = lock(meeting)
    meeting.results.all().delete()
    Result.objects.bulk_create(Result(meeting=meeting, page_key=key) for key in dict.fromkeys(page_keys))
    changed(NETWORK)
    return meeting
