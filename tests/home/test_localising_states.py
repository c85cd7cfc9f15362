"""How each page and snippet stands in each language; and nothing is outdated whose texts are the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.operations import translate_object

from home.localising.states import State, rows
from home.models import StandardPage, Topic
from home.translations import write_translation
from tests.home.factories import home_page, page, topic, translation_of, unpublished

pytestmark = pytest.mark.django_db
FIRST, SECOND = "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a01", "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a02"


def text(html: str, block: str = FIRST) -> dict[str, Any]:
    return {"type": "text", "value": html, "id": block}


def cell(made: Any, language: str = "fr") -> Any:
    (row,) = rows(keys=[made.translation_key])
    return row.cells[language]


def publish(made: Any, **fields: Any) -> Any:
    """Publish a page once more, with what an editor changed."""
    changed = type(made).objects.get(pk=made.pk)
    for name, value in fields.items():
        setattr(changed, name, json.dumps(value) if isinstance(value, list) else value)
    changed.save_revision().publish()
    return type(made).objects.get(pk=made.pk)


@pytest.fixture
def german() -> Any:
    made = page("Seite", body=[text("<p>Ein Satz.</p>"), text("<p>Noch einer.</p>", SECOND)])
    translation_of(made, "fr", "Page", body=[text("<p>Une phrase.</p>"), text("<p>Une autre.</p>", SECOND)])
    return made


def test_a_page_is_its_source_and_live_translations_and_not_translated(german: Any) -> None:
    (row,) = rows(keys=[german.translation_key])
    assert (row.title, row.source.language, row.cells["de"].is_source) == ("Seite", "de", True)
    assert [row.cells[code].state for code in ("de", "fr", "it")] == [State.LIVE, State.LIVE, State.NONE]


def test_a_changed_sentence_makes_one_segment_outdated_at_once(german: Any) -> None:
    publish(german, body=[text("<p>Ein anderer Satz.</p>"), text("<p>Noch einer.</p>", SECOND)])
    found = cell(german)
    assert (found.state, found.progress.missing, found.progress.total) == (State.OUTDATED, 1, 4)


def test_a_new_block_makes_its_segments_outdated(german: Any) -> None:
    third = text("<p>Drei.</p><p>Vier.</p>", "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a03")
    publish(german, body=[text("<p>Ein Satz.</p>"), third, text("<p>Noch einer.</p>", SECOND)])
    assert (cell(german).state, cell(german).progress.missing) == (State.OUTDATED, 2)


def test_publishing_once_more_makes_nothing_outdated(german: Any) -> None:
    publish(german)
    assert cell(german).state == State.LIVE


def test_a_field_that_nobody_translates_makes_nothing_outdated(german: Any) -> None:
    publish(german, in_footer=True)
    assert cell(german).state == State.LIVE


def test_a_draft_of_the_source_makes_nothing_outdated(german: Any) -> None:
    german.title = "Neuer Titel"
    german.save_revision()
    assert cell(german).state == State.LIVE


def test_a_paragraph_that_is_gone_leaves_the_translation_to_be_published_anew(german: Any) -> None:
    publish(german, body=[text("<p>Ein Satz.</p>")])
    assert (cell(german).state, cell(german).progress.missing) == (State.READY, 0)


def test_a_translation_that_caught_up_is_ready_and_then_live(german: Any) -> None:
    publish(german, title="Neuer Titel")
    translation = Translation.objects.get(source__object_id=german.translation_key)
    segment = translation.source.stringsegment_set.get(context__path="title")
    StringTranslation.objects.create(
        translation_of=segment.string,
        context=segment.context,
        locale=translation.target_locale,
        data="Nouveau titre",
        translation_type="manual",
    )
    assert cell(german).state == State.READY
    translation.save_target(publish=False)
    assert cell(german).state == State.LIVE


def test_a_translation_that_was_begun_is_a_draft_with_what_it_lacks() -> None:
    german = page("Seite", body=[text("<p>Ein Satz.</p>")])
    translate_object(german, [Locale.objects.get(language_code="it")])
    found = cell(german, "it")
    assert (found.state, found.progress.missing, found.progress.total) == (State.DRAFT, 3, 3)


def test_a_complete_translation_that_is_not_live_is_ready(german: Any) -> None:
    unpublished(german.get_translation(Locale.objects.get(language_code="fr")))
    assert cell(german).state == State.READY


def test_an_alias_in_another_language_is_no_translation() -> None:
    parent = page("Oben")
    child = page("Unten", parent=parent)
    translation_of(child, "fr", "Dessous")
    assert Page.objects.get(translation_key=parent.translation_key, locale__language_code="fr").alias_of_id == parent.pk
    assert cell(parent).state == State.NONE


def test_what_was_written_in_french_first_has_its_source_there() -> None:
    french = page("Page", parent=home_page("fr"))
    (row,) = rows(keys=[french.translation_key])
    assert (row.source.language, row.cells["fr"].is_source, row.cells["de"].state) == ("fr", True, State.NONE)


def test_a_page_that_is_no_longer_tied_to_its_source_is_not_compared(german: Any) -> None:
    Translation.objects.filter(source__object_id=german.translation_key).update(enabled=False)
    publish(german, title="Neuer Titel")
    assert cell(german).state == State.LIVE


def test_a_renamed_topic_is_outdated_at_once() -> None:
    german = topic("Datenschutz", fr="Protection des données")
    assert cell(german).state == State.LIVE
    german.name = "Datensicherheit"
    german.save()
    assert (cell(german).state, cell(german).progress.missing) == (State.OUTDATED, 1)


def test_an_unreviewed_text_of_a_machine_is_missing(german: Any) -> None:
    StringTranslation.objects.filter(data="Une phrase.").update(translation_type="machine")
    found = cell(german)
    assert (found.state, found.progress.missing, found.progress.unreviewed) == (State.OUTDATED, 1, 1)


def test_each_language_is_counted_by_itself(german: Any) -> None:
    translation_of(german, "it", "Pagina", body=[text("<p>Una frase.</p>"), text("<p>Un'altra.</p>", SECOND)])
    StringTranslation.objects.filter(data="Une phrase.").delete()
    assert [cell(german, code).progress.missing for code in ("fr", "it")] == [1, 0]
    assert [cell(german, code).progress.total for code in ("fr", "it")] == [4, 4]


def test_more_pages_take_no_more_queries(german: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            rows()
        return len(caught)

    rows()
    few = queries()
    for n in range(5):
        translation_of(page(f"Seite {n}"), "fr", f"Page {n}")
        topic(f"Thema {n}", fr=f"Thème {n}")
    assert queries() == few <= 7
    assert {Topic, StandardPage} <= {row.source.model for row in rows()}


def test_writing_the_same_translation_again_leaves_it_live(german: Any) -> None:
    publish(german, in_footer=True)
    german = StandardPage.objects.get(pk=german.pk)
    same = [text("<p>Une phrase.</p>"), text("<p>Une autre.</p>", SECOND)]
    locale = Locale.objects.get(language_code="fr")
    write_translation(
        german, locale=locale, texts={"title": "Page", "slug": "page", "body": json.dumps(same)}, force=True
    )
    assert cell(german).state == State.LIVE
