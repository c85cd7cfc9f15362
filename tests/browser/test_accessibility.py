"""The pages of the main job, by axe and on narrow screens. With the demo, in German."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page

from resources.models import ResourceIndexPage, ResourcePage

from .people import administrator, be_logged_in, pool_of, workshop, workshop_list

LANGUAGE = "de"
HEIGHT = 900
MORE_THAN_FITS = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 3)"""

Open = Callable[[Page], None]


def address(name: str, *args: object) -> str:
    with translation.override(LANGUAGE):
        return reverse(name, args=args)


def submit_nothing(page: Page) -> None:
    """Send the form as it is, past the browser's own checks."""
    page.locator("main form").first.evaluate("form => { form.noValidate = true }")
    page.locator("main form button[type=submit]").first.click()
    page.locator(".error-summary").wait_for()


def pages() -> Iterator[tuple[str, str, Open | None]]:
    """Name, address, and what to do there. All in the eyes of somebody who has pledged elsewhere."""
    german = {"locale__language_code": LANGUAGE}
    pool = pool_of("social-media-plan")
    pledge = pool_of("homepage-brief").pledges.standing().get(organisation__name="Beratungsstelle Beispiel")
    yield "home", f"/{LANGUAGE}/", None
    yield "resource list", ResourceIndexPage.objects.get(**german).get_url(), None
    yield "resource", ResourcePage.objects.filter(**german).order_by("pk")[0].get_url(), None
    yield "workshop list", workshop_list(LANGUAGE).get_url(), None
    yield "workshop", workshop("social-media-plan", LANGUAGE).get_url(), None
    yield "pledge form", address("pooling:pledge_new", pool.uuid), None
    yield "pledge form with errors", address("pooling:pledge_new", pool.uuid), submit_nothing
    yield "pledge", address("pooling:pledge", pledge.uuid), None
    yield "overview", address("dashboard"), None
    yield "no such page", f"/{LANGUAGE}/x/", None


def visit(page: Page, site: str, look: Callable[[str], list[str]], *, width: int) -> list[str]:
    """What `look` finds on each page, and on the log-in page."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(site + address("account_login"))
    found = look("log-in")
    submit_nothing(page)
    found += look("log-in with errors")
    be_logged_in(page.context, site, administrator("beispiel"))
    for name, path, act in pages():
        page.goto(site + path)
        if act:
            act(page)
        found += look(name)
    return found


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(page: Page, site: str, width: int) -> None:
    axe = Axe()

    def violations(name: str) -> list[str]:
        results = axe.run(page)
        return [
            f"{name}: {violation['id']}: {violation['help']}: {node['html']} {node['failureSummary']}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]

    assert visit(page, site, violations, width=width) == []


def test_nothing_is_wider_than_the_narrowest_screen(page: Page, site: str) -> None:
    def overflow(name: str) -> list[str]:
        width = page.evaluate("document.documentElement.scrollWidth")
        return [f"{name}: {width} px: {page.evaluate(MORE_THAN_FITS)}"] if width > 320 else []

    assert visit(page, site, overflow, width=320) == []
