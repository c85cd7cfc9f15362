"""What the library costs as it grows, on PostgreSQL: `python -m tests.bench.library`.

Resources come in through the importer, as many as IMPORTED per language; from there on the database copies them, which
takes a minute instead of an hour. Times are of whole requests, middleware and template included, the best of many: a
machine that does other things as well only ever adds to them. No page is kept in between; the list's numbers are.
"""

from __future__ import annotations

import os

from tests.postgresql import start_postgresql

os.environ["DATABASE_URL"] = start_postgresql()  # before the settings are read
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  # the settings come first, see above
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_databases  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from wagtail.models import Locale, Page  # noqa: E402

from home.privacy import public_pages  # noqa: E402
from portal.demo import texts  # noqa: E402
from resources.importing import import_resources  # noqa: E402
from resources.models import ResourcePage  # noqa: E402
from resources.search import PER_PAGE, Wanted, search  # noqa: E402
from tests.bench.copies import copy_resources, fill_stock_search, settle_down  # noqa: E402
from tests.bench.library_files import COMMON, RARE, write_library  # noqa: E402
from tests.bench.say import say  # noqa: E402

IMPORTED = int(os.environ.get("IMPORTED", "100"))  # per language, through the importer
SIZES = (1_000, 10_000)
ROUNDS = 15
PUBLISHED = 12
MOST_QUERIES = 8
AIMS = {"list": 1.3, "rare": 1.2, "common": 2.0, "none": 1.2, "publish": 1.2}
STOCK_AIM = 5
LIST, SEARCH = "/de/wissen/", "/de/suche/"
ASKED = {
    "list, newest first": ("list", LIST, {}),
    "list, last page by title": ("list", LIST, {"sort": "title", "page": "9999"}),
    "list of a topic": ("list", LIST, {"topic": "website"}),
    "list of a format": ("list", LIST, {"format": "tool"}),
    "list of a topic and a format": ("list", LIST, {"topic": "website", "format": "guide"}),
    "search, rare word": ("rare", SEARCH, {"q": RARE["de"][0]}),
    "search, word of every second text": ("common", SEARCH, {"q": COMMON["de"][0]}),
    "search, no hit": ("none", SEARCH, {"q": "Quastenflosser"}),
}


def main() -> None:
    setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    settings.PAGE_CACHE = True  # for the list's numbers: no page is kept with a parameter that it does not know
    load()
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in ASKED}
    published = []
    for size in SIZES:
        copy_resources(up_to=size)
        settle_down()
        for name, cost in ask_all().items():
            found[name].append(cost)
        published.append(publish())
    missed = report(found, published)
    fill_stock_search()
    settle_down()
    missed += compare_with_stock()
    say(f"Missed: {', '.join(missed)}" if missed else "Every aim is met.")


def load() -> None:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as empty:
        texts.CONTENT = Path(empty)  # the demo's library without its resources
        (texts.CONTENT / "resources").mkdir()
        for step in (texts.load_topics, texts.load_home, texts.load_resources):
            step(texts.Progress(say=lambda line: None), now=timezone.now())
    with tempfile.TemporaryDirectory() as directory:
        write_library(Path(directory), range(1, IMPORTED + 1))
        report = import_resources(Path(directory))
    if report.refused:
        raise SystemExit("\n".join(map(str, report.refused[:10])))
    seconds = time.perf_counter() - started
    say(f"{report.numbers[0]} texts through the importer in {seconds:.0f} s; more by copying them in the database\n")


def ask_all() -> dict[str, tuple[float, int]]:
    """Seconds and statements of each request, asked in turns."""
    client = Client()
    best: dict[str, float] = {}
    queries: dict[str, int] = {}
    for _round in range(ROUNDS):
        for name, (_kind, address, asked) in ASKED.items():
            started = time.perf_counter()
            response = client.get(address, {**asked, "not": "kept"})
            best[name] = min(best.get(name, 99), time.perf_counter() - started)
            if response.status_code != 200:
                raise SystemExit(f"{name}: {response.status_code}")
    for name, (_kind, address, asked) in ASKED.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(address, {**asked, "not": "kept"})
        queries[name] = len(captured)
        if os.environ.get("SHOW") == name:
            say("\n".join(f"{query['time']} {query['sql'][:1500]}" for query in captured.captured_queries))
    return {name: (best[name], queries[name]) for name in ASKED}


def publish() -> float:
    """Seconds to publish one resource that has changed; nothing of it stays."""
    pages = ResourcePage.objects.filter(locale__language_code="de", latest_revision__isnull=False).order_by("pk")
    seconds = []
    with transaction.atomic():
        for page in pages[:PUBLISHED]:
            page.title += " neu"
            started = time.perf_counter()
            page.save_revision().publish()
            seconds.append(time.perf_counter() - started)
        transaction.set_rollback(True)
    return min(seconds)


def report(found: dict[str, list[tuple[float, int]]], published: list[float]) -> list[str]:
    """Prints what was found; returns the aims that are missed."""
    missed = []
    say(f"Whole requests, in German, with {SIZES[0]} and {SIZES[1]} resources per language")
    for name, [(few, _queries), (many, queries)] in found.items():
        aim = AIMS[ASKED[name][0]]
        say(f"  {name:36} {in_ms(few, many)}   ×{many / few:.2f} (aim ×{aim})  {queries:2} queries")
        missed += [f"{name}: growth"] if many / few > aim else []
        missed += [f"{name}: {queries} queries"] if queries > MOST_QUERIES else []
    growth = published[1] / published[0]
    name = "publishing one resource"
    say(f"  {name:36} {in_ms(*published)}   ×{growth:.2f} (aim ×{AIMS['publish']})")
    say(f"  aim for queries: at most {MOST_QUERIES}\n")
    return missed + ([f"{name}: growth"] if growth > AIMS["publish"] else [])


def compare_with_stock() -> list[str]:
    """The common word again: our search against Wagtail's, which gets the whole text into its index for this."""
    word, german = COMMON["de"][0], Locale.objects.get(language_code="de")
    language = translation.override("de")

    def ours() -> int:
        results = search(Wanted(word, "de"), readable=public_pages())
        return results.total if results else 0

    def stock() -> int:
        paginator = Paginator(Page.objects.live().filter(locale=german).search(word), PER_PAGE)
        list(paginator.get_page(1).object_list)
        return paginator.count

    say(f"The common word with {SIZES[1]} resources per language, without the page around it")
    with language:
        (our_hits, our_time), (stock_hits, stock_time) = timed(ours), timed(stock)
    times = stock_time / our_time
    say(f"  our search     {in_ms(our_time)}, {our_hits} hits")
    say(f"  Wagtail's own  {in_ms(stock_time)}, {stock_hits} hits")
    say(f"  ours is {times:.1f} times as fast (aim: {STOCK_AIM})\n")
    return ["against Wagtail's own search"] if times < STOCK_AIM else []


def in_ms(*seconds: float) -> str:
    return " ".join(f"{each * 1000:7.1f} ms" for each in seconds)


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """What `do` returns, and its best time."""
    best = 99.0
    for _round in range(ROUNDS):
        started = time.perf_counter()
        found = do()
        best = min(best, time.perf_counter() - started)
    return found, best


main()
