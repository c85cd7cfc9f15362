"""Which function answers which request, and which parameters it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import refuse
from .schema import accepted
from .shapes import Record


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    params: str  # the parameter type in stripe.params
    handler: Callable[..., Any]
    pattern: re.Pattern[str]

    @property
    def shape(self) -> Record:
        return accepted(self.params)


ROUTES: list[Route] = []


def operation(method: str, path: str, params: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register `handler(world, params, **ids)`; the ids are named in `path` in braces."""

    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        ROUTES.append(Route(method, path, params, handler, pattern))
        ROUTES.sort(key=lambda route: route.path.count("{"))  # /search comes before /{intent}
        return handler

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        ids = route.pattern.fullmatch(path)
        if ids and route.method == method:
            return route, ids.groupdict()
    refuse(f"Unrecognized request URL ({method}: {path}). This stand-in does not know it.", status=404)
