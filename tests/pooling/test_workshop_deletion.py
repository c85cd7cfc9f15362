"""A page whose pool holds pledges stays, and so do its translations and what lies above it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from wagtail.models import Page

from pooling.actions.pledges import withdraw_pledge
from pooling.models import Pool, PoolState
from pooling.workshops.models import WorkshopPage
from tests.home.factories import home_page, translation_of
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW, administrator, pledge
from tests.pooling.workshop_factories import (
    draft_for,
    french,
    logged_in,
    texts_in,
    workshop,
    workshop_list,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client() -> Any:
    """Somebody who may delete everything."""
    return logged_in(UserFactory(is_staff=True, is_superuser=True))


def delete(client: Any, page: Page) -> Any:
    return client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)


def is_there(page: Page) -> bool:
    return Page.objects.filter(pk=page.pk).exists()


def test_a_page_with_pledges_cant_be_deleted(client: Any) -> None:
    page = workshop_with_pool("Newsletter")
    pledge(page.pool)
    messages = texts_in(delete(client, page))
    assert is_there(page)
    assert any("Newsletter" in text for text in messages)


def test_the_confirmation_is_refused_already(client: Any) -> None:
    page = workshop_with_pool()
    pledge(page.pool)
    assert client.get(reverse("wagtailadmin_pages:delete", args=[page.pk])).status_code == 302


def test_its_translation_cant_be_deleted_either(client: Any) -> None:
    page = workshop_with_pool()
    translated = french(page)
    pledge(page.pool)
    delete(client, translated)
    assert is_there(translated)


def test_what_lies_above_cant_be_deleted_either(client: Any) -> None:
    page = workshop_with_pool()
    pledge(page.pool)
    delete(client, workshop_list())
    delete(client, home_page())
    assert is_there(page)


def test_several_pages_at_once_are_refused_too(client: Any) -> None:
    page, other = workshop_with_pool("Newsletter"), workshop("Anderer")
    pledge(page.pool)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    client.post(f"{address}?id={page.pk}&id={other.pk}&next=/admin/", follow=True)
    assert is_there(page)
    assert is_there(other)


def test_a_withdrawn_pledge_keeps_the_page_too(client: Any) -> None:
    page = workshop_with_pool()
    made = pledge(page.pool)
    withdraw_pledge(pledge=made, by=administrator(made.organisation), now=NOW)
    delete(client, page)
    assert is_there(page)


def test_an_alias_can_be_deleted(client: Any) -> None:
    page = workshop_with_pool()
    pledge(page.pool)
    alias = page.create_alias(update_slug="nochmals")
    delete(client, alias)
    assert not is_there(alias)
    assert is_there(page)


def test_a_page_without_pledges_is_deleted_and_its_pool_is_given_up(client: Any) -> None:
    page = workshop_with_pool()
    delete(client, page)
    assert not is_there(page)
    assert Pool.objects.get().state == PoolState.CANCELLED


def test_a_draft_is_given_up_too(client: Any) -> None:
    page = workshop()
    draft_for(page)
    delete(client, page)
    assert Pool.objects.get().state == PoolState.CANCELLED


def test_a_pool_goes_on_as_long_as_one_language_is_there(client: Any) -> None:
    page = workshop_with_pool()
    translated = french(page)
    delete(client, translated)
    assert not is_there(translated)
    assert WorkshopPage.objects.get() == page
    assert Pool.objects.get().state == PoolState.OPEN


def test_pages_of_other_kinds_are_deleted_as_ever(client: Any) -> None:
    index = workshop_list()
    translation_of(index, "it", "Workshop", lead="")
    delete(client, index)
    assert not is_there(index)
