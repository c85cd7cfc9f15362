"""The statement of a pool agrees with the cost sheet, the journal and check_money, and holds every amount."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from openpyxl import load_workbook

from pooling.accounts.statement import statement_of, statement_rows
from pooling.actions.backing import net_of
from pooling.models import PoolState
from portal.roles import EDITOR, FINANCE

from . import factories as make
from .factories import NOW
from .test_cost_sheet import Life, lived, lives, quick
from .test_desk import of_group
from .test_invoices import one_invoiced, reread, the_invoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@quick
@given(life=lives())
def test_its_sums_agree_with_the_net_the_journal_and_what_was_to_be_raised(life: Life) -> None:
    pool = reread(lived(life))
    statement = statement_of(pool, now=NOW)
    received, back, going_back, charged_back, net, drawn, absorbed, surplus, balance = [
        figure.amount for figure in statement.net_figures
    ]
    assert net == received + back + going_back + charged_back == net_of(pool)
    assert balance == net + drawn + absorbed + surplus == statement.journal_sum
    assert sum(each.net for each in statement.owing) == net
    assert sum(figure.amount or 0 for figure in statement.locked_figures) == sum(
        amount * shares for amount, shares in statement.sheet.locked.items()
    )
    if pool.state == PoolState.CLOSED:
        assert balance == pool.to_raise
    if pool.state in (PoolState.CANCELLED, PoolState.LAPSED):
        assert balance == 0


def test_the_page_and_its_files_name_who_owes_what() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    make.receipt(charge, 10_000, reference="ZKB 4")
    client, address = of_group(FINANCE), reverse("desk_statement", args=[pool.pk])
    page = client.get(address).content.decode()
    for told in (charge.pledge.organisation.name, charge.invoice.number, "ZKB4", "CHF\u00a0700.00", "CHF\u00a0200.00"):
        assert told in page
    rows = list(
        csv.reader(io.StringIO(client.get(address, {"export": "csv"}).content.decode("utf-8-sig")), delimiter=";")
    )
    assert {len(row) for row in rows} == {11}
    [own] = [row for row in rows if row[1] == charge.pledge.organisation.name]
    assert own[2] == charge.invoice.number
    assert own[5:10] == ["300.00", "100.00", "0.00", "0.00", "100.00"]
    book = load_workbook(io.BytesIO(client.get(address, {"export": "xlsx"}).content))
    assert len(list(book.active.values)) == len(rows)
    listed = client.get(reverse("desk_statements")).content.decode()
    assert address in listed
    editor = of_group(EDITOR)
    assert [editor.get(each).status_code for each in (address, reverse("desk_statements"))] == [302, 302]


def test_a_draft_has_no_statement() -> None:
    address = reverse("desk_statement", args=[make.draft().pk])
    assert of_group(FINANCE).get(address, follow=True).status_code == 404


def test_names_are_no_formulas() -> None:
    pool = one_invoiced()
    organisation = the_invoice(pool).pledge.organisation
    organisation.name = "@SUM(1)"
    organisation.save()
    names = [row[1] for row in statement_rows(statement_of(reread(pool), now=NOW))]
    assert "'@SUM(1)" in names
    assert "@SUM(1)" not in names
    assert Decimal("700.00") not in names
