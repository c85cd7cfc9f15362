"""The browser: the system's chromium, so that nothing is downloaded, and quiet, so that it talks to nobody but us."""

from __future__ import annotations

from typing import Any

import pytest

LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: str | None) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium_path, "args": LAUNCH_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """German by default, and no animation that a test would have to wait for."""
    return {**browser_context_args, "locale": "de-CH", "timezone_id": "Europe/Zurich", "reduced_motion": "reduce"}
