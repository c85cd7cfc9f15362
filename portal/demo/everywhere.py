"""What the demo shows on every page: menu, columns at the foot, an announcement (docs/decisions/0019)."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from home.content_files.markdown import stable_id

from .files import LANGUAGES, read_yaml

Raw = list[dict[str, Any]]


def fields_of_every_page() -> dict[str, dict[str, Raw]]:
    """`menu`, `footer` and `announcements` of the home page by language; empty until the pages are there."""
    content = read_yaml("every_page.yaml")
    keys = [*content["menu"], *(key for column in content["columns"] for key in column.get("pages", []))]
    pages = page_ids(keys)
    if len(pages) < len(set(keys)):
        return {code: {} for code in LANGUAGES}
    return {
        code: {
            "menu": [link(pages[key], "menu", key) for key in content["menu"]],
            "footer": [
                block("column", column_of(column, number, pages, code), "footer", number)
                for number, column in enumerate(content["columns"])
            ],
            "announcements": [
                block(
                    "announcement",
                    {
                        "level": "info",
                        "text": f"<p>{content['announcement'][code]}</p>",
                        "starts_at": None,
                        "ends_at": None,
                    },
                    "announcement",
                )
            ],
        }
        for code in LANGUAGES
    }


def page_ids(keys: list[str]) -> dict[str, int]:
    """The ids of the German pages by their key, e.g. "pages/about", as far as they are there."""
    by_id = {stable_id(key): key for key in keys}
    found = Page.objects.filter(translation_key__in=by_id, locale__language_code=LANGUAGES[0], alias_of=None)
    return {by_id[str(key)]: pk for key, pk in found.values_list("translation_key", "pk")}


def column_of(column: dict[str, Any], number: int, pages: dict[str, int], code: str) -> dict[str, Any]:
    parts = [link(pages[key], "footer", number, key) for key in column.get("pages", [])]
    if "text" in column:
        parts.append(block("text", column["text"][code], "footer", number, "text"))
    return {"title": column["title"][code], "parts": parts}


def link(page: int, *place: object) -> dict[str, Any]:
    return block("link", {"page": page, "url": "", "label": ""}, *place)


def block(kind: str, value: Any, *place: object) -> dict[str, Any]:
    """A block as it is kept, with an id that is the same each time and in every language."""
    return {"type": kind, "value": value, "id": stable_id("every page", *place)}
