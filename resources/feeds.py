"""The newest resources as an Atom feed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.feeds import MOST, PageFeed, printable

from .models import ResourceIndexPage, ResourcePage
from .templatetags.resource_tags import library


class ResourceFeed(PageFeed):
    url_name = "resource_feed"
    title = _("New resources")
    subtitle = _("What small social organisations in Switzerland can read about digital work.")

    def list_page(self) -> ResourceIndexPage | None:
        return library()

    def items(self) -> list[ResourcePage]:
        pages = ResourcePage.objects.live().public().in_language(get_language() or "de").newest_first()
        return list(pages.prefetch_related("topics")[:MOST])

    def item_author_name(self, item: Any) -> str:
        return printable(item.author) or self.author_name
