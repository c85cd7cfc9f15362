"""What tests of the network's pages share: a site, staff who are logged in, pages as text, and meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from home.tree import ensure_site
from members.meetings.models import Meeting
from tests.members.factories import UserFactory
from tests.members.meeting_steps import planned
from tests.portal.test_organisation_naming import client_of

MARKUP = "<script>alert(1)</script>"
SOON = timedelta(days=20)


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    """A home page, and nothing of an earlier test in the cache."""
    ensure_site()
    cache.clear()
    yield
    cache.clear()


def staff(role: str) -> Client:
    """Somebody with this role, logged in."""
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return client_of(person)


def text(path: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode().replace("\r\n ", "")  # lines of a calendar are folded


def coming(**changes: Any) -> Meeting:
    """One that anybody can be registered for."""
    starts_at = timezone.now() + SOON
    return planned(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **changes)
