"""The demo site in the test database: loaded once in a run, copied back whenever a test needs it again.

Loading takes half a minute, copying a database a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache as django_cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.catalogues import compile_catalogues
from portal.demo.load import load_demo

# Before anything is translated: Django keeps the catalogues that it finds first, and a fresh clone has none.
compile_catalogues()


class DemoSite:
    """Call `restore` outside any transaction."""

    def __init__(self) -> None:
        self.name = str(connection.settings_dict["NAME"])
        self.copy = f"{self.name}_with_demo"
        self.is_kept = False

    def restore(self) -> None:
        """The test database holds the demo as it is right after loading."""
        if self.is_kept:
            copy_database(self.copy, self.name)
        else:
            load_demo(now=timezone.now(), say=lambda _line: None)
            if connection.vendor == "postgresql":
                copy_database(self.name, self.copy)
                self.is_kept = True
        ContentType.objects.clear_cache()
        django_cache.clear()

    def forget(self) -> None:
        if self.is_kept:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.copy}" WITH (FORCE)')
            self.is_kept = False


@cache
def the_site() -> DemoSite:
    """One for all: a fixture that several modules import would be one for each."""
    return DemoSite()


def copy_database(source: str, target: str) -> None:
    """PostgreSQL copies files, as long as nobody is connected to either."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


@pytest.fixture(scope="session")
def demo_site(django_db_setup: None, django_db_blocker: Any) -> Iterator[DemoSite]:
    """Nothing is loaded before `restore` is called."""
    site = the_site()
    yield site
    with django_db_blocker.unblock():
        site.forget()


@pytest.fixture(scope="module")
def demo_for_module(demo_site: DemoSite, django_db_blocker: Any) -> Iterator[None]:
    """The demo for all tests of a module, each in a transaction of its own that is rolled back."""
    with django_db_blocker.unblock():
        demo_site.restore()
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def demo(transactional_db: None, demo_site: DemoSite) -> None:
    """The demo for one test, which other threads and processes see as well."""
    demo_site.restore()
