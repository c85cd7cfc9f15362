"""A restriction counts for all translations of a page and for all that lies below any of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Locale, Page, PageViewRestriction

from home.privacy import public_pages, restrictions_of
from home.translations import write_translation
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> dict[str, Any]:
    """A page with a child, both in German and French."""
    german = page("Intern")
    french = translation_of(german, "fr", "Interne")
    child = page("Protokoll", parent=german)
    return {
        "de": german,
        "fr": french,
        "de child": child,
        "fr child": translation_of(child, "fr", "Procès-verbal"),
    }


def restrict(restricted: Page, *groups: Group) -> PageViewRestriction:
    kind = PageViewRestriction.GROUPS if groups else PageViewRestriction.LOGIN
    made = PageViewRestriction.objects.create(page=restricted, restriction_type=kind)
    made.groups.set(groups)
    return made


def open_to(client: Client, pages: dict[str, Any]) -> set[str]:
    return {name for name, each in pages.items() if client.get(each.get_url()).status_code == 200}


@pytest.mark.parametrize("restricted", ["de", "fr"])
def test_restricting_one_translation_restricts_all_and_their_children(family: dict[str, Any], restricted: str) -> None:
    assert open_to(Client(), family) == set(family)
    restrict(family[restricted])
    assert open_to(Client(), family) == set()
    assert not public_pages().filter(pk__in=[each.pk for each in family.values()]).exists()


def test_a_child_that_lies_elsewhere_is_private_with_its_translations(family: dict[str, Any]) -> None:
    restrict(family["de"])
    family["fr child"].move(page("Ailleurs", parent=family["fr"].get_parent()), pos="last-child")
    moved = Page.objects.get(pk=family["fr child"].pk).specific
    assert Client().get(moved.get_url()).status_code == 302


def test_an_alias_is_as_private_as_what_it_shows(family: dict[str, Any]) -> None:
    elsewhere = page("Offen")
    alias = family["de child"].create_alias(parent=elsewhere)
    assert Client().get(alias.get_url()).status_code == 200
    restrict(family["de child"])
    assert Client().get(alias.specific.get_url()).status_code == 302
    assert not public_pages().filter(pk=alias.pk).exists()


def test_other_pages_stay_public(family: dict[str, Any]) -> None:
    restrict(family["de child"])
    assert open_to(Client(), family) == {"de", "fr"}


def test_members_of_the_group_read_every_translation_and_nobody_else(family: dict[str, Any]) -> None:
    group = Group.objects.create(name="Innerer Kreis")
    restrict(family["de"], group)
    member, other = Client(), Client()
    member.force_login(person := UserFactory())
    person.groups.add(group)
    other.force_login(UserFactory())
    assert open_to(member, family) == set(family)
    assert open_to(other, family) == set()


def test_publishing_the_translation_again_shuts_nobody_out_and_opens_nothing(family: dict[str, Any]) -> None:
    """Wagtail-localize copies a restriction without its groups, and deletes one that the source has not."""
    group = Group.objects.create(name="Innerer Kreis")
    restrict(family["fr"], group)
    member = Client()
    member.force_login(person := UserFactory())
    person.groups.add(group)
    source = family["de"].get_translations(inclusive=True).get(locale__language_code="de")
    french = Locale.objects.get(language_code="fr")
    _written, is_new = write_translation(
        source.specific, locale=french, texts={"title": "Interne, revu", "slug": "interne"}, force=True
    )
    assert is_new
    assert open_to(member, family) == set(family)
    assert open_to(Client(), family) == set()


def test_a_translation_that_comes_later_is_private_from_the_start() -> None:
    restrict(german := page("Intern"))
    assert Client().get(translation_of(german, "it", "Interno").get_url()).status_code == 302


def test_private_pages_are_in_no_list_sitemap_or_search(client: Client) -> None:
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    french = translation_of(index, "fr", "Ressources")
    hidden = page("Verborgen", parent=index, model=ResourcePage, summary="Kurz")
    shown = translation_of(hidden, "fr", "Caché", summary="Court")
    restrict(hidden)
    for address in [french.get_url(), "/sitemap.xml", "/fr/recherche/?q=cache", "/fr/"]:
        assert shown.get_url() not in client.get(address).content.decode()


def test_asking_takes_as_many_queries_for_many_restrictions_as_for_one(
    family: dict[str, Any], django_assert_num_queries: Any
) -> None:
    restrict(family["de"])
    for number in range(5):
        restrict(page(f"Noch {number}"))
    with django_assert_num_queries(4):
        assert list(restrictions_of(family["fr child"]))
    with django_assert_num_queries(3):
        list(public_pages())


def test_where_nothing_is_restricted_asking_takes_one_query(
    family: dict[str, Any], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert not list(restrictions_of(family["fr child"]))
