"""Many rows out of few: what actions made once is copied by the database, each copy with keys and names of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

APART = 1_000_000  # between the keys of one copy and those of the next

Rows = Sequence[models.QuerySet[Any]]


@transaction.atomic
def multiply(rows: Rows, times: int) -> None:
    """Copy `rows` `times` times, and what they point to among themselves with them. Those that others point to come
    first; what they point to outside stays what it is.
    """
    copied = {which.model for which in rows}
    with connection.cursor() as cursor:
        for which in rows:
            fields, table = which.model._meta.concrete_fields, which.model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in fields)
            values = ", ".join(copy_of(field, copied) for field in fields)
            cursor.execute(
                f'INSERT INTO "{table}" ({columns}) SELECT {values} '  # noqa: S608  # names out of our own models
                f'FROM "{table}" t, generate_series(1, %s) n WHERE t.id = ANY(%s) ORDER BY n, t.id',
                [times, list(which.values_list("pk", flat=True))],
            )


def copy_of(field: Any, copied: set[type[models.Model]]) -> str:
    """What the copy with the number n holds in `field`."""
    column = f't."{field.column}"'
    if field.primary_key or (field.is_relation and field.related_model in copied):
        return f"{column} + n::bigint * {APART}"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.CharField) and names_a_row(field, copied):
        return f"CASE WHEN {column} = '' THEN '' ELSE n || '-' || {column} END"
    return column


def names_a_row(field: Any, copied: set[type[models.Model]]) -> bool:
    """Whether two rows may not have the same: alone, or as the last field of a constraint that no other field of it
    keeps for the copies.
    """
    constraints = [each for each in field.model._meta.constraints if isinstance(each, models.UniqueConstraint)]
    others = [each.fields[:-1] for each in constraints if each.fields and each.fields[-1] == field.name]
    related = [[field.model._meta.get_field(name).related_model for name in names] for names in others]
    return field.unique or any(not copied.intersection(models_) for models_ in related)


def settle_down() -> None:
    """Keys go on after the copies, and the planner knows how many rows there are."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for sequence in connection.introspection.get_sequences(cursor, table):
                column = sequence["column"]
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), "  # noqa: S608  # as above
                    f'(SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"))'
                )
        cursor.execute("ANALYZE")
