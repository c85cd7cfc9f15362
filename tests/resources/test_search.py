"""What is found, in which order, and what whoever finds nothing is told. On SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from home.plain_text import plain_text
from home.privacy import pages_hidden_from
from home.stemming import stems
from resources.indexing import index_all
from resources.models import ResourceIndexPage, ResourcePage
from resources.search import Matched, Results, Wanted, search
from resources.search_entry import SearchEntry
from resources.snippets import snippet
from tests.home.factories import page, topic, translation_of, unpublished
from tests.home.test_stemming import TABLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def library() -> ResourceIndexPage:
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    translation_of(index, "fr", "Ressources")
    translation_of(index, "it", "Risorse")
    return index


@pytest.fixture(params=["as the database does", "word by word"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With PostgreSQL's vector, and as on any other database."""
    if request.param == "word by word":
        monkeypatch.setattr("resources.search.has_vectors", lambda: False)


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "value": f"<p>{words}</p>"}]


def resource(library: Any, title: str, words: str = "", **fields: Any) -> Any:
    return page(title, parent=library, model=ResourcePage, **{"summary": "Kurz.", "body": text(words), **fields})


def find(asked: str, language: str = "de", **fields: Any) -> Results | None:
    return search(Wanted(asked, language, **fields), hidden=pages_hidden_from())


def titles(asked: str, language: str = "de", **fields: Any) -> list[str]:
    found = find(asked, language, **fields)
    return [entry.page.title for entry in found.entries] if found else []


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_each_form_of_a_word_finds_each_other(library: Any, language: str) -> None:
    pairs = [(one, other) for code, one, other in TABLE if code == language]
    index = library if language == "de" else library.get_translations().get(locale__language_code=language).specific
    for position, (one, other) in enumerate(pairs):
        resource(index, f"Text {position}", one if position % 2 else other)
    wrong = {
        asked: titles(asked, language)
        for position, pair in enumerate(pairs)
        for asked in pair
        if titles(asked, language) != [f"Text {position}"]
    }
    assert not wrong


@pytest.mark.usefixtures("either_way")
def test_texts_have_to_have_all_words_wherever_they_stand(library: Any) -> None:
    resource(library, "Beide", "Die Website einer Beratungsstelle und ihre Spenden")
    resource(library, "Nur eines", "Websites")
    assert titles("Spende Website") == ["Beide"]


@pytest.mark.usefixtures("either_way")
def test_those_with_the_word_in_the_title_come_first(library: Any) -> None:
    resource(library, "Im Text", "Schulung Schulung Schulung Schulung")
    resource(library, "Schulungen planen", "Wie man es macht")
    resource(library, "Auch im Text", "Schulung")
    assert titles("Schulung")[0] == "Schulungen planen"
    assert len(titles("Schulung")) == 3


@pytest.mark.usefixtures("either_way")
def test_where_no_text_has_the_word_those_with_words_that_begin_so_are_shown(library: Any) -> None:
    resource(library, "Datenschutz", "Datenschutzerklärung")
    found = find("Datens")
    assert found is not None
    assert (found.matched, [entry.page.title for entry in found.entries]) == (Matched.BEGINNINGS, ["Datenschutz"])


@pytest.mark.usefixtures("either_way")
def test_where_no_text_has_all_words_those_with_some_are_shown(library: Any) -> None:
    resource(library, "Eines", "Newsletter")
    found = find("Newsletter Elefant")
    assert found is not None
    assert (found.matched, found.total) == (Matched.SOME, 1)


def test_each_language_finds_its_own_texts_only(library: Any) -> None:
    german = resource(library, "Vorlage", "Vorlage")
    translation_of(
        german,
        "fr",
        "Modèle",
        summary="Court.",
        body=[{"type": "text", "id": german.body[0].id, "value": "<p>Modèle</p>"}],
    )
    assert (titles("Vorlage"), titles("modele", "fr"), titles("Vorlage", "fr")) == (["Vorlage"], ["Modèle"], [])


def test_what_is_taken_off_the_site_deleted_or_a_draft_is_not_found(library: Any) -> None:
    unpublished(resource(library, "Eins", "Kanal"))
    resource(library, "Zwei", "Kanal").delete()
    drafted = resource(library, "Drei", "Kanal")
    drafted.body = text("Etwas anderes")
    drafted.save_revision()
    assert titles("Kanal") == ["Drei"]
    drafted.save_revision().publish()
    assert titles("Kanal") == []


def test_private_pages_are_not_found_by_visitors(library: Any) -> None:
    closed = resource(library, "Geheim", "Passwort")
    closed.view_restrictions.create(restriction_type="login")
    assert titles("Passwort") == []


@pytest.mark.usefixtures("either_way")
def test_kinds_are_counted_and_narrow_the_list(library: Any) -> None:
    resource(library, "Text", "Protokoll")
    page("Seite", body=text("Protokoll"))
    found = find("Protokoll")
    assert found is not None
    assert found.counts == {"resource": 1, "page": 1}
    assert titles("Protokoll", kind="page") == ["Seite"]


