"""The browser (see tests/chromium.py), and a portal with the demo for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.chromium import LAUNCH_ARGUMENTS
from tests.demo_site import demo, demo_site
from tests.pooling.stripe_fixtures import bank, receiver, stripe_server

__all__ = ["bank", "demo", "demo_site", "receiver", "stripe_server"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: str | None) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium_path, "args": LAUNCH_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """German by default, and no animation that a test would have to wait for."""
    return {**browser_context_args, "locale": "de-CH", "timezone_id": "Europe/Zurich", "reduced_motion": "reduce"}


@pytest.fixture
def site(live_server: Any, demo: None, settings: Any) -> str:
    """The address of a portal that serves the demo."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def quiet_page(context: BrowserContext) -> Iterator[Page]:
    """A page whose console stays free of errors: a breach of the Content Security Policy is one."""
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            errors.append(f"{message.location['url']}: {message.text}")

    context.on("console", hear)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    assert errors == []
