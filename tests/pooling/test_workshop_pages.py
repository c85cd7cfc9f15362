"""Which pool belongs to a page, in which order workshops are listed, and what their pages show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Locale

from home.translations import write_translation
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.models import Pool
from pooling.workshops.models import Expert, Format, WorkshopPage
from pooling.workshops.order import in_order
from tests.home.factories import topic, unpublished
from tests.pooling.factories import NOW, pledge, staff
from tests.pooling.workshop_factories import (
    draft_for,
    french,
    published,
    workshop,
    workshop_list,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def expert(name: str, **roles: str) -> Expert:
    german = Expert.objects.create(name=name, role="Fachfrau", locale=Locale.objects.get(language_code="de"))
    for language, role in roles.items():
        write_translation(german, locale=Locale.objects.get(language_code=language), texts={"role": role})
    return german


def titles(html: str, *candidates: str) -> list[str]:
    """The titles in the order in which they stand in `html`."""
    return sorted((title for title in candidates if title in html), key=html.index)


def test_a_page_without_a_pool_has_none() -> None:
    assert workshop().pool is None


def test_a_translation_has_the_pool_of_its_source() -> None:
    german = workshop()
    pool = draft_for(german)
    assert WorkshopPage.objects.get(pk=german.pk).pool == pool
    assert french(german).pool == pool


def test_an_alias_in_the_same_language_follows_the_page_that_it_shows() -> None:
    german = workshop()
    alias = german.create_alias(update_slug="newsletter-nochmals")
    pool = draft_for(german)
    assert alias.translation_key != german.translation_key
    assert alias.page_key == german.page_key
    assert alias.pool == pool


def test_a_copy_has_no_pool() -> None:
    german = workshop_with_pool()
    copy = german.copy(update_attrs={"slug": "kopie", "title": "Kopie"}, keep_live=False)
    assert WorkshopPage.objects.get(pk=copy.pk).pool is None


def test_a_workshop_page_shows_its_facts_and_its_pool(client: Client) -> None:
    german = workshop("Newsletter", audience="Alle, die schreiben.")
    german.spoken = ["de", "fr"]
    german.experts = [expert("Dora Beispiel")]
    german.save_revision().publish()
    draft_for(german)
    published(german)
    html = client.get("/de/workshops/newsletter/").content.decode()
    for expected in ("Haus Beispiel, Bern", "Alle, die schreiben.", "Dora Beispiel", "Fachfrau", "CHF\u00a0300.00"):
        assert expected in html


def test_a_workshop_without_an_open_pool_promises_no_date(client: Client) -> None:
    german = workshop()
    draft_for(german)
    response = client.get("/de/workshops/newsletter/")
    assert response.status_code == 200
    assert response.context["page"].starts_at is None
    assert b"<time" not in response.content


def test_a_translation_shows_the_translations_of_experts_and_topics() -> None:
    german = workshop()
    german.experts = [expert("Dora Beispiel", fr="Spécialiste")]
    german.topics = [topic("Datenschutz", fr="Protection des données")]
    german.save_revision().publish()
    made = french(german)
    assert [one.role for one in made.experts.all()] == ["Spécialiste"]
    assert [one.name for one in made.topics.all()] == ["Protection des données"]


def test_format_and_languages_are_the_same_in_every_translation() -> None:
    german = workshop("Online", format=Format.ONLINE)
    german.spoken = ["de", "it"]
    german.save_revision().publish()
    made = french(german)
    assert (made.format, made.spoken) == (Format.ONLINE, ["de", "it"])


def test_an_online_workshop_needs_no_venue() -> None:
    assert workshop(format=Format.ONLINE, venue="").place


def test_the_list_is_empty_with_a_sentence(client: Client) -> None:
    workshop_list()
    response = client.get("/de/workshops/")
    assert response.status_code == 200
    assert 'class="empty' in response.content.decode()


def test_workshops_that_take_pledges_come_first_by_closing_time(client: Client) -> None:
    late = workshop_with_pool("Spaeter", closes_at=NOW + timedelta(days=30))
    workshop("Ohne Pool")
    called_off = workshop_with_pool("Abgesagt")
    cancel_pool(pool=called_off.pool, reason="Krank", by=staff(), now=NOW)
    workshop_with_pool("Frueher", closes_at=NOW + timedelta(days=5))
    unpublished(workshop_with_pool("Entwurf"))
    response = client.get("/de/workshops/")
    assert [page.title for page in response.context["open_workshops"]] == ["Frueher", "Spaeter"]
    assert [page.title for page in response.context["other_workshops"]] == ["Ohne Pool"]
    assert [page.title for page in response.context["past_workshops"]] == ["Abgesagt"]
    assert "Vergangene Workshops" in response.content.decode()
    assert late.title in response.content.decode()


def test_the_past_comes_last_and_the_latest_of_it_first() -> None:
    workshop_with_pool("Alt", starts_at=NOW + timedelta(days=70))
    workshop_with_pool("Neu", starts_at=NOW + timedelta(days=90))
    end_overdue_pledging(now=NOW + timedelta(days=21))
    found = in_order(WorkshopPage.objects.live().with_pools(), now=NOW + timedelta(days=22))
    assert found.accepting == []
    assert [page.title for page in found.past] == ["Neu", "Alt"]


def test_a_list_shows_the_workshops_of_its_own_language(client: Client) -> None:
    german = workshop("Newsletter")
    workshop("Nur deutsch")
    french(german)
    html = client.get("/fr/ateliers/").content.decode()
    assert titles(html, "Infolettre", "Nur deutsch") == ["Infolettre"]


def test_the_list_takes_as_many_queries_for_two_workshops_as_for_five(client: Client) -> None:
    for number in range(2):
        workshop_with_pool(f"Workshop {number}")
    client.get("/de/workshops/")
    with CaptureQueriesContext(connection) as few:
        client.get("/de/workshops/")
    for number in range(2, 5):
        workshop_with_pool(f"Workshop {number}")
    client.get("/de/workshops/")
    with CaptureQueriesContext(connection) as many:
        client.get("/de/workshops/")
    assert len(many) == len(few)


def test_other_pages_can_show_open_workshops_of_the_active_language() -> None:
    german = workshop_with_pool("Newsletter")
    french(german)
    workshop_with_pool("Nur deutsch", closes_at=NOW + timedelta(days=30))
    workshop("Ohne Pool")
    template = Template("{% load workshop_tags %}{% open_workshops as items %}{{ items|join:', ' }}")
    with translation.override("de"):
        assert template.render(Context()) == "Newsletter, Nur deutsch"
    with translation.override("fr"):
        assert template.render(Context()) == "Infolettre"


def test_a_workshop_past_its_threshold_no_longer_looks_for_organisations() -> None:
    page = workshop_with_pool("Newsletter")
    pledge(page.pool, shares=3)
    pages = WorkshopPage.objects.filter(pk=page.pk).with_pools()
    found = in_order(pages, now=NOW)
    assert [page.title for page in found.accepting] == ["Newsletter"]
    assert found.looking == []


def test_three_open_workshops_are_shown_at_most() -> None:
    for number in range(4):
        workshop_with_pool(f"Workshop {number}")
    template = Template("{% load workshop_tags %}{% open_workshops as items %}{{ items|length }}")
    with translation.override("de"):
        assert template.render(Context()) == "3"


def test_a_pool_can_be_found_by_any_page_of_its_workshop() -> None:
    german = workshop_with_pool()
    alias = german.create_alias(update_slug="nochmals")
    pages = WorkshopPage.objects.filter(pk__in=[german.pk, french(german).pk, alias.pk]).with_pools()
    assert {page.pool for page in pages} == {Pool.objects.get()}
