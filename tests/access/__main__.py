"""Prints table.txt as the portal answers now. Read what changed before you keep it."""

from __future__ import annotations

from tests import conftest  # first of all: it starts PostgreSQL and Django

from django.test.utils import setup_databases, setup_test_environment  # isort: skip

from tests.demo_site import the_site

from .addresses import every_address
from .asking import Asking
from .people import COLUMNS
from .table import written


def main() -> None:
    assert conftest.django
    setup_test_environment(debug=False)
    setup_databases(verbosity=0, interactive=False)  # the PostgreSQL of tests/conftest.py goes when this process ends
    the_site().restore()
    asking = Asking()
    print(written([asking.row(address, COLUMNS) for address in every_address()]))  # noqa: T201


if __name__ == "__main__":
    main()
