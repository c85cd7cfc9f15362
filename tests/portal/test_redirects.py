"""Where a page was, one is sent to where it is: in each language, and below it too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, TestCase
from wagtail.contrib.redirects.models import Redirect

from home.models import StandardPage
from tests.home.factories import page, translation_of
from tests.pooling.workshop_factories import editor, logged_in

pytestmark = pytest.mark.django_db


def rename(made: Any, slug: str) -> Any:
    made = StandardPage.objects.get(pk=made.pk)
    made.slug = slug
    with TestCase.captureOnCommitCallbacks(execute=True):
        made.save_revision().publish()
    return StandardPage.objects.get(pk=made.pk)


def leads_to(url: str) -> tuple[int, str]:
    response = Client().get(url)
    return response.status_code, response.get("Location", "")


def test_the_old_address_of_a_page_leads_to_the_new_one() -> None:
    made = page("Leitfaden")
    child = page("Anhang", parent=made)
    rename(made, "handbuch")
    assert leads_to("/de/leitfaden/") == (301, "/de/handbuch/")
    assert leads_to("/de/leitfaden/anhang/") == (301, "/de/handbuch/anhang/")
    assert child.get_parent().pk == made.pk


def test_each_language_has_its_own() -> None:
    made = page("Leitfaden")
    french = translation_of(made, "fr", "Guide pratique")
    rename(french, "mode-d-emploi")
    assert leads_to("/fr/guide-pratique/") == (301, "/fr/mode-d-emploi/")
    assert leads_to("/de/leitfaden/") == (200, "")


def test_a_page_that_moves_is_found_where_it_was() -> None:
    made, elsewhere = page("Leitfaden"), page("Archiv")
    made.move(elsewhere, pos="last-child")
    assert leads_to("/de/leitfaden/") == (301, "/de/archiv/leitfaden/")


def test_the_address_under_another_language_moves_as_well() -> None:
    made = page("Leitfaden")
    assert leads_to("/fr/leitfaden/") == (200, "")
    rename(made, "handbuch")
    assert leads_to("/fr/leitfaden/") == (301, "/fr/handbuch/")


def test_a_page_that_takes_the_old_address_is_shown() -> None:
    rename(page("Leitfaden"), "handbuch")
    page("Leitfaden")
    assert leads_to("/de/leitfaden/") == (200, "")


def test_an_unknown_address_stays_unknown() -> None:
    for url in ("/de/nichts/", "/fr/nichts/?x=%00", "/de/a%00b/", "/xx/"):
        assert leads_to(url)[0] == 404 or url == "/xx/"


def test_an_address_that_an_editor_has_entered_leads_where_they_said() -> None:
    Redirect.add_redirect("/alt", "https://www.example.org/", is_permanent=False)
    Redirect.add_redirect("/de/alt", page("Neu"))
    assert leads_to("/de/alt/") == (301, "/de/neu/")


def test_editors_see_them_in_the_admin() -> None:
    client = logged_in(editor())
    rename(page("Leitfaden"), "handbuch")
    assert "/de/leitfaden" in client.get("/admin/redirects/").content.decode()
    assert "/admin/redirects/" in client.get("/admin/").content.decode()
