"""Empties the database for `manage.py demo --renew`."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection as default_connection


def drop_every_table(*, connection: Any = default_connection) -> int:
    """Drops every table of a database, whoever made it. Returns how many there were."""
    with connection.cursor() as cursor:
        names = _tables(connection, cursor)
        if connection.vendor == "postgresql":
            if names:
                cursor.execute(f"DROP TABLE {', '.join(map(connection.ops.quote_name, names))} CASCADE")
        else:
            _drop_one_by_one(connection, cursor, names)
    ContentType.objects.clear_cache()
    cache.clear()
    return len(names)


def _tables(connection: Any, cursor: Any) -> list[str]:
    return [table.name for table in connection.introspection.get_table_list(cursor) if table.type == "t"]


def _drop_one_by_one(connection: Any, cursor: Any, names: list[str]) -> None:
    """SQLite: the search index is a virtual table whose shadow tables go with it and can't be dropped themselves."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'")
    virtual = [name for (name,) in cursor.fetchall()]
    with connection.constraint_checks_disabled():
        for name in virtual:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
        for name in set(names) & set(_tables(connection, cursor)):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
