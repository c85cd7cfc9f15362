"""The switcher, hreflang and the navigation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from home.languages import name_in_a_sentence
from tests.home.factories import home_page, page, translation_of, unpublished

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Any:
    """A page in German and French."""
    german = page("Leitfaden", show_in_menus=True)
    translation_of(german, "fr", "Guide pratique")
    return german


def ask(tag: str, language: str, **context: Any) -> Any:
    """What `tag` answers on a page in `language`."""
    given = Context(context)
    with translation.override(language):
        Template(f"{{% load home_tags %}}{{% {tag} as answer %}}").render(given)
    return given["answer"]


def links(client: Client, address: str) -> set[tuple[str, str]]:
    shown = client.get(address).content.decode()
    return set(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', shown))


def test_the_switcher_offers_real_translations(guide: Any) -> None:
    items = ask("languages", "de", page=guide)
    assert [(item["code"], item["name"], item["url"]) for item in items[:2]] == [
        ("de", "Deutsch", "/de/leitfaden/"),
        ("fr", "Français", "/fr/guide-pratique/"),
    ]
    assert [item["current"] for item in items] == [True, False, False]
    assert [item["translated"] for item in items] == [True, True, False]


def test_the_switcher_labels_a_language_without_translation(guide: Any) -> None:
    italian = ask("languages", "fr", page=guide)[2]
    with translation.override("fr"):
        assert italian["note"] == translation.gettext("only in German")
    assert italian["url"] == "/it/leitfaden/"


def test_the_switchers_addresses_work(client: Client, guide: Any) -> None:
    assert [client.get(item["url"]).status_code for item in ask("languages", "fr", page=guide)] == [200, 200, 200]


def test_on_other_pages_the_switcher_leads_to_the_same_page() -> None:
    addresses = []
    for code in ("de", "fr", "it"):
        with translation.override(code):
            addresses.append(f"{reverse('account_login')}?next=/de/")
    request = RequestFactory().get(addresses[0])
    assert [item["url"] for item in ask("languages", "de", request=request)] == addresses
    assert len(set(addresses)) == 3


def test_without_a_request_the_switcher_leads_home() -> None:
    assert [item["url"] for item in ask("languages", "it")] == ["/de/", "/fr/", "/it/"]


def test_hreflang_lists_the_translations_and_a_default(client: Client, guide: Any) -> None:
    assert links(client, "/de/leitfaden/") == {
        ("de", "http://testserver/de/leitfaden/"),
        ("fr", "http://testserver/fr/guide-pratique/"),
        ("x-default", "http://testserver/de/leitfaden/"),
    }


def test_hreflang_is_reciprocal(client: Client, guide: Any) -> None:
    assert links(client, "/de/leitfaden/") == links(client, "/fr/guide-pratique/")


def test_a_page_in_one_language_only_has_no_hreflang(client: Client) -> None:
    page("Nur hier")
    assert links(client, "/de/nur-hier/") == set()


def test_an_unpublished_translation_has_no_hreflang(client: Client, guide: Any) -> None:
    unpublished(guide.get_translations().get())
    assert links(client, "/de/leitfaden/") == set()


def test_the_navigation_shows_live_pages_of_the_language_that_are_in_the_menu(guide: Any) -> None:
    page("Nicht im Menü")
    unpublished(page("Entwurf", show_in_menus=True))
    assert ask("navigation", "de") == [{"url": "/de/leitfaden/", "title": "Leitfaden", "current": False}]
    assert ask("navigation", "fr") == [{"url": "/fr/guide-pratique/", "title": "Guide pratique", "current": False}]
    assert ask("navigation", "it") == []


def test_the_navigation_knows_where_the_reader_is(guide: Any) -> None:
    below = page("Anhang", parent=guide)
    assert ask("navigation", "fr", page=below)[0]["current"]  # shown in German, below the French page


def test_the_foot_shows_its_own_pages(guide: Any) -> None:
    page("Impressum", in_footer=True)
    assert ask("footer_pages", "de") == [{"url": "/de/impressum/", "title": "Impressum", "current": False}]


@pytest.mark.parametrize(("reader", "name"), [("de", "Italienisch"), ("fr", "italien"), ("it", "italiano")])
def test_a_language_is_named_within_a_sentence_as_the_readers_write_it(reader: str, name: str) -> None:
    with translation.override(reader):
        assert name_in_a_sentence("it") == name


def test_lines_for_every_page_come_from_the_home_page() -> None:
    home = home_page("fr")
    home.tagline = "Ensemble"
    home.save_revision().publish()
    assert ask("site_texts", "fr") == {"tagline": "Ensemble", "footer_line": "", "url": "/fr/"}
