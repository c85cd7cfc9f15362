"""No page is forgotten: every template that is a page is shown by some stop of the tour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test.signals import template_rendered

from .by_client import take
from .scene import Scene
from .stops import Stop

APPS = ("home", "members", "pooling", "portal", "resources")
EXCEPTIONS: dict[str, str] = {}  # template: why no stop shows it


def pages() -> set[str]:
    """Our templates that extend another one."""
    found = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("templates/**/*.html")]
    return {name_of(path) for path in found if "{% extends" in path.read_text(encoding="utf-8")}


def name_of(path: Path) -> str:
    """As templates call it: what follows the last directory called templates."""
    return str(path).rpartition("/templates/")[2]


def test_every_stop_answers_as_it_should_and_every_page_is_shown(scene: Scene) -> None:
    shown: set[str] = set()

    def remember(template: Any, **kwargs: Any) -> None:
        shown.add(str(template.name))

    template_rendered.connect(remember)
    try:
        wrong = [problem for stop, response in take(scene) for problem in problems(stop, response)]
    finally:
        template_rendered.disconnect(remember)
    assert wrong == []
    assert pages() - shown - EXCEPTIONS.keys() == set(), "no stop of tests/tour/stops.py shows these"
    assert EXCEPTIONS.keys() - (pages() - shown) == set(), "shown by now, or gone: no exception"


def problems(stop: Stop, response: HttpResponse) -> list[str]:
    found = []
    if response.status_code != stop.status:
        found.append(f"{stop.title}: {response.status_code} and not {stop.status}")
    if response.redirect_chain and not stop.leads_on:
        found.append(f"{stop.title}: leads on to {response.redirect_chain[-1][0]}")
    return found
