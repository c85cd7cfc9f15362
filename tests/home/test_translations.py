"""A translation that is written at once is complete in wagtail-localize, too."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Locale, Revision
from wagtail_localize.models import Translation

from home.translations import TranslationDoesNotFit, localised, write_translation
from tests.home.factories import page, topic, translation_of

pytestmark = pytest.mark.django_db


def text(html: str) -> list[dict[str, Any]]:
    return [{"type": "text", "value": html, "id": "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a01"}]


def rich_text(made: Any) -> str:
    return str(made.body[0].value.source)


def test_a_written_translation_is_live_and_complete() -> None:
    german = page("Seite", body=text("<p>Ein <b>Satz</b>.</p>"))
    french = translation_of(german, "fr", "Page", body=text("<p>Une <b>phrase</b>.</p>"))
    total, translated = Translation.objects.get(source__object_id=german.translation_key).get_progress()
    assert total == translated == 3
    assert french.live
    assert rich_text(french) == "<p>Une <b>phrase</b>.</p>"


def test_writing_it_again_adds_no_revision() -> None:
    german = page("Seite", body=text("<p>Satz</p>"))
    translation_of(german, "fr", "Page", body=text("<p>Phrase</p>"))
    before = Revision.objects.count()
    translation_of(german, "fr", "Page", body=text("<p>Phrase</p>"))
    assert Revision.objects.count() == before


def test_a_changed_translation_is_written() -> None:
    german = page("Seite", body=text("<p>Satz</p>"))
    translation_of(german, "fr", "Page", body=text("<p>Phrase</p>"))
    assert rich_text(translation_of(german, "fr", "Page", body=text("<p>Mot</p>"))) == "<p>Mot</p>"


def test_links_may_lead_elsewhere_in_the_other_language() -> None:
    german = page("Seite", body=text('<p>Das <a href="https://example.org/de?a=1&amp;b=2">Amt</a>.</p>'))
    french = translation_of(german, "fr", "Page", body=text('<p>L\'<a href="https://example.org/fr">office</a>.</p>'))
    assert 'href="https://example.org/fr"' in rich_text(french)


def test_a_link_that_leads_to_two_places_in_the_other_language_is_refused() -> None:
    german = page("Seite", body=text('<p><a href="https://a.example">A</a> <a href="https://a.example">B</a></p>'))
    with pytest.raises(TranslationDoesNotFit, match=r"https://a\.example stands here twice"):
        translation_of(
            german,
            "fr",
            "Page",
            body=text('<p><a href="https://b.example">A</a> <a href="https://c.example">B</a></p>'),
        )


@pytest.mark.parametrize(
    "html", ["<p>Une phrase</p><p>De trop</p>", "<ul><li>Une phrase</li></ul>", "", "<p><b>Une phrase</b></p>"]
)
def test_a_translation_that_is_built_differently_is_refused(html: str) -> None:
    german = page("Seite", body=text("<p>Ein Satz</p>"))
    with pytest.raises(TranslationDoesNotFit, match="body"):
        translation_of(german, "fr", "Page", body=text(html))


def test_nothing_is_left_of_a_refused_translation() -> None:
    german = page("Seite", body=text("<p>Ein Satz</p>"))
    with pytest.raises(TranslationDoesNotFit):
        translation_of(german, "fr", "Page", body=text(""))
    assert not Translation.objects.filter(source__object_id=german.translation_key).exists()


def test_snippets_are_translated_too() -> None:
    german = topic("Datenschutz")
    french = Locale.objects.get(language_code="fr")
    texts = {"name": "Protection des données", "slug": "protection-des-donnees"}
    translated, written = write_translation(german, locale=french, texts=texts)
    assert (translated.name, translated.locale, written) == ("Protection des données", french, True)


def test_localised_takes_the_translation_where_there_is_one() -> None:
    both, german_only = topic("Datenschutz", fr="Protection des données"), topic("Website")
    found = localised([both, german_only], Locale.objects.get(language_code="fr"))
    assert [item.name for item in found] == ["Protection des données", "Website"]
