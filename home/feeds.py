"""What all Atom feeds have in common (RFC 4287). Each language has its own; it holds public pages of that language."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language

from . import languages
from .content_page import ContentPage

MOST = 30  # entries, the newest first


class PageFeed(Feed):
    """The newest pages of one type. A kind of feed says `url_name`, `title`, `list_page` and `pages`."""

    feed_type = Atom1Feed
    url_name = ""
    author_name = settings.WAGTAIL_SITE_NAME

    def list_page(self) -> ContentPage | None:
        """The page that lists all of them in the active language, if there is one."""
        raise NotImplementedError

    def link(self) -> str:
        page = self.list_page()
        return languages.absolute((page and page.get_url()) or languages.home_url(get_language() or "de"))

    def feed_url(self) -> str:
        return languages.absolute(reverse(self.url_name))

    def feed_guid(self) -> str:
        return self.feed_url()

    def item_title(self, item: ContentPage) -> str:
        return printable(item.title)

    def item_description(self, item: Any) -> str:
        """As HTML, which Django tells the reader."""
        return escape(printable(item.summary))

    def item_link(self, item: ContentPage) -> str:
        return languages.absolute(item.get_url() or "")

    def item_guid(self, item: ContentPage) -> str:
        """Stays the same when the page moves or is renamed."""
        return uuid.uuid5(item.translation_key, get_language() or "").urn

    def item_pubdate(self, item: ContentPage) -> datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: ContentPage) -> datetime | None:
        return item.last_published_at

    def item_categories(self, item: Any) -> list[str]:
        return [printable(topic.name) for topic in item.topics.all()]

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        self.language = get_language()
        return super().get_feed(obj, request)


def printable(text: str) -> str:
    """Without the control characters that XML does not take."""
    return "".join(letter for letter in text if letter in "\t\n" or unicodedata.category(letter) not in ("Cc", "Cs"))
