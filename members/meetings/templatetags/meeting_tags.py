"""When a meeting takes place, in the reader's words."""

from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from home.dates import date_in_words

register = template.Library()

TIMED = re.compile(r"^\s*(\d{1,2}[:.]\d{2}(?:\s*[-–]\s*\d{1,2}[:.]\d{2})?)\s+(.+)$")


@register.simple_tag
def when(starts_at: datetime, ends_at: datetime) -> str:
    """`{% when meeting.starts_at meeting.ends_at %}`: "5. März 2027, 14:00 bis 17:00", or with two days."""
    start, end = localtime(starts_at), localtime(ends_at)
    told = date_format(end, "TIME_FORMAT") if start.date() == end.date() else date_in_words(end, "DATETIME_FORMAT")
    return _("%(start)s to %(end)s") % {"start": date_in_words(start, "DATETIME_FORMAT"), "end": told}


@register.filter
def points(programme: str) -> list[tuple[str, str]]:
    """`{% for time, what in text.programme|points %}`: a line each, the time at its beginning apart if there is one."""
    found = []
    for line in programme.splitlines():
        timed = TIMED.match(line)
        if timed:
            found.append((timed[1], timed[2]))
        elif line.strip():
            found.append(("", line.strip()))
    return found
