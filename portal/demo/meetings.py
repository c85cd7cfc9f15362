"""The step that loads the demo's meetings, by the actions that people use."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress
from members.meetings.actions import register
from members.meetings.deciding import publish, set_results, write_meeting
from members.meetings.letters import take_back_announcement
from members.meetings.models import Meeting, Registration

from .files import read_yaml
from .network import organisation

ANNOUNCED = timedelta(days=40)  # before it begins


def load_meetings(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("meetings.yaml"):
        title = entry["texts"][entry["language"]]["title"]
        is_new = not Meeting.objects.filter(texts__title=title).exists()
        if is_new:
            load(entry, now=now)
        progress.note(title, changed=is_new)


def load(entry: dict[str, Any], *, now: datetime) -> None:
    day = timezone.localdate(now) + timedelta(days=entry["days"])
    begins, ends = (moment(day, entry[name]) for name in ("begins", "ends"))
    details = {name: entry[name] for name in ("kind", "language", "place", "online_url", "capacity")}
    before = begins - ANNOUNCED
    meeting = write_meeting(details={**details, "starts_at": begins, "ends_at": ends}, texts=entry["texts"], now=before)
    publish(meeting=meeting, now=before)
    for number, (key, name, email) in enumerate(entry["people"]):
        of = organisation(key)
        sent = {"organisation": of, "name": name, "email": email, "by": of.administrators()[0]}
        register(meeting=meeting, **sent, now=before + timedelta(hours=number))
    set_results(meeting=meeting, page_keys=[UUID(stable_id(f"resources/{key}")) for key in entry.get("results", [])])
    # Nobody reads those mailboxes, and of what is over nobody wants to hear.
    take_back_announcement(meeting=meeting)
    Registration.objects.filter(meeting=meeting).update(letter="")


def moment(day: Any, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime.combine(day, time(hour, minute), timezone.get_default_timezone())