@pytest.mark.usefixtures("either_way")
def test_topic_and_format_narrow_the_list(library: Any) -> None:
    made = resource(library, "Mit Thema", "Ablage", format="tool")
    made.topics = [about := topic("Website")]
    made.save_revision().publish()
    resource(library, "Ohne", "Ablage", format="guide", level="some")
    assert titles("Ablage", topic=about) == ["Mit Thema"]
    assert titles("Ablage", format="guide") == ["Ohne"]
    assert titles("Ablage", level="some") == ["Ohne"]
    assert titles("Website") == ["Mit Thema"]


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("asked", ["?!", "'", "und", "a & b | !", "x" * 10_000, "%_\\", ":*", "(((", "\\0", "„“"])
def test_whatever_is_asked_gets_an_answer(client: Client, library: Any, asked: str) -> None:
    response = client.get("/de/suche/", {"q": asked})
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("query", ["page=0", "page=9999", "page=x", "kind=x", "topic=x", "format=x", "page=-1"])
def test_what_there_is_not_is_ignored(client: Client, library: Any, query: str) -> None:
    resource(library, "Treffer", "Kanal")
    assert "Treffer" in client.get(f"/de/suche/?q=kanal&{query}").content.decode()


def test_results_are_in_pages_whose_addresses_keep_the_question(client: Client, library: Any) -> None:
    for number in range(21):
        resource(library, f"Nummer {number}", "Ordner")
    first = client.get("/de/suche/?q=ordner&kind=resource").content.decode()
    assert "21 Treffer" in first
    assert "?q=ordner&amp;kind=resource&amp;page=2" in first
    assert client.get("/de/suche/?q=ordner&page=2").content.decode().count('class="card"') == 1


def test_mark_up_in_titles_and_questions_is_text(client: Client, library: Any) -> None:
    resource(library, "<b>Fett</b>", "Schrift &lt;script&gt;alert(1)&lt;/script&gt;")
    shown = client.get("/de/suche/", {"q": "Schrift <script>"}).content.decode()
    assert "&lt;b&gt;Fett" in shown
    assert "<script>alert" not in shown
    assert "<mark>Schrift</mark>" in shown


def test_whoever_finds_nothing_is_told_of_other_languages(client: Client, library: Any) -> None:
    resource(library, "Vorlage", "Vorlage")
    shown = client.get("/fr/recherche/?q=Vorlage").content.decode()
    assert "/de/suche/?q=Vorlage" in shown


def test_every_page_has_a_field_for_the_search_that_leads_to_its_own(client: Client, library: Any) -> None:
    html = client.get(library.url).content.decode()
    assert '<form action="/de/suche/">' in html
    field = '<input id="find" name="q" type="search"'
    assert html.count(field) == 1
    assert field not in client.get("/de/suche/", {"q": "Wissen"}).content.decode()


def test_the_index_can_be_made_anew(library: Any, capsys: pytest.CaptureFixture[str]) -> None:
    resource(library, "Text", "Kanal")
    before = sorted(SearchEntry.objects.values_list("page", "stems"))
    SearchEntry.objects.all().delete()
    call_command("rebuild_search")
    assert f"{len(before)} pages can be found" in capsys.readouterr().out
    assert sorted(SearchEntry.objects.values_list("page", "stems")) == before
    assert index_all() == (len(before), 0)


def test_words_in_bold_keep_their_comma_and_paragraphs_stay_apart() -> None:
    written = "<p>Des <b>données sensibles</b>, et <a href='/x'>leur accès</a>.</p><p>Ensuite<br/>rien</p><p>un</p>"
    assert plain_text(written) == "Des données sensibles, et leur accès. Ensuite rien un"


def test_a_line_of_a_snippet_never_begins_with_a_colon() -> None:
    written = "<p>Des données\N{NO-BREAK SPACE}: notes  de\nfrais</p>"
    assert plain_text(written) == "Des données\N{NO-BREAK SPACE}: notes de frais"


def test_a_snippet_shows_the_words_with_their_surroundings() -> None:
    long = "Anfang. " * 60 + "Hier steht etwas über Schulungen im Verein. " + "Ende. " * 60
    shown = snippet(long, stems("Schulung", "de"), "de")
    assert "über <mark>Schulungen</mark> im Verein" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 260
    assert snippet("Nichts davon", stems("Schulung", "de"), "de") == ""


def test_one_search_asks_the_database_as_often_for_many_hits_as_for_one(
    client: Client, library: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        resource(library, f"Nummer {number}", "Ordner")
    client.get("/de/suche/?q=ordner")
    for asked, most in (("ordner", 9), ("elefant", 10)):  # found and not found
        with django_assert_max_num_queries(most):
            client.get(f"/de/suche/?q={asked}")
