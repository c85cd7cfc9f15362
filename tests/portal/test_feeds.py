"""Atom feeds: one per language for resources and for workshops."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from xml.etree import ElementTree

import atoma
import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from pooling.models import Pool
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic, translation_of, unpublished
from tests.pooling.factories import NOW
from tests.pooling.workshop_factories import french, workshop, workshop_with_pool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def index() -> Any:
    made = page("Wissen", model=ResourceIndexPage)
    translation_of(made, "fr", "Ressources")
    return made


def resource(index: Any, title: str = "Leitfaden", **fields: Any) -> ResourcePage:
    return page(title, parent=index, model=ResourcePage, **{"summary": "Kurz gesagt", **fields})


def raw(name: str, language: str = "de") -> bytes:
    response = Client().get(f"/{language}/feeds/{name}.atom")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert not response.cookies
    return bytes(response.content)


def feed(name: str, language: str = "de") -> Any:
    """As a library reads it that refuses one in which something is missing; what it lets pass is checked before."""
    text = raw(name, language)
    root = ElementTree.fromstring(text)  # noqa: S314  # our own
    assert root.tag == f"{ATOM}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    links = {(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")}
    assert ("self", f"http://testserver/{language}/feeds/{name}.atom") in links
    for entry in root.findall(f"{ATOM}entry"):
        alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
        assert entry.find(f"{ATOM}author") is not None or root.find(f"{ATOM}author") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return atoma.parse_atom_bytes(text)


@pytest.mark.parametrize("name", ["resources", "workshops"])
@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_an_empty_feed_is_valid(name: str, language: str) -> None:
    assert feed(name, language).entries == []


def test_a_feed_holds_what_is_written_in_its_language(index: Any) -> None:
    made = resource(index, author="Redaktion")
    made.topics = [topic("Datenschutz", fr="Protection des données")]
    made.save_revision().publish()
    shown = translation_of(made, "fr", "Guide", summary="En bref", author="Rédaction")
    resource(index, "Nur deutsch")
    unpublished(resource(index, "Entwurf"))
    german, translated = feed("resources"), feed("resources", "fr")
    assert [entry.title.value for entry in german.entries] == ["Nur deutsch", "Leitfaden"]
    (entry,) = translated.entries
    assert (entry.title.value, entry.summary.value, entry.authors[0].name) == ("Guide", "En bref", "Rédaction")
    assert [category.term for category in entry.categories] == ["Protection des données"]
    assert entry.links[0].href == f"http://testserver{shown.url}"
    assert translated.links[0].href == "http://testserver/fr/ressources/"
    assert entry.id_ != german.entries[1].id_


def test_an_entry_keeps_its_id_when_its_page_moves(index: Any) -> None:
    made = resource(index)
    (before,) = feed("resources").entries
    made.slug = "anders"
    made.save_revision().publish()
    (after,) = feed("resources").entries
    assert after.id_ == before.id_
    assert after.links[0].href != before.links[0].href


def test_no_private_page_is_in_a_feed(index: Any) -> None:
    made = resource(index)
    translation_of(made, "fr", "Guide", summary="En bref")
    PageViewRestriction.objects.create(page=made, restriction_type=PageViewRestriction.LOGIN)
    assert feed("resources").entries == feed("resources", "fr").entries == []


def test_markup_and_control_characters_do_no_harm(index: Any) -> None:
    title = "<b>]]></title><script>alert(1)</script> & \x0b\x1f"
    resource(index, title, slug="x", summary=title)
    workshop(title, slug="y")
    (entry,) = feed("resources").entries
    assert entry.title.value == title[:-3]
    assert entry.summary.value == "&lt;b&gt;]]&gt;&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;"
    assert "&lt;script&gt;" in feed("workshops").entries[0].summary.value


def test_a_workshop_says_when_where_and_how_it_is_financed() -> None:
    made = workshop_with_pool()
    french(made)
    (entry,) = feed("workshops", "fr").entries
    assert "Maison Exemple, Berne" in entry.summary.value
    assert "Court" in entry.summary.value
    (entry,) = feed("workshops").entries
    assert "Zusagen möglich" in entry.summary.value


def test_a_turn_of_the_pool_renews_the_entry() -> None:
    workshop_with_pool()
    later = NOW + timedelta(days=3)
    Pool.objects.update(state="funded", funded_at=later)
    (entry,) = feed("workshops").entries
    assert entry.updated == later.astimezone(UTC)


def test_a_workshop_without_a_date_says_so() -> None:
    workshop()
    (entry,) = feed("workshops").entries
    assert "Das Datum steht noch nicht fest." in entry.summary.value


def test_a_long_feed_costs_no_more_queries_than_a_short_one(index: Any, django_assert_num_queries: Any) -> None:
    for titles in (["Eins"], ["Zwei", "Drei", "Vier"]):
        for title in titles:
            workshop_with_pool(title)
            made = resource(index, title)
            made.topics = [topic(title)]
            made.save_revision().publish()
        raw("resources")
        with django_assert_num_queries(4):
            raw("resources")
        with django_assert_num_queries(7):
            raw("workshops")
