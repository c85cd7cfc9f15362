"""Dates in words, as a reader of the language writes them: the first of a month is "1er" in French, "1°" in Italian."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language

IN_WORDS = ("DATE_FORMAT", "DATETIME_FORMAT")
FIRST = {"fr": "1er", "it": "1°"}


def date_in_words(moment: date, form: str = "DATE_FORMAT") -> str:
    """`moment` in Swiss time, by the name of a format of portal/formats."""
    if isinstance(moment, datetime) and is_aware(moment):
        moment = localtime(moment)
    return with_first(date_format(moment, form), form)


def with_first(text: str, form: str | None) -> str:
    """A date that Django wrote; it knows no ordinal numbers but English ones."""
    first = FIRST.get((get_language() or "")[:2])
    if first and form in IN_WORDS:
        return re.sub(r"^1(?=\s)", first, text)
    return text
