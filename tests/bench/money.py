"""What pledging, funding and proving cost, on a PostgreSQL as durable as in production: `python -m tests.bench.money`.

Rates are ratios to what PostgreSQL itself does in the same run: lock a row, look, write, without any of our rules.
"""

from __future__ import annotations

import os

from tests.postgresql import start_postgresql

os.environ["DATABASE_URL"] = start_postgresql(settings="")  # before the settings are read
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"

import django

django.setup()

from django.test.utils import setup_databases  # noqa: E402  # the settings come first, see above

from tests.bench import books, payments, rates, statements  # noqa: E402  # they import models


def main() -> None:
    setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    statements.report()
    over = payments.report()  # before the books, which leave thousands of charges due
    books.report_proving()
    books.report_funding()
    rates.report()
    if over:
        raise SystemExit("Over a limit:\n  " + "\n  ".join(over))


main()
