"""A video of another site: nothing is asked of it before a reader presses the button, and then only of that site.

The page is one of ours with its Content Security Policy; every other site is a stand-in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.home.factories import page as content_page

STATIC = Path(__file__).resolve().parents[2] / "static"
SITE = "https://portal.test"
VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown() -> Any:
    """The page with the video, as the portal answers it."""
    value = {"title": "Ein Film", "url": VIDEO, "minutes": None, "text": ""}
    body = [{"type": "video", "id": "v", "value": value}]
    return Client().get(content_page("Seite", body=body).url)


def opened(context: BrowserContext, shown: Any) -> tuple[Page, list[Request], list[str]]:
    """The page in a browser, what is asked of other sites, and what the console says."""
    asked: list[Request] = []
    errors: list[str] = []

    def answer(route: Route) -> None:
        address = route.request.url
        if not address.startswith(SITE):
            asked.append(route.request)
            route.fulfill(body="<title>Player</title><p>Player</p>", content_type="text/html")
        elif "/static/" in address:
            path = STATIC / address.partition("/static/")[2]
            route.fulfill(path=path, content_type=TYPES[path.suffix])
        else:
            headers = {"Content-Security-Policy": shown["Content-Security-Policy"], "Referrer-Policy": "same-origin"}
            route.fulfill(body=shown.content, content_type="text/html; charset=utf-8", headers=headers)

    context.route("**/*", answer)
    tab = context.new_page()
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.goto(f"{SITE}/de/seite/", wait_until="networkidle")
    return tab, asked, errors


def test_nothing_is_asked_before_the_press_and_only_of_the_player_after_it(context: BrowserContext, shown: Any) -> None:
    tab, asked, errors = opened(context, shown)
    button = tab.get_by_role("button", name="Video von YouTube laden")
    expect(button).to_be_visible()
    assert asked == []
    button.click()
    expect(tab.frame_locator("iframe[title='Ein Film']").get_by_text("Player")).to_be_visible()
    assert [request.url for request in asked] == ["https://www.youtube-nocookie.com/embed/abcdefghijk"]
    assert asked[0].all_headers()["referer"] == f"{SITE}/"
    expect(button).to_have_count(0)
    box, width = tab.locator("iframe").bounding_box(), tab.locator("figure.video").bounding_box()
    assert box
    assert width
    assert box["width"] <= width["width"]
    assert box["height"] > 100
    assert errors == []


def test_without_javascript_there_is_the_link_alone(browser: Any, browser_context_args: Any, shown: Any) -> None:
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    tab, asked, _errors = opened(context, shown)
    expect(tab.get_by_role("link", name="Ein Film")).to_have_attribute("href", VIDEO)
    expect(tab.get_by_role("button", name="Video von YouTube laden")).to_have_count(0)
    assert asked == []
    context.close()
