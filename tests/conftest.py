"""What every test needs: a real PostgreSQL, Django's settings, a browser where one is found.

The module body runs before anything imports Django, so that the settings find DATABASE_URL. Set DATABASE_URL yourself
to test against another server.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine

from tests.postgresql import start_postgresql

if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = start_postgresql()
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
# Playwright runs an event loop in the main thread, where Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from portal.catalogues import compile_catalogues  # only now: see above

# A fresh clone has none, and Django keeps those that it finds when it starts.
compile_catalogues()

import django  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from tests.chromium import find_chromium  # noqa: E402
from tests.tools import html_checker, lighthouse  # noqa: E402

django.setup()

# `make test` holds a representative row; HYPOTHESIS_PROFILE=proof (`make proof`) looks longer.
SLOW_ONES_ARE_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("default", max_examples=50, deadline=None, suppress_health_check=SLOW_ONES_ARE_FINE)
settings.register_profile("proof", max_examples=5000, deadline=None, suppress_health_check=SLOW_ONES_ARE_FINE)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)
IS_PROOF = PROFILE == "proof"

TESTS = Path(__file__).parent
BROWSER_TESTS = TESTS / "browser"
# Files that take longest, in this order: where several processes share the tests, nobody waits for the last of them.
LONGEST = [
    *(BROWSER_TESTS / "test_accessibility.py", TESTS / "pooling" / "test_life_of_a_pool.py", TESTS / "tour"),
    *(TESTS / "portal" / "test_walk.py", BROWSER_TESTS),
]
# Forks the process, which is best done while it is small and no browser's event loop runs in it.
FIRST = TESTS / "pooling" / "test_stripe_matrix.py"


def this_must_run() -> bool:
    """In CI, or when asked for, a test that needs a browser or a checker and can't run is a failure."""
    return any(os.environ.get(name, "").lower() in {"1", "true", "yes"} for name in ("CI", "REQUIRE_BROWSER"))


def what_is_missing(item: pytest.Item) -> str:
    """Which program `item` needs and this machine lacks, in a sentence; nothing if all is there."""
    if item.get_closest_marker("browser") and not find_chromium():
        return "chromium is not installed (apt install chromium)"
    if item.get_closest_marker("html_checker"):
        return html_checker.what_is_missing()
    if item.get_closest_marker("lighthouse"):
        return lighthouse.what_is_missing()
    return ""


def needs_a_program(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("browser", "html_checker", "lighthouse"))


def by_length(item: pytest.Item) -> int:
    """The place of its file or directory: first what has to be, then the longest."""
    paths = [item.path, *item.path.parents]
    return next((place for place, path in enumerate([FIRST, *LONGEST]) if path in paths), len(LONGEST) + 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not IS_PROOF:  # what Lighthouse says takes minutes
        left_out = [item for item in items if item.get_closest_marker("lighthouse")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)
        if (missing := what_is_missing(item)) and not this_must_run():
            item.add_marker(pytest.mark.skip(reason=missing))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=by_length)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if missing := what_is_missing(item):
        pytest.fail(f"{missing}, and CI or REQUIRE_BROWSER asks for it", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where such a test must run, one that is skipped for whatever reason has failed."""
    report = yield
    if report.skipped and needs_a_program(item) and this_must_run():
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI or REQUIRE_BROWSER does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """Where the system's chromium is."""
    return find_chromium()


@pytest.fixture(autouse=True)
def language() -> None:
    """Every test begins in the default language: Django's client leaves that of the page it read active."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still at the factories' NOW; `move_to` and `shift` move it."""
    from tests.pooling.factories import NOW

    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of the test database, for commands that a test starts as processes of their own."""
    from django.db import connection

    values = connection.get_connection_params()
    user, password, host = (quote(str(values.get(key) or ""), safe="") for key in ("user", "password", "host"))
    port = f"&port={values['port']}" if values.get("port") else ""
    return f"postgresql://{user}:{password}@/{values['dbname']}?host={host}{port}"
