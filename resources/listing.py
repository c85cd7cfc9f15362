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

from home.kept import kept
from home.models import Topic

from .formats import Format, Level

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


@dataclass(frozen=True)
class Numbers:
    """How many resources there are by topic (its translation key), format and level; and by the latter two at all."""

    by_topic: dict[tuple[Any, str, str], int]
    in_all: dict[tuple[str, str], int]

    def of(self, topic: Topic | None = None, format: str = "", level: str = "") -> int:
        """Those that all of these filters show; None and "" are no filter."""
        if topic is None:
            counted = list(self.in_all.items())
        else:
            counted = [(how, n) for (key, *how), n in self.by_topic.items() if key == topic.translation_key]
        return sum(n for (form, deep), n in counted if format in ("", form) and level in ("", deep))


class Listing:
    """`everything` is all that may be shown, and `key` names it; `asked` are the parameters of the address."""

    def __init__(self, everything: Any, *, key: str, locale: Locale, asked: Mapping[str, str]) -> None:
        self.everything, self.key, self.locale, self.asked = everything, key, locale, asked

    @cached_property
    def numbers(self) -> Numbers:
        return kept(f"numbers:{self.key}", lambda: count(self.everything))

    @cached_property
    def topics_in_all_languages(self) -> list[Topic]:
        return kept("topics", lambda: list(Topic.objects.all()))

    @property
    def all_topics(self) -> list[Topic]:
        return [topic for topic in self.topics_in_all_languages if topic.locale_id == self.locale.pk]

    @cached_property
    def topic(self) -> Topic | None:
        return next((topic for topic in self.all_topics if topic.slug == self.asked.get("topic")), None)

    def rows_of(self, topic: Topic) -> list[Topic]:
        """This topic in all languages."""
        return [each for each in self.topics_in_all_languages if each.translation_key == topic.translation_key]

    @cached_property
    def format(self) -> str:
        return self.asked.get("format", "") if self.asked.get("format") in Format.values else ""

    @cached_property
    def level(self) -> str:
        return self.asked.get("level", "") if self.asked.get("level") in Level.values else ""

    @property
    def sort(self) -> str:
        return self.asked.get("sort", "") if self.asked.get("sort") in ORDERS else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.topic or self.format or self.level)

    @cached_property
    def topics(self) -> list[Choice]:
        """Topics of which there is something at all, with their numbers beside the other filters."""
        return [
            Choice(topic.slug, topic.name, self.numbers.of(topic, self.format, self.level), topic == self.topic)
            for topic in self.all_topics
            if self.numbers.of(topic)
        ]

    @cached_property
    def formats(self) -> list[Choice]:
        """Formats of which there is something at all, likewise."""
        return [
            Choice(value, label, self.numbers.of(self.topic, value, self.level), value == self.format)
            for value, label in Format.choices
            if self.numbers.of(format=value)
        ]

    @cached_property
    def levels(self) -> list[Choice]:
        """Levels of which there is something at all, likewise."""
        return [
            Choice(value, label, self.numbers.of(self.topic, self.format, value), value == self.level)
            for value, label in Level.choices
            if self.numbers.of(level=value)
        ]

    @property
    def orders(self) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _fields) in ORDERS.items()]

    @cached_property
    def page(self) -> PaginatorPage[Any]:
        """The resources shown. A page that there is not is the nearest that there is."""
        found = self.everything.about(self.rows_of(self.topic)) if self.topic else self.everything
        found = found.of_format(self.format) if self.format else found
        found = found.of_level(self.level) if self.level else found
        order = ORDERS[self.sort][1]
        # Sorting keys alone is much cheaper than sorting whole pages, of which only these few are needed.
        paginator = Paginator(found.order_by(*order).values("pk"), PER_PAGE)
        paginator.count = self.numbers.of(self.topic, self.format, self.level)
        page = paginator.get_page(self.asked.get("page", "1"))
        page.object_list = list(self.everything.model.objects.filter(pk__in=page.object_list).order_by(*order))
        return page

    @property
    def query(self) -> str:
        """What an address needs to show the same on another page."""
        chosen = {"topic": self.topic.slug if self.topic else "", "format": self.format, "level": self.level}
        chosen["sort"] = self.sort
        return urlencode({name: value for name, value in chosen.items() if value})


def count(everything: Any) -> Numbers:
    """Two statements, whatever is asked for afterwards."""
    counted = everything.order_by()
    by_topic = counted.values_list("topics__translation_key", "format", "level").annotate(n=Count("pk", distinct=True))
    in_all = counted.values_list("format", "level").annotate(n=Count("pk"))
    return Numbers({tuple(how): n for *how, n in by_topic}, {(format, level): n for format, level, n in in_all})
