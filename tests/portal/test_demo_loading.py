"""How the demo's pages get into the database, and how they get out again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from home.content_files.markdown import stable_id
from home.content_files.pages import ensure_translated_page
from home.content_files.reading import ContentError
from home.models import StandardPage
from portal.demo.renew import drop_every_table
from tests.home.factories import home_page

pytestmark = pytest.mark.django_db


def test_texts_that_do_not_fit_each_other_are_refused_by_name() -> None:
    def text(html: str) -> list[dict[str, str]]:
        return [{"type": "text", "value": html, "id": stable_id("x", 0)}]

    values = {
        "de": {"title": "Seite", "slug": "seite", "body": text("<p>Satz</p>")},
        "fr": {"title": "Page", "slug": "page", "body": text("<p>Phrase</p><p>De trop</p>")},
        "it": {"title": "Pagina", "slug": "pagina", "body": text("<p>Frase</p>")},
    }
    with pytest.raises(ContentError, match="pages/x in fr: body"):
        ensure_translated_page(StandardPage, key="pages/x", parent=home_page(), texts=values)
    assert not StandardPage.objects.exists()


def test_fields_that_are_set_once_stay_when_loaded_again() -> None:
    values = {code: {"title": code, "slug": code} for code in ("de", "fr", "it")}

    def ensure(description: str) -> tuple[StandardPage, bool]:
        initial = {"search_description": description}
        return ensure_translated_page(StandardPage, key="x", parent=home_page(), texts=values, initial=initial)

    assert ensure("zuerst")[1]
    page, changed = ensure("später")
    assert (page.search_description, changed) == ("zuerst", False)


def test_the_demo_is_refused_where_it_is_not_allowed(settings: Any) -> None:
    settings.DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="DEMO_ALLOWED"):
        call_command("demo")


def test_renewing_drops_every_table_of_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("this run's database is no PostgreSQL")
    assert drop_every_table(connection=connection) > 80  # inside the test's transaction, which is rolled back
    assert connection.introspection.table_names() == []


def test_renewing_drops_every_table_of_sqlite_and_its_search_index(tmp_path: Path) -> None:
    values = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "x.sqlite3",
    }
    sqlite = connections.__class__({"default": {**values, "OPTIONS": {}, "CONN_MAX_AGE": 0}}).create_connection(
        "default"
    )
    with closing(sqlite):
        with sqlite.cursor() as cursor:
            cursor.execute("CREATE TABLE parent (id integer PRIMARY KEY)")
            cursor.execute("CREATE TABLE child (parent_id integer REFERENCES parent (id))")
            cursor.execute("INSERT INTO parent VALUES (1)")
            cursor.execute("INSERT INTO child VALUES (1)")
            cursor.execute("CREATE VIRTUAL TABLE entries USING fts5 (title)")
        assert drop_every_table(connection=sqlite) > 2
        assert sqlite.introspection.table_names() == []
