"""Every stop of the tour answers as it should, every page is a stop, and every page and letter is valid HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.http import HttpResponse
from django.test.signals import template_rendered
from django.test.utils import override_settings

from portal.letter_samples import written_samples
from tests.conftest import IS_PROOF
from tests.demo_site import demo_site
from tests.tools.html_checker import check

from .by_client import take
from .scene import Scene
from .stops import Stop

__all__ = ["demo_site"]
pytestmark = pytest.mark.django_db
APPS = ("home", "members", "pooling", "portal", "resources")
LANGUAGES = ["de", "fr", "it"] if IS_PROOF else ["de"]
# Pages that no stop shows, with the reason.
EXCEPTIONS: dict[str, str] = {}
# wagtail-localize draws these: it has ids twice. What is ours there is a paragraph and a button.
DRAWN_BY_OTHERS = ("admin: translation editor", "admin: translation, published too early")


@dataclass
class Answers:
    """What the portal answered all along the tour."""

    language: str
    stops: list[tuple[Stop, HttpResponse]] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)

    @property
    def html(self) -> dict[str, str]:
        """By what it is, letters too. Of the admin only what stands inside Wagtail's frame."""
        pages = {stop.title: response.content.decode() for stop, response in self.stops}
        inner = {
            title: inside_frame(text, self.language) if title.startswith("admin") else text
            for title, text in pages.items()
            # The examples of the design's pages are German, which the checker takes for a wrong lang elsewhere.
            if (self.language == "de" or not title.startswith("design")) and title not in DRAWN_BY_OTHERS
        }
        letters = {f"letter {name} {language}": written.html for name, language, written in written_samples()}
        return {**inner, **letters}


@pytest.fixture(scope="module", params=LANGUAGES)
def answers(demo_site: Any, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[Answers]:
    found = Answers(request.param)

    def remember(template: Any, **kwargs: Any) -> None:
        found.templates.add(str(template.name))

    with django_db_blocker.unblock(), override_settings(ROOT_URLCONF="tests.tour.urls"):
        demo_site.restore()
        cache.clear()  # in which allauth counts tries
        scene = Scene(request.param)
        template_rendered.connect(remember)
        try:
            found.stops += take(scene)
        finally:
            template_rendered.disconnect(remember)
    yield found
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def inside_frame(text: str, language: str) -> str:
    main = re.search(r"<main\b.*</main>", text, re.DOTALL)
    assert main
    return f'<!DOCTYPE html><html lang="{language}"><head><title>Wagtail</title></head><body>{main[0]}</body></html>'


def pages() -> set[str]:
    """Our templates that extend another one."""
    found = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("templates/**/*.html")]
    return {name_of(path) for path in found if "{% extends" in path.read_text(encoding="utf-8")}


def name_of(path: Path) -> str:
    """As templates call it: what follows the last directory called templates."""
    return str(path).rpartition("/templates/")[2]


def test_every_stop_answers_as_it_should(answers: Answers) -> None:
    found = []
    for stop, response in answers.stops:
        if response.status_code != stop.status:
            found.append(f"{stop.title}: {response.status_code} and not {stop.status}")
        if response.redirect_chain and not stop.leads_on:
            found.append(f"{stop.title}: leads on to {response.redirect_chain[-1][0]}")
    assert found == []


def test_every_page_is_shown_by_a_stop(answers: Answers) -> None:
    missing = pages() - answers.templates
    assert missing - EXCEPTIONS.keys() == set(), "no stop of tests/tour/stops.py shows these"
    assert EXCEPTIONS.keys() - missing == set(), "shown by now, or gone: no exception"


@pytest.mark.html_checker
def test_every_page_and_letter_is_valid_html(answers: Answers, tmp_path: Path) -> None:
    assert check(answers.html, tmp_path) == []
