"""Who gets where: every address of the portal, asked for by everybody that there is. table.txt says what they get.

`python -m tests.access` prints the table as the portal answers now: after a change of Wagtail's version, say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from portal.roles import FINANCE, NETWORK_MANAGER
from tests.conftest import IS_PROOF
from tests.demo_site import demo_site

from .addresses import every_address
from .asking import Asking
from .people import ADMINISTRATOR, ANONYMOUS, COLUMNS, STRANGER
from .table import read

__all__ = ["demo_site"]
pytestmark = pytest.mark.django_db
# Those to whom most is closed: they are quick to ask for. `make proof` asks for everybody.
FEW = [ANONYMOUS, ADMINISTRATOR, STRANGER, FINANCE, NETWORK_MANAGER]
# Wagtail's example of an error, and two steps that fail when the step before them was left out.
WAGTAILS_OWN = {
    "admin/failwhale/",
    "admin/redirects/import/process/",
    "admin/documents/multiple/create_from_uploaded_document/<int:uploaded_file_id>/",
}


@pytest.fixture(scope="module")
def asking(demo_site: Any, django_db_blocker: Any) -> Iterator[Asking]:
    with django_db_blocker.unblock():
        demo_site.restore()
        asking = Asking()
    yield asking
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    routes, rows = [address.route for address in every_address()], [row.route for row in read()]
    assert sorted(rows) == sorted(routes)


def test_nobody_is_shown_an_error_by_a_page_of_ours() -> None:
    failing = {row.route for row in read() if any(answer.startswith("5") for answer in row.answers)}
    assert failing == WAGTAILS_OWN


@pytest.mark.parametrize("who", COLUMNS if IS_PROOF else FEW)
def test_everybody_gets_where_the_table_says(asking: Asking, who: str) -> None:
    addresses = {address.route: address for address in every_address()}
    unlike = []
    for row in read():
        said = row.answers[COLUMNS.index(who)]
        answered = asking.answer(addresses[row.route], who, posts=row.posts)
        if answered != said:
            unlike.append(f"{row}: {answered}, the table says {said}")
    assert unlike == []
