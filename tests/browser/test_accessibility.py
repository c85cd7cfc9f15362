"""Every stop of the tour, by axe and on narrow screens: in German, and in `make proof` in all languages and looks."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.conftest import IS_PROOF
from tests.tour.by_browser import HEIGHT, findings, take
from tests.tour.scene import Scene
from tests.tour.stops import Stop

LANGUAGES = ["de", "fr", "it"] if IS_PROOF else ["de"]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (360, 1280)] if IS_PROOF else [("light", 360)]
NARROWEST = 320  # 1280 pixels at 400 %
MORE_THAN_FITS = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 3)"""


@pytest.fixture(params=LANGUAGES)
def scene(site: str, settings: Any, request: pytest.FixtureRequest) -> Scene:
    settings.ROOT_URLCONF = "tests.tour.urls"
    return Scene(request.param)


def is_ours(stop: Stop) -> bool:
    """Not the admin, whose frame is Wagtail's."""
    return stop.group != "admin"


def violations(page: Page) -> list[str]:
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """What does not fit the narrowest screen."""
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width} px: {page.evaluate(MORE_THAN_FITS)}"] if width > NARROWEST else []


def test_axe_finds_nothing_and_nothing_is_wider_than_the_narrowest_screen(page: Page, site: str, scene: Scene) -> None:
    """Both on one way round: going there takes as long as looking."""

    def look() -> list[str]:
        found = []
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += [f"{scheme}, {width} px: {violation}" for violation in violations(page)]
        return found + overflow(page)

    assert findings(take(page, site, scene, only=is_ours), look) == []


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content('<html lang="de"><title>Probe</title><main><h1>Probe</h1><img src="data:,"></main></html>')
    assert [violation.partition(":")[0] for violation in violations(page)] == ["image-alt"]


def test_overflow_is_seen(page: Page) -> None:
    page.set_content('<html lang="de"><title>Probe</title><p style="width: 400px">Guten Tag</p></html>')
    assert [found.partition(":")[0] for found in overflow(page)] == ["408 px"]
