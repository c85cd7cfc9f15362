"""What machines read in the head of a page: JSON-LD, Open Graph, the description, feeds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client, TestCase
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from home.tree import ensure_site
from pooling.actions.pools import cancel_pool
from pooling.models import Pool
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic, translation_of
from tests.pooling.factories import NOW, staff
from tests.pooling.workshop_factories import draft_for, published, workshop, workshop_with_pool
from tests.schema_org import blocks, problems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MARKUP = "</script><script>alert(1)</script> & <b>\N{LINE SEPARATOR}\"'"


def html(url: str) -> str:
    return str(Client().get(url).content.decode())


def data(url: str) -> dict[str, Any]:
    """The page's JSON-LD, which is sound."""
    (found,) = blocks(html(url))
    assert problems(found) == []
    return found


def resource(title: str = "Leitfaden", **fields: Any) -> ResourcePage:
    parent = ResourceIndexPage.objects.first() or page("Wissen", model=ResourceIndexPage)
    return page(title, parent=parent, model=ResourcePage, **{"summary": "Kurz gesagt", **fields})


def meta(text: str, name: str) -> list[str]:
    return re.findall(rf'<meta (?:property|name)="{name}" content="([^"]*)">', text)


def test_a_resource_is_an_article() -> None:
    made = resource(author="Redaktion")
    made.topics = [topic("Datenschutz")]
    made.save_revision().publish()
    found = data(made.url)
    assert (found["@type"], found["headline"], found["inLanguage"]) == ("Article", "Leitfaden", "de")
    assert found["url"] == f"http://testserver{made.url}"
    assert found["about"] == [{"@type": "Thing", "name": "Datenschutz"}]
    assert found["author"]["name"] == "Redaktion"


def test_the_home_page_says_who_runs_the_portal() -> None:
    home = ensure_site()
    home.lead = "Für kleine Organisationen."
    home.save()
    found = data("/de/")
    assert (found["@type"], found["name"], found["url"]) == ("Organization", "up2gether", "http://testserver/")
    assert found["description"] == "Für kleine Organisationen."


def test_a_workshop_is_an_event_with_an_offer_of_the_most_that_a_share_costs() -> None:
    found = data(workshop_with_pool().url)
    assert found["@type"] == "EducationEvent"
    assert found["location"] == {"@type": "Place", "name": "Haus Beispiel, Bern", "address": "Haus Beispiel, Bern"}
    assert found["startDate"].endswith(("+01:00", "+02:00"))
    assert (found["offers"]["price"], found["offers"]["priceCurrency"]) == ("300.00", "CHF")
    assert found["offers"]["availability"] == "https://schema.org/InStock"


def test_a_split_price_is_the_ceiling_until_it_is_locked() -> None:
    made = workshop_with_pool(pricing="split")
    assert data(made.url)["offers"]["price"] == "300.00"
    Pool.objects.update(state="funded", funded_at=NOW, standing=4)
    assert data(made.url)["offers"]["price"] == "225.00"


def test_where_all_places_are_taken_nothing_is_in_stock() -> None:
    made = workshop_with_pool()
    Pool.objects.update(held=6)
    assert data(made.url)["offers"]["availability"] == "https://schema.org/SoldOut"


def test_what_was_called_off_is_offered_no_more() -> None:
    made = workshop_with_pool()
    cancel_pool(pool=Pool.objects.get(), reason="Krank", by=staff(), now=NOW)
    found = data(made.url)
    assert found["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in found


@pytest.mark.parametrize("pool", [False, True], ids=["without a pool", "with a draft"])
def test_a_workshop_without_a_date_is_a_course_without_a_price(pool: bool) -> None:
    made = workshop(audience="Für Beratungsstellen")
    if pool:
        draft_for(made)
    found = data(made.url)
    assert found["@type"] == "Course"
    assert "offers" not in found


def test_an_online_workshop_takes_place_at_its_address() -> None:
    made = workshop(format="online")
    draft_for(made)
    found = data(published(made).url)
    assert found["location"]["@type"] == "VirtualLocation"


@pytest.mark.parametrize("kind", ["resource", "workshop"])
def test_markup_in_titles_stays_text(kind: str) -> None:
    made = resource(MARKUP, slug="x", summary=MARKUP) if kind == "resource" else workshop(MARKUP, slug="x")
    text = html(made.url)
    assert "<script>alert" not in text
    found = data(made.url)
    assert MARKUP in (found.get("headline"), found.get("name"))
    assert meta(text, "og:title") == [
        "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;\N{LINE SEPARATOR}&quot;&#x27;"
    ]


def test_a_page_of_text_claims_nothing() -> None:
    assert blocks(html(page("Impressum").url)) == []


def test_a_shared_page_shows_its_title_description_and_first_image() -> None:
    image = get_image_model().objects.create(title="x", file=get_test_image_file())
    values = [{"image": image.pk, "alt_text": alt, "decorative": not alt} for alt in ("", "Ein Haus")]
    body = [{"type": "image", "id": str(n), "value": value} for n, value in enumerate(values)]
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = resource(body=body)
        french = translation_of(made, "fr", "Guide", summary="En bref", body=body)
    text = html(made.url)
    assert meta(text, "og:type") == ["article"]
    assert meta(text, "og:url") == [f"http://testserver{made.url}"]
    assert meta(text, "og:description") == meta(text, "description") == ["Kurz gesagt"]
    assert meta(text, "og:image")[0].startswith("http://testserver/media/")
    assert meta(text, "og:image:alt") == ["Ein Haus"]
    assert meta(text, "og:locale") + meta(text, "og:locale:alternate") == ["de_CH", "fr_CH"]
    assert meta(html(french.url), "og:locale") == ["fr_CH"]


def test_without_an_image_there_is_none() -> None:
    assert meta(html(resource().url), "og:image") == []


def test_each_page_leads_to_the_feeds_of_its_language() -> None:
    text = html(page("Impressum").url)
    assert re.findall('<link rel="alternate" type="application/atom.xml" title="([^"]+)" href="([^"]+)">', text) == [
        ("Neue Wissensbeiträge", "/de/feeds/resources.atom"),
        ("Neue Workshops", "/de/feeds/workshops.atom"),
    ]


def test_the_judge_finds_what_is_wrong() -> None:
    good = {"@context": "https://schema.org", "@type": "Organization", "name": "x", "url": "http://testserver/"}
    assert problems(good) == []
    for bad in (
        {**good, "@context": ""},
        {**good, "@type": "Organisation"},
        {**good, "colour": "red"},
        {"@context": "https://schema.org", "@type": "Organization", "url": "http://testserver/"},
        {**good, "foundingDate": "yesterday"},
        {**good, "address": {"@type": "Person", "name": "x"}},
        {"@context": "https://schema.org", "@type": "Event", "eventStatus": "https://schema.org/EventLost"},
    ):
        assert problems(bad), bad
