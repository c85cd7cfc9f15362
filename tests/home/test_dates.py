"""Dates in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override

from home.dates import date_in_words

FIRST = datetime(2027, 3, 1, 13, 30, tzinfo=UTC)


def in_a_template(moment: datetime, form: str) -> str:
    said = Template("{{ moment|date:form }}").render(Context({"moment": moment, "form": form}))
    return " ".join(said.split())  # the space between day and month may be one that does not break


@pytest.mark.parametrize(
    ("language", "form", "said"),
    [
        ("fr", "DATE_FORMAT", "1er mars 2027"),
        ("fr", "DATETIME_FORMAT", "1er mars 2027 à 14:30"),
        ("fr", "SHORT_DATE_FORMAT", "01.03.2027"),
        ("it", "DATE_FORMAT", "1° marzo 2027"),
        ("it", "DATETIME_FORMAT", "1° marzo 2027, ore 14:30"),
        ("it", "SHORT_DATE_FORMAT", "01.03.2027"),
        ("de", "DATE_FORMAT", "1. März 2027"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french_and_italian(language: str, form: str, said: str) -> None:
    with override(language):
        assert in_a_template(FIRST, form) == said
        assert " ".join(date_in_words(FIRST, form).split()) == said


def test_other_days_that_begin_with_a_one_stay_as_they_are() -> None:
    with override("fr"):
        assert in_a_template(FIRST.replace(day=11), "DATE_FORMAT") == "11 mars 2027"


def test_a_format_of_its_own_is_djangos() -> None:
    with override("fr"):
        assert in_a_template(FIRST, "Y-m-d") == "2027-03-01"
        assert in_a_template(FIRST, "j") == "1"
