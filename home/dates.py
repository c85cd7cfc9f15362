"""Dates in words, as a reader of the language writes them: in French the first of a month is "1er"."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language

IN_WORDS = ("DATE_FORMAT", "DATETIME_FORMAT")


def date_in_words(moment: date, form: str = "DATE_FORMAT") -> str:
    """`moment` in Swiss time, by the name of a format of portal/formats."""
    if isinstance(moment, datetime) and is_aware(moment):
        moment = localtime(moment)
    return with_first(date_format(moment, form), form)


def with_first(text: str, form: str | None) -> str:
    """A date that Django wrote; it knows no ordinal numbers but English ones."""
    if form in IN_WORDS and (get_language() or "").startswith("fr"):
        return re.sub(r"^1(?=\s)", "1er", text)
    return text
