"""The public cost sheet: anyone can recompute every amount, and nobody is named who does not want to be."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pooling.accounts import cost_sheet, money_of
from pooling.accounts.cost_sheet import CostSheet
from pooling.accounts.formulas import money_figures, share_figures
from pooling.accounts.tables import as_csv, cost_sheet_columns, cost_sheet_rows, francs, text
from pooling.actions.backing import absorb_gap, declare_short_pools, draw_guarantee, record_guarantee
from pooling.actions.closing import close_pool
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.models import Pool, PoolState, Pricing
from tests.pooling import factories as make
from tests.pooling.factories import NOW
from tests.pooling.payment_steps import one_dropped
from tests.pooling.workshop_factories import workshop_with_pool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LANGUAGES = ["de", "fr", "it"]
LATER = NOW + timedelta(days=21)  # pledging has ended
Life = tuple[str, list[tuple[int, str | None]], str]
BEHAVIOURS = ["pays", "pays", "pays", "declines", "authenticates", None, "invoice"]
quick = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


def address(pool: Pool, language: str = "de", *, name: str = "cost_sheet") -> str:
    with translation.override(language):
        return reverse(f"pooling:{name}", args=[pool.uuid])


def pool_now(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def page(pool: Pool, language: str = "de") -> str:
    response = Client().get(address(pool, language))
    assert response.status_code == 200
    return str(response.content.decode())


def sheet_of(pool: Pool) -> CostSheet:
    return cost_sheet(pool_now(pool), now=NOW)


def table(pool: Pool, language: str = "de") -> list[list[str]]:
    response = Client().get(address(pool, language, name="cost_sheet_csv"))
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def rappen(cell: str) -> int:
    return int(Decimal(cell) * 100)


@st.composite
def lives(draw: Any) -> Life:
    """How the price is made, who pledges how much with which method, and how it ends."""
    pledges = draw(st.lists(st.tuples(st.integers(1, 2), st.sampled_from(BEHAVIOURS)), max_size=4))
    pricing = draw(st.sampled_from(Pricing.values))
    return pricing, pledges, draw(st.sampled_from(["open", "collected", "dropped", "cancelled", "closed"]))


def lived(life: Life) -> Pool:
    """A pool that took this life as far as it could."""
    pricing, pledges, end = life
    by = make.staff()
    pool = make.opened(cost=75_001, subsidy=10_000, capacity=9, pricing=pricing)
    for shares, behaviour in pledges:
        if behaviour == "invoice":
            make.invoiced(pool, shares=shares)
        else:
            make.pledge(pool, shares=shares, behaviour=behaviour)
    if end == "open":
        return pool
    end_overdue_pledging(now=LATER)
    collect_due_charges(now=NOW)
    if end == "collected":
        return pool
    if end == "cancelled":
        if pool_now(pool).state != PoolState.LAPSED:
            cancel_pool(pool=pool, reason="Krank", by=by, now=LATER)
        send_due_refunds(now=LATER)
        return pool
    later = LATER + timedelta(days=40)  # invoices, too, are overdue
    give_up_overdue_charges(now=later)
    declare_short_pools(now=later)
    pool.refresh_from_db()
    if pool.state == PoolState.SHORT:
        record_guarantee(pool=pool, guarantor="Stiftung", limit=5_000, promised_on=NOW.date(), by=by, now=later)
        draw_guarantee(pool=pool, by=by, now=later)
        pool.refresh_from_db()
    if pool.state == PoolState.SHORT:
        absorb_gap(pool=pool, by=by, now=later)
        pool.refresh_from_db()
    if end == "closed" and pool.state == PoolState.CONFIRMED:
        close_pool(pool=pool, by=by, now=pool.starts_at)
        send_due_refunds(now=pool.starts_at)
    return pool


@quick
@given(life=lives())
def test_totals_are_the_sums_of_the_lines_and_what_the_accounts_say(life: Any) -> None:
    pool = lived(life)
    sheet, totals = sheet_of(pool), sheet_of(pool).totals
    pool.refresh_from_db()
    money = money_of(pool)
    assert (totals.standing, totals.paid) == (pool.standing, money.captured)
    assert (totals.refunded, totals.going_back) == (money.refunded, money.refund_due)
    for line in sheet.lines:
        assert line.owed in (0, line.locked)
        assert line.locked <= line.shares * pool.ceiling
        assert all(price.amount in (sheet.quotient, sheet.price_now) for price in line.prices)
        assert sum(price.shares for price in line.prices) in (0, line.shares)
    assert sheet.available == money.net + sheet.surplus_to_payers + money.drawn + money.absorbed
    if pool.state == PoolState.CLOSED:
        assert sheet.rest == 0
    if pool.state == PoolState.CANCELLED:
        assert (sheet.available, totals.owed) == (0, 0)


@quick
@given(life=lives(), language=st.sampled_from(LANGUAGES))
def test_the_file_gives_the_same_figures(life: Any, language: str) -> None:
    pool = lived(life)
    sheet = sheet_of(pool)
    with translation.override(language):
        rows = list(csv.reader(io.StringIO(as_csv(cost_sheet_rows(sheet)).decode("utf-8-sig")), delimiter=";"))
        headings = [heading for heading, _meaning in cost_sheet_columns()]
        labels = [line.label for line in sheet.lines]
    assert rows[0] == headings
    assert {len(row) for row in rows} == {len(headings)}
    lines = [row for row in rows if row[1] in labels]
    assert len(lines) == len(sheet.lines)
    for row, line in zip(lines, sheet.lines, strict=True):
        assert [rappen(cell) for cell in row[5:9]] == [line.owed, line.paid, line.going_back, line.refunded]
        assert int(row[2]) == line.shares
        if line.prices:
            assert int(row[2]) * rappen(row[3]) + int(row[4]) == line.locked
    [total] = [row for row in rows[1:] if row[2] and row[5] and row not in lines]
    for column in range(5, 9):
        assert rappen(total[column]) == sum(rappen(row[column]) for row in lines)
    amounts = [rappen(row[9]) for row in rows[1:] if row[9]]
    assert amounts[:3] == [pool.cost, pool.subsidy, pool.to_raise]
    assert sum(amounts[-7:-3]) == amounts[-3] or sheet.payouts


def test_the_threshold_is_told_in_words_and_figures() -> None:
    pool = make.opened(cost=100_000, subsidy=5_000, ceiling=30_000, minimum=2, capacity=6)
    html = page(pool).replace("\u00a0", " ")
    assert "CHF 950.00 ÷ CHF 300.00" in html
    threshold = next(figure for figure in share_figures(sheet_of(pool)) if figure.number == pool.threshold)
    assert threshold.number == 4
    assert f'<dd class="money">{pool.threshold}</dd>' in html


def split_pool(shares: int, **changes: Any) -> Pool:
    """The cost of CHF 1000.00 is split over so many shares; nothing is locked yet."""
    pool = make.opened(cost=100_000, capacity=9, pricing=Pricing.SPLIT, **changes)
    for _share in range(shares):
        make.pledge(pool)
    return pool_now(pool)


def price_sentence(pool: Pool) -> str:
    with translation.override(None):
        return share_figures(sheet_of(pool))[-1].sentence.replace("\u00a0", " ")


def test_below_the_threshold_a_split_price_is_the_ceiling_at_most() -> None:
    assert sheet_of(split_pool(3)).price_now == 30_000
    assert "certain only that a share costs CHF 300.00 at most" in price_sentence(split_pool(3))


def test_above_it_the_sheet_says_who_pays_a_rappen_more() -> None:
    pool = split_pool(6)
    sheet = sheet_of(pool)
    assert (sheet.divided_by, sheet.quotient, sheet.remainder, sheet.price_now) == (6, 16_666, 4, 16_667)
    said = "each costs CHF 166.66, and 4 times 0.01 is left over. So the first 4 shares in order of pledging cost"
    assert said in price_sentence(pool)


def test_once_locked_the_lines_show_what_was_split() -> None:
    pool = split_pool(6)
    end_overdue_pledging(now=LATER)
    lines = sheet_of(pool).lines
    assert [line.owed for line in lines] == [16_667] * 4 + [16_666] * 2
    assert sheet_of(pool).remainder == 4


def test_a_dropped_share_makes_no_other_dearer() -> None:
    pool = make.opened(cost=100_000, capacity=9, pricing=Pricing.SPLIT)
    for behaviour in ("declines", "pays", "pays", "pays"):
        make.pledge(pool, behaviour=behaviour)
    end_overdue_pledging(now=LATER)
    collect_due_charges(now=LATER)
    give_up_overdue_charges(now=LATER + timedelta(days=8))
    sheet = sheet_of(pool)
    assert (sheet.divided_by, sheet.price_now) == (4, 25_000)
    assert [line.owed for line in sheet.lines] == [0, 25_000, 25_000, 25_000]


def test_a_split_that_divides_says_so() -> None:
    assert "split evenly over 4 shares: CHF 1'000.00 ÷ 4 = CHF 250.00" in price_sentence(split_pool(4))


def test_a_draft_has_no_cost_sheet() -> None:
    pool = make.draft()
    assert Client().get(address(pool)).status_code == 404
    assert Client().get(address(pool, name="cost_sheet_csv")).status_code == 404


def test_a_draft_that_was_given_up_has_none_either() -> None:
    pool = make.draft()
    cancel_pool(pool=pool, reason="Anders", by=make.staff(), now=NOW)
    assert Client().get(address(pool)).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_organisations_are_numbers_unless_they_want_to_be_named(language: str) -> None:
    pool = make.opened(capacity=9)
    make.pledge(pool, by=make.organisation(name="Verein Still"))
    make.pledge(pool, by=make.organisation(name="Verein Offen", is_named=True))
    shown = page(pool, language) + str(table(pool, language))
    assert "Verein Still" not in shown
    assert "Verein Offen" in shown
    with translation.override(language):
        assert translation.gettext("Organisation %(number)d") % {"number": 1} in shown


def test_no_person_is_named() -> None:
    pool = one_dropped()
    shown = page(pool) + str(table(pool))
    for pledge in pool.pledges.select_related("organisation", "placed_by"):
        for word in (pledge.organisation.name, pledge.placed_by.email, pledge.placed_by.last_name):
            assert word not in shown


def test_who_did_not_pay_is_not_named_even_if_it_wants_to_be() -> None:
    pool = one_dropped()
    [dropped] = pool.pledges.dropped().select_related("organisation")
    dropped.organisation.is_named = True
    dropped.organisation.save()
    assert dropped.organisation.name not in page(pool) + str(table(pool))


def test_numbers_stay_when_somebody_before_withdraws() -> None:
    pool = make.opened(capacity=9)
    first, second = make.pledge(pool), make.pledge(pool)
    withdraw_pledge(pledge=first, by=make.administrator(first.organisation), now=NOW)
    [line] = sheet_of(pool).lines
    assert (line.pledge, line.number) == (second, 2)


@pytest.mark.parametrize("name", ["=1+1", "+41 31", "-1", "@home", "\t=1", " =1", "\n=1"])
def test_no_name_becomes_a_formula(name: str) -> None:
    assert text(name) == f"'{name}"
    assert text("Verein = gut") == "Verein = gut"


def test_a_named_organisation_is_guarded_in_the_file() -> None:
    pool = make.opened(capacity=9)
    make.pledge(pool, by=make.organisation(name="=HYPERLINK(1)", is_named=True))
    assert any(row[1] == "'=HYPERLINK(1)" for row in table(pool))


def test_francs_are_plain_with_a_point() -> None:
    assert (francs(125_000), francs(5), francs(-1_205), francs(None)) == ("1250.00", "0.05", "-12.05", "")


def queries(url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["cost_sheet", "cost_sheet_csv"])
def test_the_number_of_queries_does_not_grow_with_the_pledges(name: str) -> None:
    few = make.opened(cost=90_000, capacity=40)
    many = make.opened(cost=900_000, capacity=40)
    for pool, pledges in ((few, 3), (many, 30)):
        for _pledge in range(pledges):
            make.pledge(pool)
    collect_due_charges(now=NOW)
    queries(address(few, name=name))  # what is asked for once
    assert queries(address(few, name=name)) == queries(address(many, name=name))


def test_the_workshops_page_leads_to_it() -> None:
    workshop = workshop_with_pool()
    assert address(workshop.pool) in Client().get(workshop.get_url()).content.decode()


def test_it_says_what_is_missing_until_the_money_is_there() -> None:
    pool = make.funded()
    assert money_figures(sheet_of(pool))[-1].amount == pool.to_raise
    collect_due_charges(now=NOW)
    assert money_figures(sheet_of(pool))[-1].amount == 0
