"""The API gives what visitors read, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import Locale, PageViewRestriction

from home.freshness import CONTENT, renew_stamps
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic, translation_of, unpublished
from tests.pooling.workshop_factories import workshop, workshop_with_pool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAGES = "/api/v2/pages/"


@pytest.fixture
def guide() -> Any:
    """A resource in German and French, with a topic and a text."""
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    body = [{"type": "callout", "id": "c", "value": {"kind": "hint", "title": "Zuerst", "text": "<p>Lesen</p>"}}]
    made = page("Leitfaden", parent=index, model=ResourcePage, summary="Kurz", body=body)
    made.topics = [topic("Datenschutz", fr="Protection des données")]
    made.save_revision().publish()
    value = {"kind": "hint", "title": "D’abord", "text": "<p>Lire</p>"}
    translation_of(made, "fr", "Guide", summary="Court", body=[{"type": "callout", "id": "c", "value": value}])
    return ResourcePage.objects.get(pk=made.pk)


def answer(query: str = "", status: int = 200) -> Any:
    response = Client().get(PAGES + query)
    assert response.status_code == status, response.content
    return response.json()


def titles(query: str = "") -> set[str]:
    return {item["title"] for item in answer(query)["items"]}


def test_it_lists_live_public_pages_by_language(guide: Any) -> None:
    unpublished(page("Entwurf"))
    assert {"Leitfaden", "Guide"} <= titles()
    assert "Entwurf" not in titles()
    assert titles("?locale=fr&type=resources.ResourcePage") == {"Guide"}
    assert titles(f"?translation_of={guide.pk}") == {"Guide"}
    assert titles("?type=resources.ResourcePage&format=guide") == {"Leitfaden", "Guide"}


def test_a_page_comes_with_its_fields_in_its_own_language(guide: Any) -> None:
    item = answer("?locale=fr&type=resources.ResourcePage")["items"][0]
    detail = Client().get(
        item["meta"]["detail_url"].removeprefix("http://testserver"), headers={"Accept-Language": "it"}
    )
    found = detail.json()
    assert found["topics"] == ["Protection des données"]
    assert '<p class="callout-kind" lang="fr">Remarque</p>' in found["html"]
    assert found["meta"]["html_url"] == "http://testserver/fr/ressources/guide/"
    assert found["meta"]["parent"]["title"] == "Ressources"
    assert found["meta"]["translation_key"] == str(guide.translation_key)


def test_a_draft_of_a_live_page_is_not_given(guide: Any) -> None:
    guide.title = "Noch geheim"
    guide.save_revision()
    assert "Noch geheim" not in Client().get(f"{PAGES}{guide.pk}/").content.decode()


def test_a_private_page_is_not_there_in_any_language_or_way(guide: Any) -> None:
    elsewhere = page("Offen")
    guide.create_alias(parent=elsewhere, update_slug="zweitname")
    pks = list(ResourcePage.objects.values_list("pk", flat=True))
    PageViewRestriction.objects.create(page=guide, restriction_type=PageViewRestriction.LOGIN)
    assert not {"Leitfaden", "Guide"} & titles()
    assert titles("?type=resources.ResourcePage") == set()
    for pk in pks:
        answer(f"{pk}/", status=404)
        answer(f"?child_of={pk}", status=400)
        answer(f"?translation_of={pk}", status=400)


def test_whoever_is_logged_in_gets_no_more(guide: Any, admin_client: Client) -> None:
    PageViewRestriction.objects.create(page=guide, restriction_type=PageViewRestriction.LOGIN)
    assert admin_client.get(f"{PAGES}{guide.pk}/").status_code == 404


def test_what_an_alias_shows_in_another_language_is_no_page_of_that_language() -> None:
    made = page("Leitfaden")
    made.copy_for_translation(Locale.objects.get(language_code="it"), copy_parents=True, alias=True)
    assert titles("?locale=it&type=home.StandardPage") == set()


def test_what_is_not_there_is_not_looked_for_in_german() -> None:
    assert answer("999999/", status=404)["message"]
    assert Client().get("/api/v1/").status_code == 404
    assert Client().get("/impressum/").status_code in (302, 404)


def test_documents_and_images_have_no_list() -> None:
    get_document_model().objects.create(title="Liste", file=ContentFile(b"x", "liste.txt"))
    assert Client().get("/api/v2/documents/").status_code == 404
    assert Client().get("/api/v2/images/").status_code == 404


def test_a_workshop_says_what_a_share_costs() -> None:
    made = workshop_with_pool()
    found = answer(f"{made.pk}/")
    assert found["state"] == "open"
    assert (found["share"]["ceiling"], found["share"]["locked"]) == ("300.00", None)
    assert answer(f"{workshop('Ohne Pool').pk}/")["share"] is None


def test_it_is_to_read_only(guide: Any) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(enforce_csrf_checks=True), method)(f"{PAGES}{guide.pk}/").status_code == 405


@pytest.mark.parametrize(
    "query",
    [
        "?slug=%00",
        "?locale=xx",
        "?type=auth.User",
        "?type=members.User",
        "?fields=password",
        "?offset=99999999999999999999999999",
        "?offset=-1",
        "?limit=1000",
        "?order=owner",
        "?child_of=99999999999999999999999999",
        "?search=x",
        "?id=99999999999999999999",
        "?first_published_at=gestern",
        "?translation_key=nope",
        "?nonsense=1",
    ],
)
def test_nonsense_is_refused_with_a_sentence(guide: Any, query: str) -> None:
    response = Client().get(PAGES + query)
    assert response.status_code in (400, 404) or response.json()["items"] == []


def test_no_cookie_is_set_and_others_may_keep_the_answer(guide: Any) -> None:
    response = Client().get(PAGES)
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in response.get("Vary", "")


def test_asking_again_costs_nothing_until_something_changes(guide: Any, django_assert_num_queries: Any) -> None:
    cache.clear()
    tag = Client().get(PAGES)["ETag"]
    with django_assert_num_queries(0):
        assert Client().get(PAGES, headers={"If-None-Match": tag}).status_code == 304
    renew_stamps([CONTENT])
    assert Client().get(PAGES, headers={"If-None-Match": tag}).status_code == 200
    cache.clear()


@pytest.mark.parametrize(
    ("kind", "queries"), [("resources.ResourcePage", 6), ("workshops.WorkshopPage", 9), ("home.StandardPage", 5)]
)
def test_twenty_pages_cost_as_many_queries_as_one(kind: str, queries: int, django_assert_num_queries: Any) -> None:
    index = page("Wissen", model=ResourceIndexPage)
    for number in range(3):
        page(f"Nummer {number}", parent=index, model=ResourcePage, summary="Kurz")
        workshop_with_pool(f"Workshop {number}")
        page(f"Seite {number}")
    Client().get(PAGES)
    for limit in (1, 3):
        with django_assert_num_queries(queries):
            assert len(answer(f"?type={kind}&fields=*&limit={limit}")["items"]) == limit
