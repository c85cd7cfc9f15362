"""Keeps the search's entries in step with what is live. Wagtail's signals tell, so no editor's way is missed."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from home.content_page import ContentPage
from home.people_block import people_in
from home.stemming import stems
from pooling.workshops.models import WorkshopPage

from .models import ResourcePage
from .search_entry import Kind, SearchEntry

# Words of one page, at most: PostgreSQL refuses a vector of more than a megabyte.
MOST_WORDS = 20_000


def kind_of(page: Page) -> Kind:
    if isinstance(page, ResourcePage):
        return Kind.RESOURCE
    return Kind.WORKSHOP if isinstance(page, WorkshopPage) else Kind.PAGE


def index_page(page: Page) -> SearchEntry | None:
    """Write what search knows of `page`, or forget it if it is not to be found. Aliases show what stands elsewhere."""
    page = page.specific
    if not (page.live and isinstance(page, ContentPage)) or page.alias_of_id is not None:
        forget_page(page)
        return None
    language = page.locale.language_code
    names = [
        str(each) for field in ("topics", "experts") if hasattr(page, field) for each in getattr(page, field).all()
    ]
    names += [str(person) for person in people_in(getattr(page, "body", None) or [])]
    text = page.text
    entry, _created = SearchEntry.objects.update_or_create(
        page_id=page.pk,
        defaults={
            "language": language,
            "kind": kind_of(page),
            "summary": getattr(page, "summary", "") or getattr(page, "lead", ""),
            "text": text,
            "title_stems": padded(stems(page.title, language)),
            "stems": padded(stems(" ".join([text, *names]), language)),
            "published_at": page.first_published_at,
        },
    )
    return entry


def padded(words: list[str]) -> str:
    return f" {' '.join(words[:MOST_WORDS])} " if words else ""


def forget_page(page: Page) -> None:
    SearchEntry.objects.filter(page_id=page.pk).delete()


def index_all() -> tuple[int, int]:
    """Write all entries anew. Returns how many pages can be found, and how many entries of other pages are gone."""
    live = Page.objects.live().filter(depth__gte=2, alias_of=None)
    gone = SearchEntry.objects.filter(~Q(page__in=live)).delete()[0]
    return sum(index_page(page) is not None for page in live.specific().iterator(chunk_size=200)), gone


def hear_of_published(sender: Any, instance: Page, **_details: Any) -> None:
    index_page(instance)


def hear_of_unpublished(sender: Any, instance: Page, **_details: Any) -> None:
    forget_page(instance)


def connect() -> None:
    page_published.connect(hear_of_published, dispatch_uid="search")
    page_unpublished.connect(hear_of_unpublished, dispatch_uid="search")
