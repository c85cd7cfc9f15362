"""The workshops that a resource names, as a reader is shown them."""

from __future__ import annotations

from collections.abc import Iterable

from wagtail.models import Page

from home import languages
from home.freshness import POOLS, depends_on
from pooling.workshops.models import WorkshopPage


def workshops_for(chosen: Iterable[Page | None], *, language: str) -> list[WorkshopPage]:
    """Each chosen workshop in `language` where it has a public translation there, else as it was chosen if that is
    public, else not at all. With their pools; as many queries for five as for one, and none for none.
    """
    wanted = {page.translation_key: page.pk for page in chosen if page is not None}
    if not wanted:
        return []
    depends_on(POOLS)
    pages = WorkshopPage.objects.live().public().filter(languages.written_in_its_language())
    shown: dict[object, WorkshopPage] = {}
    for page in pages.filter(translation_key__in=wanted).with_pools():
        is_own = page.locale.language_code == language
        if is_own or (page.pk == wanted[page.translation_key] and page.translation_key not in shown):
            shown[page.translation_key] = page
    return [shown[key] for key in wanted if key in shown]
