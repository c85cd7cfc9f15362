"""The system's chromium, so that nothing is downloaded, and quiet, so that it talks to nobody but us."""

from __future__ import annotations

import shutil

LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The path of the system's chromium, None if there is none."""
    candidates = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium"))
    return next((path for path in candidates if path), None)
