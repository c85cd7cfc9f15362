"""The site is there as soon as the tables are."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.models import Collection, Locale, Page, Site
from wagtail_localize.models import Translation

from home.languages import codes
from home.models import HomePage
from home.tree import ensure_site
from tests.home.factories import home_page

pytestmark = pytest.mark.django_db


def test_a_new_database_has_a_live_home_page_in_each_language() -> None:
    assert sorted(page.locale.language_code for page in HomePage.objects.live()) == ["de", "fr", "it"]
    assert len({page.translation_key for page in HomePage.objects.all()}) == 1


def test_the_default_site_shows_the_german_home_page() -> None:
    assert Site.objects.get(is_default_site=True).root_page_id == home_page("de").pk


def test_wagtails_welcome_page_is_gone() -> None:
    assert not Page.objects.filter(title__startswith="Welcome").exists()


def test_the_home_pages_can_be_edited_as_translations() -> None:
    assert [translation.get_progress() for translation in Translation.objects.all()] == [(2, 2), (2, 2)]


@pytest.mark.parametrize("language", codes())
def test_the_empty_site_serves_its_home_page(client: Client, language: str) -> None:
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()


def test_making_the_site_twice_changes_nothing() -> None:
    before = list(Page.objects.order_by("pk").values())
    ensure_site()
    assert list(Page.objects.order_by("pk").values()) == before


def test_a_site_whose_home_page_was_moved_by_editors_stays_as_it_is() -> None:
    Site.objects.update(root_page=home_page("fr"), hostname="example.org")
    ensure_site()
    assert Site.objects.get().root_page_id == home_page("fr").pk


@pytest.mark.django_db(transaction=True)
def test_a_flushed_database_gets_its_site_back() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert Client().get("/fr/").status_code == 200
    assert Locale.objects.count() == 3


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("fr-CH, fr;q=0.9, de;q=0.5", "fr"), ("it", "it"), ("en", "de"), ("", "de")],
)
def test_the_root_goes_by_what_the_browser_asks_for(client: Client, wanted: str, language: str) -> None:
    response = client.get("/", headers={"accept-language": wanted})
    assert response.status_code == 302
    assert response["Location"] == f"/{language}/"


def test_a_language_cookie_goes_before_what_the_browser_asks_for(client: Client) -> None:
    client.cookies["django_language"] = "it"
    assert client.get("/", headers={"accept-language": "fr"})["Location"] == "/it/"


@pytest.mark.parametrize("address", ["/", "/de/", "/fr/", "/sitemap.xml", "/robots.txt"])
def test_visitors_get_no_cookie(client: Client, address: str) -> None:
    assert not client.get(address).cookies


def test_a_flushed_database_gets_the_root_of_collections_back() -> None:
    HomePage.objects.all().delete()
    Collection.objects.all().delete()
    ensure_site()
    assert Collection.get_first_root_node().name == "Root"
