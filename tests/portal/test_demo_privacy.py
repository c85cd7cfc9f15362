"""The check of privacy on the demo: a site as an operator has it, of which half is private."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from portal.privacy_check import leaks, private_pages
from resources.models import ResourcePage
from tests.demo_site import demo_for_module, demo_site

__all__ = ["demo_for_module", "demo_site"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def every_second_resource_is_private(demo_for_module: None, db: None) -> int:
    resources = list(ResourcePage.objects.filter(locale__language_code="de").order_by("pk"))[::2]
    for each in resources:
        PageViewRestriction.objects.create(page=each, restriction_type=PageViewRestriction.LOGIN)
    return len(resources)


def test_nothing_of_the_demo_leaks_when_half_of_it_is_private(every_second_resource_is_private: int) -> None:
    assert list(leaks()) == []
    assert len(private_pages()) == 3 * every_second_resource_is_private
    assert Client().get("/de/").status_code == 200
