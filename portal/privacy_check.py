"""Looks for private pages and documents as a visitor would, and says what can be read. Reads only.

What is private is worked out here once more, a page at a time and in another way than home/privacy.py does it, so that
a slip there is found and not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction, ReferenceIndex

Visitor = Client


def leaks() -> Iterator[str]:
    """One sentence per leak: what it is, where, and in which way it can be read."""
    visitor = Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname or "localhost", raise_request_exception=False)
    pages = private_pages()
    yield from read_directly(visitor, pages)
    yield from read_in_lists(visitor, pages)
    yield from found_by_search(visitor, pages)
    yield from documents(visitor, pages)


def private_pages() -> list[Page]:
    """Live pages that are restricted themselves, with their translations, what lies below any of these, the
    translations of that, and all aliases of all of them.
    """
    found: dict[int, Page] = {}
    waiting = [restriction.page for restriction in PageViewRestriction.objects.select_related("page")]
    while waiting:
        page = waiting.pop()
        if page.pk not in found:
            found[page.pk] = page
            waiting += [*page.get_translations(), *page.get_children(), *page.aliases.all()]
    return [page.specific for page in found.values() if page.live]


def kind_of(page: Page) -> str:
    if page.alias_of_id:
        return "alias"
    return "page" if page.view_restrictions.exists() else "page below or translation"


def read_directly(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    for page in pages:
        url = page.get_url()
        if url and visitor.get(url).status_code == 200:
            yield f"{kind_of(page)}: anybody can read {url}"


def read_in_lists(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    """The sitemap, and the page above each: a list shows what lies below it."""
    sitemap = visitor.get(reverse("sitemap")).content.decode()
    lists: dict[str, str] = {}
    for page in pages:
        url = page.get_url() or ""
        if f"<loc>{escape(settings.SITE_URL + url)}</loc>" in sitemap:
            yield f"sitemap: it lists {url}"
        above = page.get_parent().get_url() or ""
        if above and above not in lists:
            lists[above] = shown(visitor, above)
        if url and f'href="{escape(url)}"' in lists.get(above, ""):
            yield f"list: {above} shows {url}"


def found_by_search(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    for page in pages:
        with translation.override(page.locale.language_code):
            address = reverse("resources:search")
        text = visitor.get(address, {"q": page.title}).content.decode()
        if (url := page.get_url()) and f'href="{escape(url)}"' in text:
            yield f"search: it finds {url}"


def documents(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    """Documents of private collections, and those that nothing but private pages uses."""
    private = {str(page.pk) for page in pages}
    for document in get_document_model().objects.select_related("collection"):
        users = {reference.object_id for reference in ReferenceIndex.get_references_to(document) if is_page(reference)}
        is_private = document.collection.get_view_restrictions().exists() or (users and users <= private)
        if is_private and visitor.get(document.url).status_code == 200:
            yield f"document: anybody can download {document.url}"


def is_page(reference: Any) -> bool:
    return reference.base_content_type.model_class() is Page


def shown(visitor: Visitor, url: str) -> str:
    response = visitor.get(url)
    return response.content.decode() if response.status_code == 200 else ""
