"""What search engines are told."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from tests.home.factories import page, translation_of, unpublished

pytestmark = pytest.mark.django_db


def sitemap(client: Client) -> str:
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    return response.content.decode()


def test_the_sitemap_lists_live_pages_of_every_language(client: Client) -> None:
    german = page("Leitfaden")
    translation_of(german, "fr", "Guide pratique")
    unpublished(page("Entwurf"))
    shown = sitemap(client)
    for address in ("/de/", "/fr/", "/it/", "/de/leitfaden/", "/fr/guide-pratique/"):
        assert f"<loc>http://testserver{address}</loc>" in shown
    assert "entwurf" not in shown


def test_the_sitemap_names_the_translations(client: Client) -> None:
    translation_of(page("Leitfaden"), "fr", "Guide pratique")
    link = '<xhtml:link rel="alternate" hreflang="fr" href="http://testserver/fr/guide-pratique/"/>'
    assert sitemap(client).count(link) == 2


def test_the_sitemap_has_no_private_page(client: Client) -> None:
    private = page("Vertraulich")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert "vertraulich" not in sitemap(client)
