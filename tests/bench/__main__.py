"""`make bench`: what pledging costs (money.py), and the library as it grows (library.py); then loads the demo, serves
it as in production, and prints what its pages cost.

Ends with an error if a page is over a limit of weights.py. Ratios are printed beside their aims and fail nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import django
from playwright.sync_api import sync_playwright

from tests.bench import speed, weights
from tests.bench.server import free_port, prepare, serving
from tests.chromium import LAUNCH_ARGUMENTS, find_chromium

AIM = 0.85  # of a static file's rate


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as response:
        return str(response.read().decode())


def addresses() -> dict[str, str]:
    """The paths of one page of each kind, in German. Needs Django set up."""
    from pooling.models import PoolState
    from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
    from resources.models import ResourceIndexPage, ResourcePage

    german = {"locale__language_code": "de", "live": True}
    workshops = WorkshopPage.objects.filter(**german)
    is_open = next(page for page in workshops if page.pool and page.pool.state == PoolState.OPEN)
    return {
        "home": "/de/",
        "library": ResourceIndexPage.objects.get(**german).get_url(),
        "resource": max(ResourcePage.objects.filter(**german), key=lambda page: page.reading_minutes).get_url(),
        "workshops": WorkshopIndexPage.objects.get(**german).get_url(),
        "workshop": is_open.get_url(),
        "workshop that is paid": next(page for page in workshops if page.pool and page.pool.confirmed_at).get_url(),
    }


def log_in() -> str:
    from django.urls import reverse
    from django.utils import translation

    with translation.override("de"):
        return reverse("account_login")


def count_queries(paths: dict[str, str]) -> None:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    say("Queries for a visitor's page, made and kept")
    cache.clear()
    for name, path in paths.items():
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                Client().get(path)
            counts.append(len(captured))
        say(f"  {name:24} {counts[0]:4} made   {counts[1]:3} kept")
    say()


def measure_speed(base: str, paths: dict[str, str]) -> None:
    if not shutil.which("wrk"):
        say("Speed: left out, wrk is missing (apt install wrk)\n")
        return
    home = fetch(f"{base}/de/")
    style = re.search(r'href="(/static/css/components[^"]+\.css)"', home)
    if style is None:
        raise SystemExit("the home page links no style sheet")
    targets = {
        "static file": base + style[1],
        "home, kept": f"{base}/de/",
        "workshop, kept": base + paths["workshop"],
        "workshop, made each time": f"{base}{paths['workshop']}?not=kept",
    }
    sizes = {name: len(fetch(url)) for name, url in targets.items()}
    say(f"Speed, {speed.ROUNDS} rounds in turns; aim for kept pages: {AIM} of the static file's rate")
    for found in speed.compare(targets):
        say(f"  {found.name:26} {found.rate:8.0f} /s   ratio {found.ratio:.2f}   {sizes[found.name] / 1000:5.1f} kB")
    say()


def weigh_pages(base: str, paths: dict[str, str]) -> list[str]:
    """Prints the weights; returns what is over a limit."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("chromium is missing: apt install chromium")
    found: list[str] = []
    say("Weights; bytes on the wire, HTML also as it is parsed")
    say(f"  {'':24} {'HTML':>7} {'requests':>8} {'wire':>7} {'CSS':>6} {'script':>7}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
        for name, path in {**paths, "log-in": log_in()}.items():
            context = browser.new_context(locale="de-CH")
            weight = weights.weigh(context, name, base + path)
            context.close()
            say(
                f"  {name:24} {weight.html:7} {weight.requests:8} {weight.wire:7} {weight.css:6} {weight.script:7}"
                f"   {', '.join(sorted(weight.other_hosts)) or 'no other host'}"
            )
            found += weight.breaches()
        browser.close()
    say()
    return found


def main() -> None:
    # Processes of their own: each has a PostgreSQL and other settings. One that is over a limit stops no other.
    parts = ["tests.bench.money", "tests.bench.library"]
    failed = [part for part in parts if subprocess.run([sys.executable, "-m", part], check=False).returncode]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="up2gether-bench-") as directory:
        say("Loading the demo and collecting static files")
        env = prepare(Path(directory), port)
        os.environ.update(env)
        django.setup()
        paths = addresses()
        count_queries(paths)
        with serving(env, port) as base:
            over = [*(f"{part}, see above" for part in failed), *weigh_pages(base, paths)]
            measure_speed(base, paths)
    if over:
        raise SystemExit("Over a limit:\n  " + "\n  ".join(over))
    say("Every page is within its limits.")


main()
