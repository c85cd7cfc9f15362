"""The command finds a leak of each kind, and only that one. Each is planted by taking away what keeps it shut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Q
from wagtail import hooks
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction

from home import privacy, sitemaps
from home.content_page import ContentPage, ContentQuerySet
from home.wagtail_hooks import keep_documents_of_private_pages
from members.group import members_group
from portal.api import PublicPages
from portal.privacy_check import leaks
from resources import views as search_views
from resources.feeds import ResourceFeed
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["whoever is logged in", "members"])
def private(request: Any) -> Any:
    """A private resource in German and French, with an alias elsewhere, a document in the text and another as an
    attachment; and a private page with a child.
    """
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    translation_of(index, "fr", "Ressources")
    document = get_document_model().objects.create(title="Liste", file=ContentFile(b"geheim", "liste.txt"))
    body = [{"type": "text", "id": "1", "value": f'<p><a linktype="document" id="{document.pk}">Liste</a></p>'}]
    other = get_document_model().objects.create(title="Vorlage", file=ContentFile(b"auch geheim", "vorlage.txt"))
    attachments = [{"type": "document", "id": "2", "value": {"document": other.pk, "label": ""}}]
    fields: dict[str, Any] = {"summary": "Kurz", "body": body, "attachments": attachments}
    made = page("Verborgen", parent=index, model=ResourcePage, **fields)
    translation_of(made, "fr", "Caché", summary="Court", body=body)
    made.create_alias(parent=page("Offen"), update_slug="zweitname")
    page("Protokoll", parent=(above := page("Intern")))
    for restricted in (made, above):
        if request.param == "members":
            privacy.restrict_to(restricted, members_group())
        else:
            PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    return made


def kinds() -> set[str]:
    return {line.partition(":")[0] for line in leaks()}


def unguarded(which: Callable[[Page], bool]) -> Callable[..., Any]:
    """What serves a page asks for its restrictions: none for those that `which` picks."""
    return lambda self: [] if which(self) else privacy.restrictions_of(self)


def test_nothing_leaks_and_the_command_says_how_much_it_looked_for(private: Any, capsys: Any) -> None:
    call_command("check_privacy")
    assert "5 pages were looked for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "which"),
    [
        ("page", lambda page: page.title in ("Verborgen", "Intern") and not page.alias_of_id),
        ("translation", lambda page: page.title == "Caché"),
        ("child", lambda page: page.title == "Protokoll"),
        ("alias", lambda page: page.alias_of_id is not None),
    ],
)
def test_a_page_that_is_served_is_found(private: Any, monkeypatch: Any, kind: str, which: Any) -> None:
    monkeypatch.setattr(ContentPage, "get_view_restrictions", unguarded(which))
    assert kinds() == {kind}


@pytest.mark.parametrize(
    ("kind", "place", "name", "leaking"),
    [
        ("sitemap", sitemaps, "public_pages", lambda: Page.objects.live()),
        ("search", search_views, "pages_hidden_from", lambda reader: Page.objects.none()),
        ("list", ContentQuerySet, "readable_by", lambda self, reader: self),
        ("feed", ResourceFeed, "items", lambda self: list(ResourcePage.objects.live())),
        ("API", PublicPages, "get_base_queryset", lambda self: Page.objects.live()),
        ("list", ContentQuerySet, "private_q", lambda self: Q(pk__in=[])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_way_that_does_not_ask_who_may_read_is_found(
    private: Any, monkeypatch: Any, kind: str, place: Any, name: str, leaking: Any
) -> None:
    monkeypatch.setattr(place, name, leaking)
    assert kind in kinds()
    assert kinds() <= {kind, "feed"}


def test_the_command_ends_with_status_1_and_a_line_for_each(private: Any, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("home.privacy.private_q", lambda reader=None: Q(pk__in=[]))
    assert {"list", "sitemap", "search", "feed", "API"} <= kinds()
    with pytest.raises(SystemExit):
        call_command("check_privacy")
    shown = capsys.readouterr().out
    assert "sitemap: it lists /fr/ressources/cache/" in shown
    assert "feed: /fr/feeds/resources.atom has /fr/ressources/cache/" in shown


def test_a_document_of_private_pages_that_can_be_downloaded_is_found(private: Any) -> None:
    served = hooks._hooks["before_serve_document"]
    hooks._hooks["before_serve_document"] = [
        entry for entry in served if entry[0] is not keep_documents_of_private_pages
    ]
    try:
        assert [line.partition(":")[0] for line in leaks()] == ["document", "document"]
    finally:
        hooks._hooks["before_serve_document"] = served
