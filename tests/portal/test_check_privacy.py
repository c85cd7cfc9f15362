"""The command finds a leak of each kind. Each is planted by taking away what keeps it shut."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Q
from wagtail import hooks
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from home.content_page import ContentPage
from home.wagtail_hooks import keep_documents_of_private_pages
from portal.privacy_check import leaks
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def private() -> Any:
    """A private resource in German and French, with an alias elsewhere and a document."""
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    translation_of(index, "fr", "Ressources")
    document = get_document_model().objects.create(title="Liste", file=ContentFile(b"geheim", "liste.txt"))
    body = [{"type": "text", "id": "1", "value": f'<p><a linktype="document" id="{document.pk}">Liste</a></p>'}]
    made = page("Verborgen", parent=index, model=ResourcePage, summary="Kurz", body=body)
    translation_of(made, "fr", "Caché", summary="Court", body=body)
    made.create_alias(parent=page("Offen"), update_slug="zweitname")
    PageViewRestriction.objects.create(page=made, restriction_type=PageViewRestriction.LOGIN)
    return made


def kinds() -> set[str]:
    return {line.partition(":")[0] for line in leaks()}


def test_nothing_leaks_and_the_command_says_how_much_it_looked_for(private: Any, capsys: Any) -> None:
    call_command("check_privacy")
    assert "3 pages were looked for" in capsys.readouterr().out


def test_a_page_a_translation_and_an_alias_that_are_served_are_found(private: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(ContentPage, "get_view_restrictions", lambda self: [])
    assert {"page", "page below or translation", "alias"} <= kinds()


def test_lists_the_sitemap_and_the_search_are_looked_through(private: Any, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("home.privacy.private_q", lambda: Q(pk__in=[]))
    assert {"list", "sitemap", "search"} <= kinds()
    with pytest.raises(SystemExit):
        call_command("check_privacy")
    assert "sitemap: it lists /fr/ressources/cache/" in capsys.readouterr().out


def test_a_document_of_private_pages_that_can_be_downloaded_is_found(private: Any) -> None:
    assert "document" not in kinds()
    served = hooks._hooks["before_serve_document"]
    kept = [entry for entry in served if entry[0] is not keep_documents_of_private_pages]
    hooks._hooks["before_serve_document"] = kept
    try:
        assert "document" in kinds()
    finally:
        hooks._hooks["before_serve_document"] = served
