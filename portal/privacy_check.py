"""Looks for private pages and documents as a visitor would, and says what can be read. Reads only.

What is private is worked out here once more, a page at a time and in another way than home/privacy.py does it, so that
a slip there is found and not repeated.
"""

from __future__ import annotations

import json
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

from home.languages import absolute, codes, home_url

Visitor = Client
FEEDS = ("resource_feed", "workshop_feed")


def leaks() -> Iterator[str]:
    """One sentence per leak: what it is, where, and in which way it can be read."""
    visitor = Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname or "localhost", raise_request_exception=False)
    pages = private_pages()
    yield from read_directly(visitor, pages)
    yield from read_in_lists(visitor, pages)
    yield from in_the_sitemap(visitor, pages)
    yield from in_feeds(visitor, pages)
    yield from found_by_search(visitor, pages)
    yield from given_by_the_api(visitor, pages)
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
    """In which way `page` is private: the nearest reason."""
    if page.alias_of_id:
        return "alias"
    if page.view_restrictions.exists():
        return "page"
    translations = page.get_translations()
    return "translation" if PageViewRestriction.objects.filter(page__in=translations).exists() else "child"


def read_directly(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    for page in pages:
        url = page.get_url()
        if url and visitor.get(url).status_code == 200:
            yield f"{kind_of(page)}: anybody can read {url}"


def read_in_lists(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    """The page above each, since a list shows what lies below it, and the home page, which shows the newest."""
    lists: dict[str, str] = {}
    for page in pages:
        url = page.get_url() or ""
        for address in {page.get_parent().get_url() or "", home_url(page.locale.language_code)} - {"", url}:
            if address not in lists:
                lists[address] = shown(visitor, address)
            if url and f'href="{escape(url)}"' in lists[address]:
                yield f"list: {address} shows {url}"


def in_the_sitemap(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    """As an entry, or as a translation of one."""
    sitemap = visitor.get(reverse("sitemap")).content.decode()
    for page in pages:
        address = escape(absolute(page.get_url() or ""))
        if f"<loc>{address}</loc>" in sitemap or f'href="{address}"' in sitemap:
            yield f"sitemap: it lists {page.get_url()}"


def in_feeds(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    for language in codes():
        for name in FEEDS:
            with translation.override(language):
                address = reverse(name)
            feed = shown(visitor, address)
            for page in pages:
                if (url := page.get_url()) and f'href="{escape(absolute(url))}"' in feed:
                    yield f"feed: {address} has {url}"


def given_by_the_api(visitor: Visitor, pages: list[Page]) -> Iterator[str]:
    """By itself, in the list of its type, and as what another page is a translation of."""
    listing = reverse("api:pages:listing")
    for page in pages:
        if visitor.get(detail := reverse("api:pages:detail", args=[page.pk])).status_code == 200:
            yield f"API: {detail} gives {page.get_url()}"
        kind = f"{page._meta.app_label}.{type(page).__name__}"
        listed = visitor.get(listing, {"type": kind, "translation_key": str(page.translation_key), "fields": "*"})
        if listed.status_code == 200 and page.pk in {item["id"] for item in json.loads(listed.content)["items"]}:
            yield f"API: {listing} lists {page.get_url()}"


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
