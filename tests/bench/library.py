"""What the library costs as it grows, on PostgreSQL: `python -m tests.bench.library`.

Resources come in through the importer, as many as IMPORTED per language; from there on the database copies them, which
takes a minute instead of half an hour. Requests are whole, middleware and template included. What is measured is the
work of the processors for them, ours and the database's: a clock would measure what else the machine does. No page is
kept in between; the list's numbers are.
"""

from __future__ import annotations

import os

from tests.postgresql import FORGETFUL, start_postgresql

# Before the settings are read. Without workers beside it all that a statement costs is counted as its connection's. The
# cost of reading here and there is what docs/operations.md sets.
os.environ["DATABASE_URL"] = start_postgresql(
    FORGETFUL + "max_parallel_workers_per_gather = 0\nrandom_page_cost = 1.1\n"
)
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

from home.privacy import pages_hidden_from  # noqa: E402
from portal.demo import texts  # noqa: E402
from resources.importing import import_resources  # noqa: E402
from resources.models import ResourcePage  # noqa: E402
from resources.search import PER_PAGE, Wanted, search  # noqa: E402
from tests.bench.books import work  # noqa: E402
from tests.bench.copies import copy_resources, fill_stock_search, settle_down  # noqa: E402
from tests.bench.library_files import COMMON, RARE, write_library  # noqa: E402
from tests.bench.say import say  # noqa: E402

IMPORTED = int(os.environ.get("IMPORTED", "100"))  # per language, through the importer
SIZES = (1_000, 10_000)
ROUNDS = 20
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
    """Seconds of work and statements of each request."""
    client = Client()
    seconds: dict[str, float] = {}
    queries: dict[str, int] = {}
    for name, (_kind, address, asked) in ASKED.items():

        def ask(address: str = address, asked: dict[str, str] = asked) -> int:
            return client.get(address, {**asked, "not": "kept"}).status_code

        status, seconds[name] = worked(ask)
        if status != 200:
            raise SystemExit(f"{name}: {status}")
    for name, (_kind, address, asked) in ASKED.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(address, {**asked, "not": "kept"})
        queries[name] = len(captured)
        if os.environ.get("SHOW") == name:
            say("\n".join(f"{query['time']} {query['sql'][:1500]}" for query in captured.captured_queries))
    return {name: (seconds[name], queries[name]) for name in ASKED}


def publish() -> float:
    """Seconds of work to publish one resource that has changed; nothing of it stays."""
    pages = ResourcePage.objects.filter(locale__language_code="de", latest_revision__isnull=False).order_by("pk")
    with transaction.atomic():
        started = work()
        for page in pages[:PUBLISHED]:
            page.title += " neu"
            page.save_revision().publish()
        seconds = work() - started
        transaction.set_rollback(True)
    return seconds / PUBLISHED


def report(found: dict[str, list[tuple[float, int]]], published: list[float]) -> list[str]:
    """Prints what was found; returns the aims that are missed."""
    missed = []
    say(f"Work for whole requests, in German, with {SIZES[0]} and {SIZES[1]} resources per language")
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
        results = search(Wanted(word, "de"), hidden=pages_hidden_from())
        return results.total if results else 0

    def stock() -> int:
        paginator = Paginator(Page.objects.live().filter(locale=german).search(word), PER_PAGE)
        list(paginator.get_page(1).object_list)
        return paginator.count

    say(f"The common word with {SIZES[1]} resources per language, without the page around it")
    with language:
        (our_hits, our_time), (stock_hits, stock_time) = worked(ours), worked(stock)
    times = stock_time / our_time
    say(f"  our search     {in_ms(our_time)}, {our_hits} hits")
    say(f"  Wagtail's own  {in_ms(stock_time)}, {stock_hits} hits")
    say(f"  ours is {times:.1f} times as fast (aim: {STOCK_AIM})\n")
    return ["against Wagtail's own search"] if times < STOCK_AIM else []


def in_ms(*seconds: float) -> str:
    return " ".join(f"{each * 1000:7.1f} ms" for each in seconds)


def worked(do: Callable[[], Any]) -> tuple[Any, float]:
    """What `do` returns, and the seconds of work that it takes once it has been done before."""
    found = do()
    started = work()
    for _round in range(ROUNDS):
        do()
    return found, (work() - started) / ROUNDS


main()
