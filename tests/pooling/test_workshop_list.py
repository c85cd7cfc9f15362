"""The list of workshops and their pools in the admin."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from pooling.workshops.models import WorkshopPage
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW
from tests.pooling.workshop_factories import (
    draft_for,
    editor,
    french,
    logged_in,
    workshop,
    workshop_with_pool,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return logged_in(editor())


def address(page: WorkshopPage) -> str:
    return reverse("workshop_pool", args=[page.pk])


def test_the_list_shows_all_pools_and_filters_by_state(client: Any) -> None:
    opened, draft = workshop_with_pool("Offen"), workshop("Entwurf")
    draft_for(draft)
    html = client.get(reverse("workshop_pools")).content.decode()
    assert address(opened) in html
    assert address(draft) in html
    html = client.get(reverse("workshop_pools"), {"state": "open"}).content.decode()
    assert address(opened) in html
    assert address(draft) not in html


def test_the_list_names_a_workshop_in_the_editors_language(client: Any) -> None:
    page = workshop_with_pool("Newsletter")
    french(page)
    html = client.get(reverse("workshop_pools_results")).content.decode()
    assert address(page) in html
    assert "Infolettre" not in html


def test_a_pool_whose_page_is_gone_is_listed_without_a_link(client: Any) -> None:
    page = workshop_with_pool("Newsletter")
    page.delete()
    assert "Newsletter" in client.get(reverse("workshop_pools")).content.decode()


def test_the_list_is_for_people_who_work_on_pages() -> None:
    assert logged_in(UserFactory()).get(reverse("workshop_pools"), follow=True).status_code == 403
