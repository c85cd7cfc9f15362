"""Publishing a workshop's page: the pool opens, and is told what its workshop is called and where it lies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import Page

from pooling.actions.pools import draft_pool
from pooling.models import Pool, PoolState, WorkshopText
from pooling.workshops.models import Format, WorkshopPage
from tests.home.factories import page as plain_page
from tests.pooling.factories import NOW, pledge, staff, terms
from tests.pooling.workshop_factories import (
    draft_for,
    editor,
    french,
    in_german,
    logged_in,
    published,
    texts_in,
    workshop,
    workshop_list,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def told(pool: Pool) -> dict[str, tuple[str, str, str]]:
    return {text.language: (text.title, text.path, text.place) for text in WorkshopText.objects.filter(pool=pool)}


def publish_in_admin(page: WorkshopPage) -> Any:
    """As an editor does it: the form is sent with its publish button."""
    data = {
        "title": page.title,
        "slug": page.slug,
        "summary": page.summary,
        "format": page.format,
        "venue": page.venue,
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    return logged_in(editor()).post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data, follow=True)


def test_publishing_opens_the_pool() -> None:
    page = workshop()
    pool = draft_for(page)
    published(page)
    pool.refresh_from_db()
    assert (pool.state, pool.opened_at) == (PoolState.OPEN, NOW)


def test_publishing_a_translation_opens_the_pool_too() -> None:
    page = workshop()
    pool = draft_for(page)
    french(page)
    pool.refresh_from_db()
    assert pool.state == PoolState.OPEN


def test_publishing_again_changes_nothing() -> None:
    page = workshop_with_pool()
    before = page.pool.events.count()
    published(page)
    assert page.pool.events.count() == before


def test_a_page_that_is_planned_for_later_leaves_the_pool_a_draft() -> None:
    page = plain_page("Newsletter", parent=workshop_list(), model=WorkshopPage, summary="Kurz", venue="Bern")
    page.unpublish()
    pool = draft_for(page)
    page = WorkshopPage.objects.get(pk=page.pk)
    page.go_live_at = NOW + timedelta(days=2)
    page.save_revision(approved_go_live_at=page.go_live_at).publish()
    pool.refresh_from_db()
    assert pool.state == PoolState.DRAFT


def test_unsound_terms_leave_a_draft_and_publish_the_page() -> None:
    page = workshop()
    pool = draft_for(page, closes_at=NOW + timedelta(days=1))
    page.unpublish()
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        published(page)
    pool.refresh_from_db()
    assert pool.state == PoolState.DRAFT
    assert WorkshopPage.objects.get(pk=page.pk).live


def test_the_editor_is_told_that_the_pool_is_open() -> None:
    page = workshop()
    draft_for(page)
    sentence = in_german("The pool is open: from now on organisations can pledge, and its terms are frozen.")
    assert any(sentence in text for text in texts_in(publish_in_admin(page)))
    assert page.pool.state == PoolState.OPEN


def test_the_editor_is_told_why_the_pool_stays_a_draft() -> None:
    page = workshop()
    pool = draft_for(page, closes_at=NOW + timedelta(days=1))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        messages = texts_in(publish_in_admin(page))
    pool.refresh_from_db()
    assert pool.state == PoolState.DRAFT
    assert any(reverse("workshop_pool", args=[page.pk]) in text for text in messages)
    reason = in_german("The closing time has passed. Please choose a later one.")
    assert any(reason in text for text in messages)


def test_the_editor_is_told_that_there_is_no_pool_yet() -> None:
    page = workshop()
    assert any(reverse("workshop_pool", args=[page.pk]) in text for text in texts_in(publish_in_admin(page)))


def test_each_language_is_described_when_its_page_is_published() -> None:
    page = workshop("Newsletter")
    pool = draft_for(page)
    published(page)
    assert told(pool) == {"de": ("Newsletter", "/de/workshops/newsletter/", "Haus Beispiel, Bern")}
    french(page, "Infolettre")
    assert told(pool)["fr"] == ("Infolettre", "/fr/ateliers/infolettre/", "Maison Exemple, Berne")


def test_a_new_title_is_told() -> None:
    page = workshop_with_pool("Newsletter")
    page.title = "Newsletter gestalten"
    page.save_revision().publish()
    assert told(page.pool)["de"][0] == "Newsletter gestalten"


def test_an_online_workshop_without_a_venue_is_described_in_the_pages_language() -> None:
    page = workshop("Online", format=Format.ONLINE, venue="")
    pool = draft_for(page)
    published(page)
    assert told(pool)["de"][2] == in_german("online")


def test_a_new_slug_is_told(django_capture_on_commit_callbacks: Any) -> None:
    page = workshop_with_pool("Newsletter")
    page.slug = "newsletter-neu"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert told(page.pool)["de"][1] == "/de/workshops/newsletter-neu/"


def test_a_new_slug_above_is_told(django_capture_on_commit_callbacks: Any) -> None:
    page = workshop_with_pool("Newsletter")
    index = workshop_list()
    index.slug = "kurse"
    with django_capture_on_commit_callbacks(execute=True):
        index.save_revision().publish()
    assert told(page.pool)["de"][1] == "/de/kurse/newsletter/"


def test_a_moved_page_has_a_new_address() -> None:
    page = workshop_with_pool("Newsletter")
    parent = plain_page("Angebot")
    workshop_list().move(Page.objects.get(pk=parent.pk), pos="last-child")
    assert told(page.pool)["de"][1] == "/de/angebot/workshops/newsletter/"


def test_a_pool_that_is_made_after_the_page_was_published_is_told_in_the_admin() -> None:
    page = workshop("Newsletter")
    french(page, "Infolettre")
    person = editor()
    form = logged_in(person).get(reverse("workshop_pool", args=[page.pk])).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {
        "cost": "900",
        "subsidy": "0",
        "ceiling": "300",
        "minimum": "1",
        "capacity": "6",
        "closes_at": "21.03.2027 18:00",
        "starts_at": "20.05.2027 09:00",
    }
    response = logged_in(person).post(reverse("workshop_pool", args=[page.pk]), data)
    assert response.status_code == 302
    assert set(told(Pool.objects.get())) == {"de", "fr"}


def test_an_alias_describes_nothing() -> None:
    page = workshop_with_pool("Newsletter")
    page.create_alias(update_slug="newsletter-nochmals")
    published(page)
    assert told(page.pool)["de"][1] == "/de/workshops/newsletter/"


def test_unpublishing_says_that_the_pool_goes_on() -> None:
    page = workshop_with_pool("Newsletter")
    pledge(page.pool)
    address = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    messages = texts_in(logged_in(editor()).post(address, follow=True))
    assert any(reverse("workshop_pool", args=[page.pk]) in text for text in messages)
    assert Pool.objects.get().state == PoolState.OPEN


def test_a_draft_of_another_page_is_left_alone() -> None:
    other = draft_pool(page_key=workshop("Anderer").page_key, terms=terms(), by=staff(), now=NOW)
    workshop_with_pool("Newsletter")
    other.refresh_from_db()
    assert other.state == PoolState.DRAFT


def test_who_translates_into_one_language_publishes_there_and_opens_no_pool() -> None:
    german = workshop()
    translated = french(german)
    pool = draft_for(german)
    someone = editor("Translator French")
    translated.save_revision(user=someone).publish(user=someone)
    pool.refresh_from_db()
    assert pool.state == PoolState.DRAFT
    assert WorkshopPage.objects.get(pk=translated.pk).live


def test_who_translates_into_one_language_sees_the_pool_and_changes_nothing() -> None:
    german = workshop()
    translated = french(german)
    pool = draft_for(german)
    client = logged_in(editor("Translator French"))
    address = reverse("workshop_pool", args=[translated.pk])
    assert client.get(address).status_code == 200
    before = Pool.objects.values().get(pk=pool.pk)
    assert client.post(address, {"cost": "1.00"}).status_code == 302
    assert client.post(reverse("workshop_pool_call_off", args=[translated.pk]), {"reason": "x"}).status_code == 302
    assert client.get(reverse("workshop_pool", args=[german.pk])).status_code == 302
    assert Pool.objects.values().get(pk=pool.pk) == before
