"""What belongs to a resource: documents to take along, and workshops on the same thing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction

from home.freshness import POOLS, noting
from resources.models import ResourceIndexPage, ResourcePage, SearchEntry
from resources.related import workshops_for
from tests.home.factories import page, translation_of, unpublished
from tests.pooling.workshop_factories import french, workshop, workshop_with_pool
from tests.schema_org import blocks, problems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def document(title: str = "Pflichtenheft", name: str = "heft.txt", content: bytes = b"Wer, was, wann") -> Any:
    return get_document_model().objects.create(title=title, file=ContentFile(content, name), file_size=len(content))


def attached(*documents: Any, label: str = "") -> list[dict[str, Any]]:
    return [
        {"type": "document", "id": f"d{number}", "value": {"document": each.pk, "label": label}}
        for number, each in enumerate(documents)
    ]


def naming(*workshops: Page) -> list[dict[str, Any]]:
    return [{"type": "workshop", "id": f"w{number}", "value": each.pk} for number, each in enumerate(workshops)]


def resource(title: str = "Leitfaden", **fields: Any) -> Any:
    index = ResourceIndexPage.objects.filter(locale__language_code="de").first()
    if index is None:
        index = page("Wissen", model=ResourceIndexPage)
        translation_of(index, "fr", "Ressources")
    return page(title, parent=index, model=ResourcePage, summary="Kurz", **fields)


def html(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def linked(url: str) -> list[str]:
    """The titles in the section of workshops."""
    found = re.search('<section [^>]*"workshops-title".*?</section>', html(url))
    return re.findall("<h3[^>]*><a[^>]*>(.*?)</a>", found[0]) if found else []


def test_attachments_are_offered_with_title_type_and_size() -> None:
    shown = html(resource(attachments=attached(document())).url)
    assert 'Pflichtenheft</span></a> <small lang="de">TXT, 14 Bytes</small>' in shown
    assert "Der Auftrag</span>" in html(resource("Zwei", attachments=attached(document(), label="Der Auftrag")).url)


def test_without_attachments_and_workshops_nothing_is_said_of_them() -> None:
    shown = html(resource().url)
    assert "attachments-title" not in shown
    assert "workshops-title" not in shown


def test_attachments_of_a_restricted_page_and_of_its_translation_are_restricted_too() -> None:
    made = resource(attachments=attached(german := document()))
    translation_of(made, "fr", "Guide", summary="Court")
    assert Client().get(german.url).status_code == 200
    PageViewRestriction.objects.create(page=made, restriction_type=PageViewRestriction.LOGIN)
    assert Client().get(german.url).status_code == 302


def test_a_document_that_is_gone_leaves_the_page_as_it_is() -> None:
    made = resource(attachments=attached(gone := document()))
    get_document_model().objects.filter(pk=gone.pk).delete()
    assert "attachments-title" not in html(made.url)


def test_what_attachments_are_called_is_found_by_the_search() -> None:
    made = resource(attachments=attached(document(), label="Offertenvergleich"))
    assert "Offertenvergleich" in SearchEntry.objects.get(page_id=made.pk).text


def test_a_resource_leads_to_workshops_with_date_and_state_in_the_order_chosen() -> None:
    first, second = workshop_with_pool("Zuerst"), workshop_with_pool("Danach")
    made = resource(workshops=naming(second, first))
    assert linked(made.url) == ["Danach", "Zuerst"]
    shown = html(made.url)
    assert '<time datetime="' in shown
    assert "Zusagen möglich" in shown


def test_a_workshop_is_shown_in_the_readers_language_else_marked() -> None:
    translated, german_only = workshop("Newsletter"), workshop("Homepage")
    french(translated, "Infolettre")
    made = resource(workshops=naming(translated, german_only))
    translation = translation_of(made, "fr", "Guide", summary="Court")
    assert linked(translation.url) == ["Infolettre", "Homepage"]
    assert "<span>seulement en allemand</span>" in html(translation.url)
    assert "seulement en allemand" not in html(made.url)


def test_workshops_that_are_private_or_gone_are_not_shown() -> None:
    hidden, draft, gone = workshop("Intern"), workshop("Entwurf"), workshop("Weg")
    french(hidden, "Interne")
    made = resource(workshops=naming(hidden, draft, gone))
    translation = translation_of(made, "fr", "Guide", summary="Court")
    assert linked(translation.url) == ["Interne", "Entwurf", "Weg"]
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    unpublished(draft)
    gone.delete()
    assert linked(made.url) == linked(translation.url) == []


def test_five_workshops_and_attachments_cost_as_many_queries_as_two() -> None:
    Client().get(resource("Zuvor").url)
    counts = []
    for number in (2, 5):
        workshops = [workshop_with_pool(f"Workshop {number} {n}") for n in range(number)]
        documents = [document(f"{number} {n}", f"{number}-{n}.txt") for n in range(number)]
        made = resource(f"Text {number}", workshops=naming(*workshops), attachments=attached(*documents))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(linked(made.url)) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_that_shows_workshops_is_renewed_with_their_pools() -> None:
    with noting() as made:
        workshops_for([], language="de")
    assert made.topics == set()
    with noting() as made:
        workshops_for([workshop_with_pool()], language="de")
    assert made.topics == {POOLS}


def test_machines_read_of_them_too() -> None:
    made = resource(attachments=attached(document(), label="Auftrag"), workshops=naming(about := workshop_with_pool()))
    hidden = workshop("Intern")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    found = Client().get(f"/api/v2/pages/{made.pk}/").json()
    assert [(each["title"], each["type"], each["size"]) for each in found["attachments"]] == [
        ("Auftrag", "text/plain", 14)
    ]
    assert found["workshops"] == [{"id": about.pk, "title": "Newsletter", "html_url": f"http://testserver{about.url}"}]
    (article,) = blocks(html(made.url))
    assert problems(article) == []
    assert article["associatedMedia"][0]["name"] == "Auftrag"
    assert "size" not in str(Client().get("/api/v2/pages/?type=resources.ResourcePage&fields=*").json())
