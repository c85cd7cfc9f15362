"""When what is collected comes: at seven in the morning in Switzerland, weekly on Mondays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from members.models import User

from .kinds import DEFAULTS, Kind, Pace
from .models import Choice

ZURICH = ZoneInfo("Europe/Zurich")
HOUR = time(7)
STAFF_ENTER = "wagtailadmin.access_admin"
MONDAY = 0


def next_due(pace: str, *, now: datetime) -> datetime:
    """When a letter of this pace comes next. At once is now; after the hour it is another day."""
    if pace == Pace.ONCE:
        return now
    here = now.astimezone(ZURICH)
    day = here.date()
    if here.time() >= HOUR:
        day += timedelta(days=1)
    if pace == Pace.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, HOUR, tzinfo=ZURICH)


def paces_of(person: User) -> dict[Kind, Pace]:
    """How often the person hears of each kind."""
    chosen = {Kind(choice.kind): Pace(choice.pace) for choice in Choice.objects.filter(person=person)}
    return {kind: chosen.get(kind, DEFAULTS[kind]) for kind in Kind}


def kinds_for(person: User) -> list[Kind]:
    """Those that concern the person: what waits in the admin is for those who may enter it."""
    return [kind for kind in Kind if kind != Kind.STAFF or person.has_perm(STAFF_ENTER)]


def choices_of(people: Iterable[int], kind: str) -> dict[int, Choice]:
    """What those of `people` have chosen who did, by person, with its topics."""
    found = Choice.objects.filter(person__in=list(people), kind=kind).prefetch_related("topics")
    return {choice.person_id: choice for choice in found}


def who_hear(people: Iterable[User], kind: Kind) -> list[User]:
    """Those of `people` who hear of `kind` at all."""
    people = list(people)
    chosen = choices_of((person.pk for person in people), kind)
    paces = {person.pk: chosen[person.pk].pace if person.pk in chosen else DEFAULTS[kind] for person in people}
    return [person for person in people if paces[person.pk] != Pace.NEVER]
