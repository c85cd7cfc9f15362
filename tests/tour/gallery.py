"""Screenshots of every stop of the tour, for `make gallery`: python -m tests.tour.gallery --help.

They stand in var/gallery/, with index.html to look through them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import find_chromium  # first of all: it starts PostgreSQL and Django

from django.conf import settings  # isort: skip
from django.test.utils import (  # isort: skip
    override_settings,
    setup_databases,
    setup_test_environment,
)
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.chromium import LAUNCH_ARGUMENTS
from tests.demo_site import the_site

from .by_browser import HEIGHT, take
from .contact_sheet import Picture, contact_sheet
from .scene import Scene
from .stops import Stop

LANGUAGES = ("de", "fr", "it")
SCHEMES = ("light", "dark")
WIDTHS = (360, 1280)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make gallery", description=__doc__)
    parser.add_argument("--only", default="", help="stops whose group or name contains this, for example: workshop")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="may be given more than once")
    parser.add_argument("--scheme", choices=SCHEMES, action="append")
    parser.add_argument("--width", type=int, action="append", help="in pixels; by default 360 and 1280")
    parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "var" / "gallery", help="a directory")
    return parser.parse_args()


@contextmanager
def served_portal() -> Iterator[str]:
    """The address of a portal on a database of its own."""
    setup_test_environment(debug=False)
    setup_databases(verbosity=0, interactive=False)  # the PostgreSQL of tests/conftest.py goes when this process ends
    server = LiveServer("127.0.0.1")
    try:
        with override_settings(SITE_URL=server.url, ROOT_URLCONF="tests.tour.urls"):
            yield server.url
    finally:
        server.stop()


def pictures(browser: Browser, site: str, options: argparse.Namespace, language: str) -> Iterator[Picture]:
    """Take the pictures of one language, saying how it goes."""

    def is_wanted(stop: Stop) -> bool:
        return options.only.lower() in stop.title.lower()

    the_site().restore()
    context = browser.new_context(locale=f"{language}-CH", timezone_id="Europe/Zurich", reduced_motion="reduce")
    page = context.new_page()
    for stop in take(page, site, Scene(language), only=is_wanted):
        print(f"{language} {stop.title}", flush=True)  # noqa: T201
        for scheme in options.scheme or SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in options.width or WIDTHS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                name = re.sub(r"\W+", "-", f"{stop.title}-{language}-{scheme}-{width}") + ".png"
                page.screenshot(path=options.into / name, full_page=True)
                yield Picture(stop.group, stop.name, language, scheme, width, name)
    context.close()


def main() -> None:
    options = arguments()
    chromium = find_chromium()
    if not chromium:
        sys.exit("chromium is not installed (apt install chromium)")
    options.into.mkdir(parents=True, exist_ok=True)
    with served_portal() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
        languages = options.language or LANGUAGES
        taken = [picture for language in languages for picture in pictures(browser, site, options, language)]
        browser.close()
    index = options.into / "index.html"
    index.write_text(contact_sheet(taken), encoding="utf-8")
    print(f"{len(taken)} pictures: {index}")  # noqa: T201


if __name__ == "__main__":
    main()
