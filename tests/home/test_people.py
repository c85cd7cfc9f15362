"""Pages of every kind show authors and experts, each in the reader's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale
from wagtail_localize.models import Translation

from home.translations import write_translation
from pooling.workshops.models import Expert
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


def expert(name: str, role: str = "Datenschutz", **roles: str) -> Expert:
    german = Expert.objects.create(name=name, role=role, locale=Locale.objects.get(language_code="de"))
    for language, translated in roles.items():
        locale = Locale.objects.get(language_code=language)
        write_translation(german, locale=locale, texts={"role": translated, "bio": ""})
    return german


def people(*chosen: Expert, title: str = "Geschrieben von") -> list[dict[str, Any]]:
    items = [{"type": "item", "id": f"p{number}", "value": each.pk} for number, each in enumerate(chosen)]
    return [{"type": "people", "id": "people", "value": {"title": title, "people": items}}]


def resource(title: str = "Leitfaden", **fields: Any) -> Any:
    index = ResourceIndexPage.objects.filter(locale__language_code="de").first()
    if index is None:
        index = page("Wissen", model=ResourceIndexPage)
        translation_of(index, "fr", "Ressources")
    return page(title, parent=index, model=ResourcePage, summary="Kurz", **fields)


def html(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_people_are_shown_in_the_readers_language_and_translators_have_only_the_title_to_write() -> None:
    made = resource(body=people(expert("Ada Muster", fr="Protection des données"), expert("Bea Beispiel", "Homepages")))
    assert "Datenschutz</span>" in html(made.url)
    french = translation_of(made, "fr", "Guide", summary="Court", body=people(title="Écrit par"))
    total, done = Translation.objects.get(source__object_id=made.translation_key).get_progress()
    assert total == done
    shown = html(french.url)
    assert "Écrit par</h2>" in shown
    assert '<p lang="fr"> <strong>Ada Muster</strong> <br><span class="soft">Protection des données</span>' in shown
    assert '<p lang="de"> <strong>Bea Beispiel</strong> <br><span class="soft">Homepages</span>' in shown


def test_a_plain_page_shows_people_and_is_found_by_their_names_in_each_language() -> None:
    ada = expert("Ada Muster", fr="Protection des données")
    made = page("Über uns", body=people(ada, expert("Bea Beispiel")))
    translation_of(made, "fr", "À propos", body=people(title="Qui participe"))
    assert "<strong>Ada Muster</strong>" in html(made.url)
    assert "Über uns" in html("/de/suche/?q=muster")
    assert "À propos" in html("/fr/recherche/?q=muster")


def test_a_person_who_is_gone_leaves_the_page_as_it_is() -> None:
    made = resource(body=people(gone := expert("Ada Muster")))
    Expert.objects.filter(pk=gone.pk).delete()
    assert "Geschrieben von" not in html(made.url)


def test_five_people_cost_as_many_queries_as_two() -> None:
    Client().get(resource("Zuvor").url)
    counts = []
    for number in (2, 5):
        made = resource(f"Text {number}", body=people(*(expert(f"Person {number} {n}") for n in range(number))))
        with CaptureQueriesContext(connection) as queries:
            assert html(made.url).count(f"<strong>Person {number}") == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
