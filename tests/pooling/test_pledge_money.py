"""The page that explains an organisation's money: every step, and how the money stood after it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from members.models import Membership, Role, User
from pooling.accounts import charge_of
from pooling.accounts.explain import explanation_of
from pooling.accounts.tables import as_csv, explanation_rows
from pooling.actions.approvals import approve
from pooling.actions.closing import close_pool
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.revising import grow_subsidy
from pooling.actions.settlement import collect_due_charges
from pooling.models import Charge, ChargeState, Pledge, PledgeState, Pool, PoolState, Refund, RefundState
from portal.roles import EDITOR
from tests.members.factories import UserFactory
from tests.pooling import factories as make
from tests.pooling.factories import NOW
from tests.pooling.payment_steps import one_declined, one_dropped
from tests.pooling.test_cost_sheet import LANGUAGES, lived, lives, quick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def address(pledge: Pledge, language: str = "de", *, name: str = "pledge_money") -> str:
    with translation.override(language):
        return reverse(f"pooling:{name}", args=[pledge.uuid])


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


def reread(pledge: Pledge) -> Pledge:
    return Pledge.objects.select_related("pool", "organisation").get(pk=pledge.pk)


def total(rows: Any, field: str = "amount") -> int:
    return int(rows.aggregate(sum=Sum(field))["sum"] or 0)


@quick
@given(life=lives())
def test_the_last_step_says_what_the_rows_say(life: Any) -> None:
    pool = lived(life)
    for pledge in Pledge.objects.filter(pool=pool).select_related("pool", "organisation"):
        balance = explanation_of(pledge).balance
        refunds = Refund.objects.filter(charge__pledge=pledge)
        sent = refunds.filter(state=RefundState.SUCCEEDED)
        charge = charge_of(pledge)
        is_owed = (
            charge is not None
            and charge.state not in (ChargeState.VOID, ChargeState.FAILED)
            and pledge.state == PledgeState.STANDING
            and pledge.pool.state != PoolState.CANCELLED
        )
        assert balance.owed == (charge.amount if charge and is_owed else 0)
        assert balance.paid == total(Charge.objects.filter(pledge=pledge), "captured")
        assert balance.refunded == total(sent)
        assert balance.going_back == total(refunds) - total(sent)


@quick
@given(life=lives(), language=st.sampled_from(LANGUAGES))
def test_the_file_gives_the_same_steps(life: Any, language: str) -> None:
    pool = lived(life)
    for pledge in Pledge.objects.filter(pool=pool).select_related("pool", "organisation"):
        with translation.override(language):
            explanation = explanation_of(pledge)
            data = as_csv(explanation_rows(explanation)).decode("utf-8-sig")
        [_headings, *rows] = csv.reader(io.StringIO(data), delimiter=";")
        assert len(rows) == len(explanation.steps)
        for row, step in zip(rows, explanation.steps, strict=True):
            after = step.after
            figures = [int(Decimal(cell) * 100) for cell in row[4:8]]
            assert figures == [after.owed, after.paid, after.going_back, after.refunded]
            assert row[3] == ("" if step.amount is None else f"{Decimal(step.amount) / 100:.2f}")
            assert row[8] == step.reference


@pytest.mark.parametrize("name", ["pledge_money", "pledge_money_csv"])
def test_only_people_of_the_organisation_see_it(name: str) -> None:
    pledge = make.pledge(make.opened())
    member = UserFactory()
    Membership.objects.create(organisation=pledge.organisation, person=member, role=Role.MEMBER)
    assert client_of(make.administrator(pledge.organisation)).get(address(pledge, name=name)).status_code == 200
    assert client_of(member).get(address(pledge, name=name)).status_code == 200
    assert client_of(make.administrator(make.organisation())).get(address(pledge, name=name)).status_code == 404
    assert client_of(UserFactory(is_staff=True)).get(address(pledge, name=name)).status_code == 404
    assert Client().get(address(pledge, name=name)).status_code == 302


def test_editors_see_it_and_are_not_led_to_a_page_that_is_not_theirs() -> None:
    pledge = make.pledge(make.opened())
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name=EDITOR))
    response = client_of(editor).get(address(pledge))
    assert response.status_code == 200
    assert f'"{reverse("pooling:pledge", args=[pledge.uuid])}"' not in response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_is_a_sentence_in_the_readers_language(language: str) -> None:
    pool = one_dropped()
    for pledge in pool.pledges.select_related("pool", "organisation"):
        with translation.override(language):
            told = [step.sentence for step in explanation_of(pledge).steps]
        with translation.override(None):
            english = [step.sentence for step in explanation_of(pledge).steps]
        assert len(told) > 3
        assert not set(told) & set(english)
        assert not any("%(" in sentence or "–" in sentence for sentence in told)


def steps(pledge: Pledge) -> list[tuple[str, int, int, int]]:
    return [
        (step.kind, step.after.owed, step.after.paid, step.after.back) for step in explanation_of(reread(pledge)).steps
    ]


def test_a_pledge_that_was_paid_and_called_off_is_told_to_the_end() -> None:
    pool = make.funded()
    collect_due_charges(now=NOW)
    cancel_pool(pool=pool, reason="Krank", by=make.staff(), now=NOW)
    send_due_refunds(now=NOW)
    assert steps(pool.pledges.earliest("pk")) == [
        ("pledge_held", 0, 0, 0),
        ("pledge_standing", 0, 0, 0),
        ("pool_funded", 0, 0, 0),
        ("charge_due", 30_000, 0, 0),
        ("charge_sending", 30_000, 0, 0),
        ("charge_captured", 30_000, 30_000, 0),
        ("pool_confirmed", 30_000, 30_000, 0),
        ("pool_cancelled", 0, 30_000, 0),
        ("refund_due", 0, 30_000, 30_000),
        ("refund_succeeded", 0, 30_000, 30_000),
    ]


def test_what_comes_back_of_a_surplus_is_not_to_be_paid_again() -> None:
    pool = make.funded(cost=89_000)
    collect_due_charges(now=NOW)
    close_pool(pool=pool, by=make.staff(), now=pool.starts_at)
    send_due_refunds(now=pool.starts_at)
    balance = explanation_of(reread(pool.pledges.earliest("pk"))).balance
    assert (balance.owed, balance.paid, balance.refunded, balance.open) == (30_000, 30_000, 333, 0)


def test_what_was_not_paid_is_still_to_be_paid() -> None:
    pool = make.funded()
    assert explanation_of(reread(pool.pledges.earliest("pk"))).balance.open == 30_000


def test_once_a_pledge_has_ended_its_pools_turns_are_not_told_any_more() -> None:
    pool = one_dropped()
    cancel_pool(pool=pool, reason="Krank", by=make.staff(), now=NOW)
    [dropped] = pool.pledges.dropped()
    assert [kind for kind, *_figures in steps(dropped)][-2:] == ["charge_failed", "pledge_dropped"]


def test_turns_of_the_pool_before_the_pledge_are_not_told() -> None:
    pool = make.opened(cost=100_000)
    grow_subsidy(pool=pool, subsidy=1_000, by=make.staff(), now=NOW)
    early = make.pledge(pool)
    grow_subsidy(pool=pool, subsidy=2_000, by=make.staff(), now=NOW)
    assert [kind for kind, *_figures in steps(early)] == ["pledge_held", "pledge_standing", "subsidy_grown"]


def who(pledge: Pledge, kind: str) -> str:
    with translation.override(None):
        return next(step.who for step in explanation_of(reread(pledge)).steps if step.kind == kind)


def test_it_says_through_whom_a_step_happened_and_no_more() -> None:
    pool = make.funded()
    by = make.staff()
    cancel_pool(pool=pool, reason="Krank", by=by, now=NOW)
    pledge = reread(pool.pledges.earliest("pk"))
    person = make.administrator(pledge.organisation)
    assert who(pledge, "pledge_held") == f"{pledge.organisation.name}, {person.get_full_name() or person.email}"
    assert who(pledge, "pledge_standing") == "The portal"
    assert who(pledge, "pool_cancelled") == "The editors"
    html = client_of(person).get(address(pledge)).content.decode()
    assert by.email not in html
    for other in pool.pledges.exclude(pk=pledge.pk).select_related("organisation"):
        assert other.organisation.name not in html


def test_who_left_the_organisation_is_not_named() -> None:
    pledge = make.pledge(make.opened())
    person = make.administrator(pledge.organisation)
    person.memberships.all().delete()
    assert who(pledge, "pledge_held") == "Somebody who is not of your organisation today"


def test_the_approver_is_a_role_and_no_name() -> None:
    approval = make.asked(make.opened())
    approve(approval=approval, link=1, now=NOW)
    assert who(approval.pledge, "approval_given") == "The person who was asked"


def test_the_page_tells_the_amount_by_shares_and_price() -> None:
    pool = make.opened(cost=60_000, capacity=9)
    pledge = make.pledge(pool, shares=2)
    html = client_of(make.administrator(pledge.organisation)).get(address(pledge)).content.decode()
    assert "2 × CHF\u00a0300.00" in html
    assert reverse("pooling:cost_sheet", args=[pool.uuid]) in html


def test_the_pledges_page_leads_to_it() -> None:
    pledge = make.pledge(make.opened())
    html = client_of(make.administrator(pledge.organisation)).get(reverse("pooling:pledge", args=[pledge.uuid]))
    assert address(pledge) in html.content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["pledge_money", "pledge_money_csv"])
def test_the_number_of_queries_does_not_grow_with_the_steps(name: str) -> None:
    plain, rich = make.pledge(make.opened()), one_declined()
    cancel_pool(pool=rich, reason="Krank", by=make.staff(), now=NOW)
    send_due_refunds(now=NOW)
    full: Pledge = Pool.objects.get(pk=rich.pk).pledges.select_related("organisation").earliest("pk")
    few = client_of(make.administrator(plain.organisation))
    many = client_of(make.administrator(full.organisation))
    queries(few, address(plain, name=name))  # what is asked for once
    assert queries(few, address(plain, name=name)) == queries(many, address(full, name=name))
