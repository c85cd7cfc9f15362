"""What readers ask for, added up: by topic and by resource, each per language. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from wagtail.models import Locale

from home.languages import codes, own_name
from home.translations import localised
from pooling.accounts.tables import text

from .models import ResourcePage
from .readers import ReaderCount, Said


@dataclass
class Numbers:
    """How many readers said what about one thing in one language."""

    label: str
    language: str
    page: ResourcePage | None = None
    topics: list[str] = field(default_factory=list)
    workshop: int = 0
    helped: int = 0

    @property
    def language_name(self) -> str:
        return own_name(self.language)


@dataclass
class Demand:
    """Both tables, what is asked for most first."""

    by_topic: list[Numbers]
    by_resource: list[Numbers]


def demand(*, since: date, until: date, language: str) -> Demand:
    """What was said from `since` to `until`, both included; titles and topics in `language`, where there are any."""
    counts = (
        ReaderCount.objects.filter(day__range=(since, until))
        .values_list("page_key", "language", "said")
        .annotate(n=Sum("number"))
    )
    pages = pages_in(language, {key for key, _language, _said, _n in counts})
    topics = topics_of(pages, language)
    by_resource: dict[Any, Numbers] = {}
    by_topic: dict[Any, Numbers] = {}
    for key, code, said, n in counts:
        page = pages.get(key)
        names = topics.get(key, [])
        label = page.title if page else _("a resource that was deleted")
        row = by_resource.setdefault((key, code), Numbers(label, code, page, names))
        add(row, said, n)
        for name in names or [_("without a topic")]:
            add(by_topic.setdefault((name, code), Numbers(name, code)), said, n)
    return Demand(in_order(by_topic), in_order(by_resource))


def add(row: Numbers, said: str, n: int) -> None:
    if said == Said.WORKSHOP:
        row.workshop += n
    else:
        row.helped += n


def in_order(rows: dict[Any, Numbers]) -> list[Numbers]:
    return sorted(rows.values(), key=lambda row: (-row.workshop, -row.helped, row.label, row.language))


def pages_in(language: str, keys: set[Any]) -> dict[Any, ResourcePage]:
    """The resources by key: in `language`, else in the first language that there is."""
    order = [*[code for code in codes() if code != language], language]
    found = ResourcePage.objects.filter(translation_key__in=keys, alias_of=None).select_related("locale")
    return {
        page.translation_key: page
        for page in sorted(found.prefetch_related("topics"), key=lambda page: order.index(page.locale.language_code))
    }


def topics_of(pages: dict[Any, ResourcePage], language: str) -> dict[Any, list[str]]:
    """The names of their topics in `language`."""
    rows = {topic.pk: topic for page in pages.values() for topic in page.topics.all()}
    locale = Locale.objects.filter(language_code=language).first()
    named = dict(zip(rows, localised(rows.values(), locale) if locale else rows.values(), strict=True))
    topics: dict[Any, list[str]] = defaultdict(list)
    for key, page in pages.items():
        topics[key] = sorted(named[topic.pk].name for topic in page.topics.all())
    return topics


def demand_rows(found: Demand) -> list[list[str | int]]:
    """A table for a spreadsheet: one row per resource and language."""
    heading: list[str | int] = [
        *(_("Resource"), _("Topics"), _("Language")),
        *(str(Said.WORKSHOP.label), str(Said.HELPED.label)),
    ]
    rows: list[list[str | int]] = [
        [text(row.label), text(", ".join(row.topics)), row.language, row.workshop, row.helped]
        for row in found.by_resource
    ]
    return [heading, *rows]
