"""Every address of the portal, as its URL patterns name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

SPOKEN = "de"


@dataclass(frozen=True)
class Address:
    """`route` as the source writes it, LANGUAGE/ for the prefix; `german` as a German visitor meets it."""

    route: str
    german: str


def every_address() -> list[Address]:
    """In the order of the URL patterns. Two with one route would be one address: the second is never reached."""
    with translation.override("en"):
        sources = [route.replace("en/", "LANGUAGE/", 1) if route.startswith("en/") else route for route in routes()]
    with translation.override(SPOKEN):
        spoken = list(routes())
    found = {source: Address(source, german) for source, german in zip(sources, spoken, strict=True)}
    return list(found.values())


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route.replace("^", "").removesuffix("$")
