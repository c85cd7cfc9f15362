"""What search engines are told they may read."""

from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def robots(client: Client) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(client.get("/robots.txt").content.decode().splitlines())
    return found


@pytest.mark.parametrize(
    "path",
    ["/de/", "/fr/ressources/", "/sitemap.xml", "/de/feeds/resources.atom", "/api/v2/pages/", "/documents/1/x.pdf"],
)
def test_what_visitors_read_may_be_read(robots: RobotFileParser, path: str) -> None:
    assert robots.can_fetch("*", path)


@pytest.mark.parametrize(
    "path", ["/admin/", "/webhooks/stripe/", "/de/suche/?q=x", "/fr/recherche/", "/de/konto/anmelden/", "/fr/compte/"]
)
def test_accounts_the_admin_and_lists_of_hits_may_not(robots: RobotFileParser, path: str) -> None:
    assert not robots.can_fetch("*", path)


def test_the_sitemap_is_named(robots: RobotFileParser) -> None:
    assert robots.site_maps() == ["http://testserver/sitemap.xml"]
