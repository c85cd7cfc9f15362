"""A resource says when somebody last made sure that it is still right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


def resource(**fields: Any) -> Any:
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    return page("Leitfaden", parent=index, model=ResourcePage, summary="Kurz", **fields)


def html(url: str) -> str:
    return str(Client().get(url).content.decode())


def test_readers_see_when_it_was_last_reviewed() -> None:
    assert "zuletzt geprüft am 1.\N{NO-BREAK SPACE}März 2026" in html(resource(reviewed_on=date(2026, 3, 1)).url)


def test_where_nobody_has_said_so_nothing_is_claimed() -> None:
    assert "zuletzt geprüft" not in html(resource().url)


def test_a_translation_takes_the_day_of_its_source() -> None:
    french = translation_of(resource(reviewed_on=date(2026, 3, 1)), "fr", "Guide", summary="Court")
    shown = html(french.url).replace("\N{NO-BREAK SPACE}", " ")
    assert "vérifié pour la dernière fois le 1er mars 2026" in shown


def test_a_review_that_is_still_to_come_is_refused() -> None:
    made = resource()
    made.reviewed_on = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError) as raised:
        made.full_clean()
    assert raised.value.error_dict["reviewed_on"][0].code == "reviewed_in_future"
    made.reviewed_on = timezone.localdate()
    made.full_clean()
