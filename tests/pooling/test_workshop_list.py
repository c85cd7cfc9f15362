"""The list of workshops and their pools in the admin."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import GroupPagePermission, Page

from pooling.actions.settlement import collect_due_charges
from pooling.workshops.models import WorkshopPage
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW, pledge
from tests.pooling.workshop_factories import (
    draft_for,
    editor,
    french,
    logged_in,
    workshop,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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


def rows_of(answer: Any) -> list[dict[str, str]]:
    data = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(data)))


def shown(client: Any, **filters: str) -> str:
    return str(client.get(reverse("workshop_pools"), filters).content.decode())


def test_the_list_filters_by_pricing_and_closing_time(client: Any) -> None:
    fixed = workshop_with_pool("Fest")
    split = workshop_with_pool("Aufgeteilt", pricing="split", closes_at=NOW + timedelta(days=10))
    html = shown(client, pricing="split")
    assert (address(split) in html, address(fixed) in html) == (True, False)
    html = shown(client, closes_at_from="2027-03-15")
    assert (address(split) in html, address(fixed) in html) == (False, True)
    html = shown(client, closes_at_to="2027-03-15")
    assert (address(split) in html, address(fixed) in html) == (True, False)


def test_the_list_says_what_was_collected_and_what_is_due(client: Any) -> None:
    page = workshop_with_pool("Newsletter")
    pledge(page.pool, shares=2)
    pledge(page.pool, behaviour="authenticates")
    collect_due_charges(now=NOW)
    html = shown(client)
    assert "CHF\u00a0600.00" in html
    assert "CHF\u00a0300.00" in html


def test_the_spreadsheet_says_the_same(client: Any) -> None:
    page = workshop_with_pool("=Newsletter")
    pledge(page.pool, shares=2)
    pledge(page.pool, behaviour="authenticates")
    collect_due_charges(now=NOW)
    [row] = rows_of(client.get(reverse("workshop_pools"), {"export": "csv"}))
    cells = list(row.values())
    assert cells[0] == "'=Newsletter"
    assert cells[3:10] == ["3", "3", "6", "300.00", "900.00", "600.00", "300.00"]
    assert cells[10] == "2027-03-21 10:00:00"
    answer = client.get(reverse("workshop_pools"), {"export": "xlsx"})
    [_headings, values] = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values
    assert [float(value) for value in values[6:10]] == [300, 900, 600, 300]


def test_the_spreadsheet_holds_what_was_filtered(client: Any) -> None:
    workshop_with_pool("Offen")
    draft_for(workshop("Entwurf"))
    assert len(rows_of(client.get(reverse("workshop_pools"), {"export": "csv", "state": "draft"}))) == 1
    assert len(rows_of(client.get(reverse("workshop_pools"), {"export": "csv"}))) == 2


def test_pools_of_pages_that_one_may_not_edit_are_not_listed() -> None:
    mine, other = workshop_with_pool("Mein"), workshop_with_pool("Fremd")
    person, group = UserFactory(is_staff=True), Group.objects.create(name="Some")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    change = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
    GroupPagePermission.objects.create(group=group, page=Page.objects.get(pk=mine.pk), permission=change)
    person.groups.add(group)
    client = logged_in(person)
    html = shown(client)
    assert (address(mine) in html, address(other) in html) == (True, False)
    assert client.get(address(other)).status_code in (302, 403)
    assert len(rows_of(client.get(reverse("workshop_pools"), {"export": "csv"}))) == 1


def test_the_number_of_queries_does_not_grow_with_the_pools(client: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    for number in range(3):
        workshop_with_pool(f"Workshop {number}")
    queries()
    few = queries()
    for number in range(3, 30):
        workshop_with_pool(f"Workshop {number}")
    assert queries() == few
