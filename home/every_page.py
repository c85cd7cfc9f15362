"""What stands on every page as editors set it with the home page of a language (home/site_blocks.py).

It is kept with the home page because that is read once for every page anyhow: where nothing is set, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from wagtail.models import Page

from . import languages
from .freshness import CONTENT, depends_on
from .kept import kept
from .privacy import public_pages

if TYPE_CHECKING:
    from .models import HomePage


@dataclass(frozen=True)
class Link:
    """`language` is empty where the link leads to a page in the reader's language, or away from the portal."""

    url: str
    title: str
    key: Any = None  # the page's translation key
    language: str = ""


@dataclass(frozen=True)
class Column:
    title: str
    parts: list[Link | str]  # a text is an address or the like


@dataclass(frozen=True)
class Marked:
    """The pages right below a home page that say themselves where they are to be shown."""

    in_menu: list[Link]
    at_foot: list[Link]


def marked_pages(home: HomePage) -> Marked:
    """What stands in the menu and at the foot of a language where editors have put nothing there. One query, kept."""

    def find() -> Marked:
        below = home.get_children().live().filter(languages.written_in_its_language())
        shown = below.filter(Q(show_in_menus=True) | Q(standardpage__in_footer=True))
        links = [
            (page, Link(page.get_url() or "", page.title, page.translation_key))
            for page in shown.annotate(in_footer=F("standardpage__in_footer"))
        ]
        return Marked(
            [link for page, link in links if page.show_in_menus], [link for page, link in links if page.in_footer]
        )

    return kept(f"marked:{home.pk}", find)


def menu_of(home: HomePage, pages: dict[int, Page]) -> list[Link]:
    links = (link_of(bound.value, home=home, pages=pages) for bound in home.menu)
    return [link for link in links if link is not None]


def columns_of(home: HomePage, pages: dict[int, Page]) -> list[Column]:
    """Columns with something in them."""
    columns = []
    for bound in home.footer:
        parts = [
            part.value if part.block_type == "text" else link_of(part.value, home=home, pages=pages)
            for part in bound.value["parts"]
        ]
        columns.append(Column(bound.value["title"], [part for part in parts if part]))
    return [column for column in columns if column.parts]


def link_of(value: Any, *, home: HomePage, pages: dict[int, Page]) -> Link | None:
    """The link, or nothing where its page is gone, not live or private."""
    if value["url"]:
        return Link(value["url"], value["label"])
    page = pages.get(value["page"].pk) if value["page"] else None
    if page is None:
        return None
    foreign = page.locale_id != home.locale_id
    return Link(
        page.get_url() or "",
        (not foreign and value["label"]) or page.title,
        page.translation_key,
        page.locale.language_code if foreign else "",
    )


def chosen_pages(home: HomePage) -> dict[int, Page]:
    """The pages to be shown for those that are chosen in the menu and at the foot, by the chosen one's id.

    Each is the public translation in the language of `home`, else the chosen page itself if that is public. As many
    queries however many are chosen, and none where none is.
    """
    ids = set(page_ids([home.menu.get_prep_value(), home.footer.get_prep_value()]))
    if not ids:
        return {}
    chosen = list(Page.objects.filter(pk__in=ids))
    shown = zip(chosen, public_versions(chosen, home.locale_id), strict=True)
    return {page.pk: version for page, version in shown if version is not None}


def public_versions(chosen: list[Page], locale_id: int) -> list[Page | None]:
    """For each page its public translation in that language, else itself if it is public, else nothing."""
    keys = {page.translation_key for page in chosen}
    found = list(
        public_pages().filter(languages.written_in_its_language(), translation_key__in=keys).select_related("locale")
    )
    by_id = {page.pk: page for page in found}
    own = {page.translation_key: page for page in found if page.locale_id == locale_id}
    return [own.get(page.translation_key) or by_id.get(page.pk) for page in chosen]


def page_ids(raw: Any) -> Iterator[int]:
    """The ids of pages in the raw data of the streams."""
    if isinstance(raw, dict):
        if isinstance(raw.get("page"), int):
            yield raw["page"]
        yield from page_ids(list(raw.values()))
    elif isinstance(raw, list):
        for child in raw:
            yield from page_ids(child)


def announcements_of(home: HomePage, *, now: datetime) -> list[Any]:
    """Those of this moment. Kept pages are right until the next one begins or ends."""
    values = [bound.value for bound in home.announcements]
    depends_on(CONTENT, until=next_turn(values, now=now))
    return [
        value
        for value in values
        if not (value["starts_at"] and now < value["starts_at"]) and not (value["ends_at"] and value["ends_at"] <= now)
    ]


def next_turn(values: Iterable[Any], *, now: datetime) -> datetime | None:
    moments = (value[name] for value in values for name in ("starts_at", "ends_at"))
    return min((moment for moment in moments if moment and now < moment), default=None)
