"""The library: filters, lists, and what a resource says about itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from wagtail.models import Locale

from home.models import Topic
from home.plain_text import plain_text
from resources.listing import Listing, Numbers
from resources.models import ResourceIndexPage, ResourcePage, minutes_to_read
from tests.home.factories import page, topic, translation_of, unpublished

pytestmark = pytest.mark.django_db


@pytest.fixture
def library() -> ResourceIndexPage:
    """A library in German and French."""
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    translation_of(index, "fr", "Ressources")
    return index


def resource(library: ResourceIndexPage, title: str, *, topics: list[Topic] | None = None, **fields: Any) -> Any:
    """A live German resource in `library`."""
    made = page(title, parent=library, model=ResourcePage, summary=f"{title} kurz", **fields)
    if topics:
        made.topics = topics
        made.save_revision().publish()
    return ResourcePage.objects.get(pk=made.pk)


def shown(client: Client, address: str) -> list[str]:
    """The titles of the resources that the list at `address` shows."""
    response = client.get(address)
    assert response.status_code == 200
    return [found.title for found in response.context["listing"].page]


def test_the_library_lists_live_resources_of_its_language_newest_first(client: Client, library: Any) -> None:
    resource(library, "Erster")
    translation_of(resource(library, "Zweiter"), "fr", "Deuxième", summary="Court")
    unpublished(resource(library, "Entwurf"))
    assert shown(client, "/de/wissen/") == ["Zweiter", "Erster"]
    assert shown(client, "/fr/ressources/") == ["Deuxième"]


def test_a_text_that_only_stands_in_for_a_translation_is_not_in_the_list(client: Client, library: Any) -> None:
    german = resource(library, "Erster")
    alias = german.copy_for_translation(Locale.objects.get(language_code="fr"), alias=True)
    assert alias.live
    assert alias.get_parent().title == "Ressources"
    assert shown(client, "/fr/ressources/") == []
    german.create_alias(update_slug="noch-einmal")  # one within the language is as good as its source
    assert shown(client, "/de/wissen/") == ["Erster", "Erster"]


def test_the_library_is_filtered_by_topic(client: Client, library: Any) -> None:
    resource(library, "Eins", topics=[topic("Datenschutz")])
    resource(library, "Zwei", topics=[topic("Website")])
    assert shown(client, "/de/wissen/?topic=website") == ["Zwei"]


def test_the_library_is_filtered_by_format(client: Client, library: Any) -> None:
    resource(library, "Eins", format="guide")
    resource(library, "Zwei", format="tool")
    assert shown(client, "/de/wissen/?format=tool") == ["Zwei"]


def test_filters_work_together(client: Client, library: Any) -> None:
    about = topic("Website")
    resource(library, "Eins", format="guide", topics=[about])
    resource(library, "Zwei", format="tool")
    assert shown(client, "/de/wissen/?topic=website&format=guide") == ["Eins"]
    response = client.get("/de/wissen/?topic=website&format=tool")
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("query", ["topic=nope", "format=nope", "topic=%00", "topic=a'--", "x=1", "topic=&format="])
def test_unknown_filters_are_ignored(client: Client, library: Any, query: str) -> None:
    resource(library, "Eins")
    assert shown(client, f"/de/wissen/?{query}") == ["Eins"]


def test_an_empty_library_says_so(client: Client, library: Any) -> None:
    assert 'class="empty"' in client.get("/de/wissen/").content.decode()


def test_a_translated_resource_is_filed_under_the_translated_topic(client: Client, library: Any) -> None:
    german = resource(library, "Eins", topics=[topic("Datenschutz", fr="Protection des données")])
    french = translation_of(german, "fr", "Un", summary="Court")
    assert [found.name for found in french.topics.all()] == ["Protection des données"]
    assert shown(client, "/fr/ressources/?topic=protection-des-donnees") == ["Un"]


def test_a_resource_shows_what_it_is(client: Client, library: Any) -> None:
    made = resource(library, "Eins", topics=[topic("Datenschutz")], author="Redaktion")
    html = client.get(made.url).content.decode()
    assert "Eins kurz" in html
    assert "Redaktion" in html
    assert 'href="/de/wissen/?topic=datenschutz"' in html


def test_a_resource_without_translation_leads_back_to_the_translated_library(client: Client, library: Any) -> None:
    resource(library, "Eins")
    assert '<p class="crumbs"><a href="/fr/ressources/">' in client.get("/fr/ressources/eins/").content.decode()


def test_a_resource_leads_to_others_on_its_topic(client: Client, library: Any) -> None:
    about = topic("Datenschutz")
    made = resource(library, "Eins", topics=[about])
    resource(library, "Zwei", topics=[about])
    resource(library, "Drei")
    assert [found.title for found in client.get(made.url).context["related"]] == ["Zwei"]


def test_a_resource_without_translation_leads_on_in_the_readers_language(client: Client, library: Any) -> None:
    about = topic("Datenschutz", fr="Protection des données")
    resource(library, "Eins", topics=[about])
    translation_of(resource(library, "Zwei", topics=[about]), "fr", "Deux", summary="Court")
    response = client.get("/fr/ressources/eins/")
    assert [found.title for found in response.context["related"]] == ["Deux"]
    assert 'href="/fr/ressources/?topic=protection-des-donnees"' in response.content.decode()


def test_each_choice_says_how_many_it_shows_beside_the_other_filter(client: Client, library: Any) -> None:
    about, other = topic("Website"), topic("Finanzen")
    resource(library, "Eins", format="guide", topics=[about])
    resource(library, "Zwei", format="guide", topics=[about, other])
    resource(library, "Drei", format="tool", topics=[about])
    listing = client.get("/de/wissen/?format=guide").context["listing"]
    assert {choice.value: choice.count for choice in listing.topics} == {"website": 2, "finanzen": 1}
    listing = client.get("/de/wissen/?topic=finanzen").context["listing"]
    assert {choice.value: choice.count for choice in listing.formats} == {"guide": 1, "tool": 0}


def test_the_level_is_shown_and_narrows_the_list(client: Client, library: Any) -> None:
    about = topic("Website")
    resource(library, "Eins", level="starting", topics=[about])
    resource(library, "Zwei", level="advanced", format="tool", topics=[about])
    resource(library, "Drei")
    assert shown(client, "/de/wissen/?level=starting") == ["Eins"]
    assert shown(client, "/de/wissen/?level=nope") == ["Drei", "Zwei", "Eins"]
    listing = client.get("/de/wissen/?level=advanced&topic=website").context["listing"]
    assert {choice.value: choice.count for choice in listing.levels} == {"starting": 1, "advanced": 1}
    assert {choice.value: choice.count for choice in listing.formats} == {"guide": 0, "tool": 1}
    assert {choice.value: choice.count for choice in listing.topics} == {"website": 1}
    assert (listing.query, listing.page.paginator.count) == ("topic=website&level=advanced", 1)
    assert "Fortgeschritten" in client.get("/de/wissen/zwei/").content.decode()


def test_the_list_has_an_order_and_pages_each_with_an_address(client: Client, library: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("resources.listing.PER_PAGE", 2)
    for title, words in [("B", 900), ("C", 1), ("A", 300)]:
        resource(library, title, body=[{"type": "text", "value": "Wort " * words}])
    assert shown(client, "/de/wissen/") == ["A", "C"]
    assert shown(client, "/de/wissen/?sort=title&page=2") == ["C"]
    assert shown(client, "/de/wissen/?sort=short") == ["C", "A"]
    assert "?sort=short&amp;page=2" in client.get("/de/wissen/?sort=short").content.decode()


@pytest.mark.parametrize("query", ["page=0", "page=9999", "page=x", "sort=x", "topic=x", "format=x"])
def test_what_there_is_not_is_ignored(client: Client, library: Any, query: str) -> None:
    resource(library, "Eins", topics=[topic("Website")])
    assert shown(client, f"/de/wissen/?{query}") == ["Eins"]


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (200, 1), (201, 2), (1000, 5)])
def test_reading_time_counts_the_words_of_the_body(words: int, minutes: int) -> None:
    body = ResourcePage._meta.get_field("body").to_python([("text", "<p>" + "Wort " * words + "</p>")])
    assert minutes_to_read(plain_text(body.get_prep_value())) == minutes


def test_reading_time_is_kept_with_the_page(library: Any) -> None:
    made = resource(library, "Eins", body=[{"type": "text", "value": "<p>" + "Wort " * 900 + "</p>"}])
    assert made.reading_minutes == 5


def test_the_latest_resources_are_those_of_the_active_language(library: Any) -> None:
    for number in range(5):
        resource(library, f"Nummer {number}")
    context = Context()
    with translation.override("de"):
        Template("{% load resource_tags %}{% latest_resources as items %}").render(context)
    assert [item.title for item in context["items"]] == ["Nummer 4", "Nummer 3", "Nummer 2"]
    with translation.override("fr"):
        Template("{% load resource_tags %}{% latest_resources as items %}").render(context)
    assert context["items"] == []


@pytest.mark.parametrize("asked", [{}, {"topic": "website", "format": "tool", "sort": "title", "page": "1"}])
def test_what_the_list_shows_takes_five_statements_however_it_is_filtered(
    library: Any, asked: dict[str, str], django_assert_num_queries: Any
) -> None:
    about = topic("Website", fr="Site internet")
    for number in range(5):
        resource(library, f"Nummer {number}", topics=[about], format="tool")
    everything = ResourcePage.objects.child_of(library).live().public().in_its_language()
    with django_assert_num_queries(4):
        listing = Listing(everything, key="x", locale=library.locale, asked=asked)
        assert [choice.count for choice in (*listing.topics, *listing.formats)] == [5, 5]
        assert len(listing.page.object_list) == listing.page.paginator.count == 5


def test_numbers_are_kept_until_an_editor_changes_something(
    library: Any, settings: Any, django_capture_on_commit_callbacks: Any, django_assert_num_queries: Any
) -> None:
    cache.clear()
    settings.PAGE_CACHE = True
    everything = ResourcePage.objects.child_of(library).live().in_language("de")
    resource(library, "Eins")

    def numbers() -> Numbers:
        return Listing(everything, key="x", locale=library.locale, asked={}).numbers

    assert numbers().of(None, "") == 1
    with django_assert_num_queries(0):
        assert numbers().of(None, "guide") == 1
    with django_capture_on_commit_callbacks(execute=True):
        resource(library, "Zwei")
    assert numbers().of(None, "") == 2


def test_a_list_that_is_no_kept_page_takes_at_most_eight_queries(
    client: Client, library: Any, settings: Any, django_assert_max_num_queries: Any
) -> None:
    cache.clear()
    settings.PAGE_CACHE = True
    about = topic("Website")
    for number in range(30):
        resource(library, f"Nummer {number:02}", topics=[about], format="tool")
    asked = {"topic": about.slug, "format": "tool", "sort": "title", "page": "2", "not": "kept"}
    assert "Nummer 29" in client.get(library.url, asked).content.decode()
    with django_assert_max_num_queries(8):
        assert "Nummer 29" in client.get(library.url, asked).content.decode()
    cache.clear()
