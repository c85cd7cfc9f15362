"""Judges JSON-LD by the words of schema.org as a library holds them, and by what search engines require beside."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

MODELS = importlib.import_module("msgspec_schemaorg.models")
ENUMS = importlib.import_module("msgspec_schemaorg.enums")
# Google's "required" properties, and those of its "recommended" ones that we promise. Source:
# https://developers.google.com/search/docs/appearance/structured-data/search-gallery
REQUIRED = {
    "Article": {"headline", "url", "inLanguage", "datePublished", "dateModified", "author", "publisher"},
    "Course": {"name", "description", "url", "provider"},
    "EducationEvent": {"name", "url", "startDate", "location", "eventStatus", "eventAttendanceMode", "organizer"},
    "Offer": {"price", "priceCurrency", "availability", "url", "validFrom"},
    "Organization": {"name"},
    "Place": {"name", "address"},
    "Person": {"name"},
    "VirtualLocation": {"url"},
}
PLAIN = {
    "str": str,
    "URL": str,
    "date": str,
    "datetime": str,
    "int": int,
    "float": float,
    "bool": bool,
    "Duration": str,
}


class Blocks(HTMLParser):
    """The blocks of JSON-LD of a page, found as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("type", "application/ld+json") in attrs
        if self.inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


def blocks(html: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in Blocks(html).found]


def problems(data: dict[str, Any]) -> list[str]:
    """What is wrong with a document of JSON-LD; nothing if all is well."""
    found = [] if data.get("@context") == "https://schema.org" else ["it does not say whose words these are"]
    return [*found, *of_thing(data)]


def of_thing(data: dict[str, Any]) -> Iterator[str]:
    kind = str(data.get("@type"))
    model = getattr(MODELS, kind, None)
    if model is None:
        yield f"{kind}: there is no such type"
        return
    yield from (f"{kind} lacks {name}" for name in sorted(REQUIRED.get(kind, set()) - data.keys()))
    known = {
        name: text for each in reversed(model.__mro__) for name, text in vars(each).get("__annotations__", {}).items()
    }
    for name, value in data.items():
        if name.startswith("@"):
            continue
        if name not in known:
            yield f"{kind} has no property {name}"
            continue
        allowed = set(re.findall(r"\w+", str(known[name])))
        for each in value if isinstance(value, list) else [value]:
            yield from of_value(f"{kind}.{name}", each, allowed)


def of_value(place: str, value: Any, allowed: set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from of_thing(value)
        kinds = {each.__name__ for each in getattr(MODELS, str(value.get("@type")), object).__mro__}
        if not kinds & allowed:
            yield f"{place} is no {value.get('@type')}"
        return
    if value in (None, ""):
        yield f"{place} is empty"
    elif isinstance(value, str) and value.startswith("https://schema.org/"):
        members = {m.name for name in allowed if (kind := getattr(ENUMS, name, None)) for m in kind}
        if value.removeprefix("https://schema.org/") not in members:
            yield f"{place} is none of {sorted(members)}: {value}"
    elif not any(isinstance(value, PLAIN[name]) for name in allowed & PLAIN.keys()):
        yield f"{place} can't be {value!r}"
    elif "Duration" in allowed:
        if not re.fullmatch(r"PT\d+M", value):
            yield f"{place} is no duration: {value}"
    elif isinstance(value, str) and not allowed & {"str", "URL"}:
        try:
            (datetime if "T" in value else date).fromisoformat(value)
        except ValueError:
            yield f"{place} is no date: {value}"
