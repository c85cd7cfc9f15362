"""Many resources out of few, copied by PostgreSQL: pages, their topics, and what both searches know of them."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction
from wagtail.models import Page
from wagtail.search.models import IndexEntry

from resources.models import ResourcePage
from resources.search_entry import SearchEntry
from tests.bench.crowd import settle_down as analyse
from tests.bench.library_files import RARE_ONES

FIRST_COPY = 10_000_000  # the keys of copies begin here
# Four digits of base 36, as Wagtail's tree numbers children.
DIGITS = " || ".join(
    f"substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', ((m.place / {36**power}) % 36)::int + 1, 1)"
    for power in (3, 2, 1, 0)
)
PAGE = {
    "id": "m.new",
    "path": f"m.parent_path || {DIGITS}",
    "slug": "t.slug || '-' || m.k",
    "url_path": "m.parent_url || t.slug || '-' || m.k || '/'",
    "title": "t.title || ' ' || m.k",
    "draft_title": "t.draft_title || ' ' || m.k",
    "translation_key": "md5(t.translation_key::text || m.k)::uuid",
    "first_published_at": "t.first_published_at - m.k * interval '1 minute'",
    "latest_revision_id": "NULL",
    "live_revision_id": "NULL",
}


@transaction.atomic
def copy_resources(*, up_to: int) -> None:
    """As many resources per language as that. Those with the rare word are not copied."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_map")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE bench_map AS
            WITH base AS (
                SELECT p.id, p.locale_id, p.path, row_number() OVER (PARTITION BY p.locale_id ORDER BY p.id) AS n
                FROM wagtailcore_page p JOIN resources_resourcepage r ON r.page_ptr_id = p.id
                WHERE p.id < %(first)s AND NOT p.slug = ANY(%(rare)s)
            ), there AS (
                SELECT p.locale_id, count(*) AS have FROM wagtailcore_page p
                JOIN resources_resourcepage r ON r.page_ptr_id = p.id GROUP BY 1
            ), counted AS (SELECT locale_id, count(*) AS size FROM base GROUP BY 1)
            SELECT base.id AS old, there.have + k.k AS k, there.have + k.k + 20 AS place,
                   %(first)s + base.locale_id * 1000000 + there.have + k.k AS new,
                   parent.path AS parent_path, parent.url_path AS parent_url
            FROM there
            JOIN counted USING (locale_id)
            CROSS JOIN LATERAL generate_series(1, %(up_to)s - there.have) AS k(k)
            JOIN base ON base.locale_id = there.locale_id AND base.n = (k.k - 1) %% counted.size + 1
            JOIN wagtailcore_page parent ON parent.path = left(base.path, -4)
            """,
            {"first": FIRST_COPY, "up_to": up_to, "rare": [f"text-{number}" for number in RARE_ONES]},
        )
        topics = ResourcePage.topics.through
        copy(cursor, Page, "id", PAGE)
        copy(cursor, ResourcePage, "page_ptr_id", {"page_ptr_id": "m.new"})
        copy(cursor, topics, "resourcepage_id", {"id": None, "resourcepage_id": "m.new"})
        copy(cursor, SearchEntry, "page_id", {"id": None, "page_id": "m.new"})
        copy(cursor, IndexEntry, "object_id::int", {"id": None, "object_id": "m.new"})
        cursor.execute(
            "UPDATE wagtailcore_page p SET numchild = numchild + c.n FROM "
            "(SELECT parent_path, count(*) AS n FROM bench_map GROUP BY 1) c WHERE c.parent_path = p.path"
        )


def copy(cursor: Any, model: type[models.Model], key: str, changed: dict[str, str | None]) -> None:
    """The rows of `model` that belong to a page, once per copy of the page. A column that is None gets its default."""
    columns = [field.column for field in model._meta.local_concrete_fields if changed.get(field.column, "") is not None]
    values = ", ".join(changed.get(column) or f't."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} '  # noqa: S608  # names out of our own models
        f'FROM bench_map m JOIN "{model._meta.db_table}" t ON t.{key} = m.old'
    )


def settle_down() -> None:
    """As a database that lives for a while: keys go on, indexes are tidy, the planner knows how much there is."""
    analyse()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill_stock_search() -> None:
    """What Wagtail's own search would know if the texts were given to it: its index holds the titles only, for us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wagtailsearch_indexentry i SET body = setweight(to_tsvector(s.text), 'D') "
            "FROM resources_searchentry s WHERE s.page_id::text = i.object_id"
        )
