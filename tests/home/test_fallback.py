"""A page without a translation is served in its own language, and says so (DESIGN.md section 3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape
from wagtail.models import Locale

from home.languages import ONLY_IN_SENTENCE
from tests.home.factories import home_page, page, translation_of, unpublished

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Any:
    """A German page."""
    return page("Leitfaden")


def html(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def sentence(source: str, reader: str) -> str:
    with translation.override(reader):
        return escape(str(ONLY_IN_SENTENCE[source]))


def test_a_page_without_translation_is_served_inside_the_other_interface(client: Client, guide: Any) -> None:
    shown = html(client, "/fr/leitfaden/")
    assert '<html lang="fr">' in shown
    assert '<article lang="de">' in shown
    assert "<h1>Leitfaden</h1>" in shown


def test_it_says_so_in_the_readers_language(client: Client, guide: Any) -> None:
    assert sentence("de", "fr") in html(client, "/fr/leitfaden/")


def test_its_canonical_address_is_the_source_and_it_has_no_hreflang(client: Client, guide: Any) -> None:
    translation_of(guide, "it", "Guida")
    shown = html(client, "/fr/leitfaden/")
    assert '<link rel="canonical" href="http://testserver/de/leitfaden/">' in shown
    assert 'rel="alternate" hreflang' not in shown


def test_a_page_in_its_own_language_has_no_note(client: Client, guide: Any) -> None:
    shown = html(client, "/de/leitfaden/")
    assert '<article lang="de">' in shown
    assert sentence("de", "de") not in shown


def test_the_address_of_another_language_leads_to_the_translation(client: Client, guide: Any) -> None:
    translation_of(guide, "fr", "Guide pratique")
    response = client.get("/fr/leitfaden/")
    assert (response.status_code, response["Location"]) == (302, "/fr/guide-pratique/")


def test_it_does_so_in_every_direction(client: Client, guide: Any) -> None:
    translation_of(guide, "fr", "Guide pratique")
    assert client.get("/de/guide-pratique/")["Location"] == "/de/leitfaden/"


def test_the_address_of_a_translation_leads_to_the_source_where_there_is_none(client: Client, guide: Any) -> None:
    translation_of(guide, "fr", "Guide pratique")
    assert client.get("/it/guide-pratique/")["Location"] == "/it/leitfaden/"


def test_a_page_below_a_translated_page_keeps_its_own_address(client: Client, guide: Any) -> None:
    translation_of(guide, "fr", "Guide pratique")
    page("Anhang", parent=guide)
    assert "<h1>Anhang</h1>" in html(client, "/fr/guide-pratique/anhang/")
    assert client.get("/fr/leitfaden/anhang/")["Location"] == "/fr/guide-pratique/anhang/"


def test_a_page_below_an_untranslated_page_is_found_too(client: Client, guide: Any) -> None:
    page("Anhang", parent=guide)
    assert "<h1>Anhang</h1>" in html(client, "/fr/leitfaden/anhang/")


def test_a_page_written_in_french_first_is_shown_to_readers_of_german(client: Client) -> None:
    page("Mode d'emploi", parent=home_page("fr"))
    shown = html(client, "/de/mode-demploi/")
    assert '<article lang="fr">' in shown
    assert sentence("fr", "de") in shown


def test_an_alias_under_another_language_counts_as_no_translation(client: Client, guide: Any) -> None:
    guide.copy_for_translation(Locale.objects.get(language_code="fr"), copy_parents=True, alias=True)
    shown = html(client, "/fr/leitfaden/")
    assert '<article lang="de">' in shown
    assert '<link rel="canonical" href="http://testserver/de/leitfaden/">' in shown


def test_a_translation_below_an_alias_is_served_as_a_translation(client: Client, guide: Any) -> None:
    translated = translation_of(page("Anhang", parent=guide), "fr", "Annexe")
    assert translated.get_parent().alias_of_id == guide.pk
    assert '<article lang="fr">' in html(client, "/fr/leitfaden/annexe/")


def test_a_missing_page_is_a_404(client: Client, guide: Any) -> None:
    assert client.get("/fr/nope/").status_code == 404
    assert client.get("/fr/leitfaden/nope/").status_code == 404
    assert client.get("/fr/leit%00faden/").status_code == 404


def test_an_unpublished_page_is_a_404_in_every_language(client: Client, guide: Any) -> None:
    unpublished(guide)
    assert [client.get(f"/{language}/leitfaden/").status_code for language in ("de", "fr", "it")] == [404, 404, 404]


def test_an_unpublished_translation_gives_way_to_the_source(client: Client, guide: Any) -> None:
    unpublished(translation_of(guide, "fr", "Guide pratique"))
    assert '<article lang="de">' in html(client, "/fr/leitfaden/")
    assert client.get("/fr/guide-pratique/").status_code == 404


def test_translations_outlive_their_source_and_one_takes_its_place(client: Client, guide: Any) -> None:
    translation_of(guide, "fr", "Guide pratique")
    translation_of(guide, "it", "Guida")
    guide.delete()
    assert '<article lang="fr">' in html(client, "/fr/guide-pratique/")
    assert '<article lang="it">' in html(client, "/it/guida/")
    assert sentence("fr", "de") in html(client, "/de/guide-pratique/")
    assert client.get("/de/leitfaden/").status_code == 404


def test_without_a_home_page_in_a_language_its_address_shows_the_german_one(client: Client) -> None:
    unpublished(home_page("fr"))
    shown = html(client, "/fr/")
    assert '<html lang="fr">' in shown
    assert '<article lang="de">' in shown
