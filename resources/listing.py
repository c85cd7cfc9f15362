"""The list of resources as it is asked for by an address: filters that combine, an order, and pages.

A choice that there is not is ignored, so that an old or mistyped address still shows something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import Count
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale

from home.models import Topic

from .formats import Format

PER_PAGE = 24
ORDERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (_("newest first"), ("-first_published_at", "-pk")),
    "title": (_("by title"), ("title", "pk")),
    "short": (_("shortest first"), ("reading_minutes", "title", "pk")),
}


@dataclass(frozen=True)
class Choice:
    """One of the values of a filter, and how many resources it would show beside the other filters."""

    value: str
    label: Any
    count: int
    is_chosen: bool


class Listing:
    """`everything` is all that may be shown; `asked` are the parameters of the address."""

    def __init__(self, everything: Any, *, locale: Locale, asked: Mapping[str, str]) -> None:
        self.everything, self.locale, self.asked = everything, locale, asked

    @cached_property
    def all_topics(self) -> list[Topic]:
        return list(Topic.objects.filter(locale=self.locale))

    @cached_property
    def topic(self) -> Topic | None:
        return next((topic for topic in self.all_topics if topic.slug == self.asked.get("topic")), None)

    @cached_property
    def format(self) -> str:
        return self.asked.get("format", "") if self.asked.get("format") in Format.values else ""

    @property
    def sort(self) -> str:
        return self.asked.get("sort", "") if self.asked.get("sort") in ORDERS else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.topic or self.format)

    @cached_property
    def topics(self) -> list[Choice]:
        """Topics of which there is something at all, with their numbers in the chosen format."""
        found = self.everything.of_format(self.format) if self.format else self.everything
        counts = numbers(found, "topics__translation_key")
        used = counts if not self.format else numbers(self.everything, "topics__translation_key")
        return [
            Choice(topic.slug, topic.name, counts.get(topic.translation_key, 0), topic == self.topic)
            for topic in self.all_topics
            if topic.translation_key in used
        ]

    @cached_property
    def formats(self) -> list[Choice]:
        """Formats of which there is something at all, with their numbers on the chosen topic."""
        counts = numbers(self.everything.about(self.topic) if self.topic else self.everything, "format")
        used = counts if not self.topic else numbers(self.everything, "format")
        return [
            Choice(value, label, counts.get(value, 0), value == self.format)
            for value, label in Format.choices
            if value in used
        ]

    @property
    def orders(self) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _fields) in ORDERS.items()]

    @cached_property
    def page(self) -> PaginatorPage[Any]:
        """The resources shown. A page that there is not is the nearest that there is."""
        found = self.everything.about(self.topic) if self.topic else self.everything
        found = found.of_format(self.format) if self.format else found
        ordered = found.order_by(*ORDERS[self.sort][1])
        return Paginator(ordered, PER_PAGE).get_page(self.asked.get("page", "1"))

    @property
    def query(self) -> str:
        """What an address needs to show the same on another page."""
        chosen = {"topic": self.topic.slug if self.topic else "", "format": self.format, "sort": self.sort}
        return urlencode({name: value for name, value in chosen.items() if value})


def numbers(found: Any, by: str) -> dict[Any, int]:
    """How many of `found` there are of each value of the field `by`."""
    return dict(found.order_by().values_list(by).annotate(n=Count("pk", distinct=True)))
