"""The letter of a working day to staff: what waits for their decision, within what each may do.

tick looks once a day at what waits for each person, under that person's lock. A letter is written if something waits
that did not at the last look, or if a dispute must soon be answered. So a tick that is late, dies or runs twice sends
nothing twice and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from home.dates import date_in_words
from members.letters.actions import queue_letter_to_staff
from members.links import absolute
from members.models import User
from members.notices.delivery import why
from members.notices.kinds import Kind, Pace
from members.notices.links import stop_url
from members.notices.models import Briefing
from members.notices.paces import HOUR, STAFF_ENTER, ZURICH, paces_of

from .waiting import DESKS, Desk, Row

LETTER = "portal/letters/waiting.txt"
SATURDAY = 5
NEAR = timedelta(days=3)  # by the calendar: a deadline no further away than this is named every working day

Waiting = Mapping[Desk, list[Row]]


def brief_staff(*, now: datetime) -> int:
    """On working days from seven in the morning in Switzerland. Returns how many letters were written."""
    here = now.astimezone(ZURICH)
    if here.weekday() >= SATURDAY or here.time() < HOUR:
        return 0
    staff = ModelBackend().with_perm(STAFF_ENTER)
    people = list(staff.exclude(briefing__looked_on__gte=here.date()).order_by("pk").values_list("pk", flat=True))
    if not people:
        return 0
    waiting = {desk: list(desk.rows(now)) for desk in DESKS}
    return sum(brief(pk=pk, waiting=waiting, today=here.date(), now=now) for pk in people)


@transaction.atomic
def brief(*, pk: int, waiting: Waiting, today: date, now: datetime) -> bool:
    """Tell one person what waits for them, if there is a reason to and nobody looked today. Returns whether."""
    person = User.objects.select_for_update(no_key=True).get(pk=pk)
    last = Briefing.objects.filter(person=person).first()
    if not person.is_active or (last and last.looked_on >= today):
        return False
    before = last.waited if last else {}
    mine = {desk: rows for desk, rows in waiting.items() if rows and person.has_perm(desk.permission)}
    told = {desk.name: [row.name for row in rows] for desk, rows in mine.items()}
    Briefing.objects.update_or_create(person=person, defaults={"looked_on": today, "waited": told})
    near = {desk: soon for desk, rows in mine.items() if (soon := [row for row in rows if is_near(row, now=now)])}
    wants = paces_of(person)[Kind.STAFF] != Pace.NEVER
    has_new = any(not set(names) <= set(before.get(name, ())) for name, names in told.items())
    if not near and not (wants and has_new):
        return False
    queue_letter_to_staff(
        person=person,
        key=f"waiting-{today}",
        template=LETTER,
        context=facts(mine if wants else near, near, language=person.language, now=now),
        why=why(Kind.STAFF, language=person.language),
        stop_url=stop_url(person, Kind.STAFF) if wants else "",
        now=now,
    )
    return True


def is_near(row: Row, *, now: datetime) -> bool:
    if row.due is None or row.due <= now:
        return False
    return row.due.astimezone(ZURICH).date() - now.astimezone(ZURICH).date() <= NEAR


def facts(waiting: Waiting, near: Waiting, *, language: str, now: datetime) -> dict[str, object]:
    """What the letter is written from: an entry for each desk, how many things wait, and the deadline that is near."""
    soon = [row.due for rows in near.values() for row in rows if row.due]
    with translation.override(language):
        return {
            "n": sum(map(len, waiting.values())),
            "deadline": date_in_words(min(soon)) if soon else "",
            "entries": [
                {
                    "title": desk.title % {"n": len(rows)},
                    "text": since_and_until(rows, now=now),
                    "url": absolute(desk.place, language=language) + desk.spot,
                }
                for desk, rows in waiting.items()
            ],
        }


def since_and_until(rows: list[Row], *, now: datetime) -> str:
    """Since when the oldest waits; or, where there is a deadline, until when the most urgent can be answered."""
    n, deadlines = len(rows), [row.due for row in rows if row.due and row.due > now]
    if deadlines:
        sentence = ngettext("Please answer by %(day)s.", "Please answer the most urgent one by %(day)s.", n)
        return sentence % {"day": date_in_words(min(deadlines), "DATETIME_FORMAT")}
    sentence = ngettext("It has waited since %(day)s.", "The oldest one has waited since %(day)s.", n)
    return sentence % {"day": date_in_words(min(row.since for row in rows))}
