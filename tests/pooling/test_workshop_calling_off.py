"""Calling a workshop off in the admin: the figures are right before, and come true afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from members.letters.models import Letter
from pooling.accounts import money_of
from pooling.actions.backing import absorb_gap, declare_short_pools, draw_guarantee, record_guarantee
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.models import Backing, BackingKind, Charge, ChargeState, Pool, PoolState
from pooling.workshops.figures import calling_off
from pooling.workshops.models import WorkshopPage
from tests.pooling.factories import NOW, pledge, staff
from tests.pooling.workshop_factories import (
    draft_for,
    editor,
    in_german,
    logged_in,
    texts_in,
    workshop,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client() -> Client:
    return logged_in(editor())


def address(page: WorkshopPage) -> str:
    return reverse("workshop_pool_call_off", args=[page.pk])


def funded_workshop() -> WorkshopPage:
    """Funded by three pledges: two paid CHF 600.00 and 300.00, one of CHF 300.00 waits for its bank."""
    page = workshop_with_pool(cost=120_000)
    pledge(page.pool, shares=2)
    pledge(page.pool)
    pledge(page.pool, behaviour="authenticates")
    collect_due_charges(now=NOW)
    return WorkshopPage.objects.get(pk=page.pk)


def test_the_confirmation_says_in_figures_what_will_happen(client: Any) -> None:
    page = funded_workshop()
    pledge(page.pool, behaviour=None)
    effect = client.get(address(page)).context["effect"]
    assert (effect.pledges, effect.refunds, effect.refunded) == (4, 2, 90_000)
    assert (effect.voids, effect.voided) == (1, 30_000)
    html = client.get(address(page)).content.decode()
    assert "CHF\u00a0900.00" in html
    assert all(line.pledge.organisation.name in html for line in effect.effects)


def backed_workshop() -> WorkshopPage:
    """CHF 300.00 were missing: CHF 100.00 came from the guarantee, and the operator bears the rest."""
    page = workshop_with_pool()
    for behaviour in ("pays", "pays", "declines"):
        pledge(page.pool, behaviour=behaviour)
    collect_due_charges(now=NOW)
    give_up_overdue_charges(now=NOW + timedelta(days=8))
    declare_short_pools(now=page.pool.closes_at)
    by, pool = staff(), Pool.objects.get()
    record_guarantee(pool=pool, guarantor="Stiftung", limit=10_000, promised_on=NOW.date(), by=by, now=NOW)
    draw_guarantee(pool=pool, by=by, now=NOW)
    absorb_gap(pool=pool, by=by, now=NOW)
    return WorkshopPage.objects.get(pk=page.pk)


def test_the_confirmation_says_what_is_taken_back_of_what_filled_the_gap(client: Any) -> None:
    page = backed_workshop()
    html = client.get(address(page)).content.decode()
    for sentence, amount in (
        ("%(amount)s go back to the guarantor.", "CHF\u00a0100.00"),
        ("The operator no longer bears %(amount)s.", "CHF\u00a0200.00"),
    ):
        assert in_german(sentence) % {"amount": amount} in html
    client.post(address(page), {"reason": "Krank"})
    kinds = Backing.objects.filter(kind__in=[BackingKind.RETURNED, BackingKind.REVERSED])
    assert list(kinds.order_by("pk").values_list("amount", flat=True)) == [10_000, 20_000]


def test_where_nothing_filled_a_gap_nothing_is_said_of_it(client: Any) -> None:
    effect = client.get(address(funded_workshop())).context["effect"]
    assert (effect.drawn, effect.absorbed) == (0, 0)


def test_calling_off_does_what_the_confirmation_said(client: Any) -> None:
    page = funded_workshop()
    said = calling_off(page.pool)
    response = client.post(address(page), {"reason": "Die Fachperson ist krank."})
    assert response.status_code == 302
    send_due_refunds(now=NOW)
    pool = Pool.objects.get()
    assert (pool.state, pool.cancel_reason) == (PoolState.CANCELLED, "Die Fachperson ist krank.")
    assert money_of(pool).refunded == said.refunded == 90_000
    assert money_of(pool).net == 0
    assert Charge.objects.filter(state=ChargeState.VOID).count() == said.voids == 1


def test_the_reason_stands_in_the_letters(client: Any) -> None:
    page = funded_workshop()
    client.post(address(page), {"reason": "Die Fachperson ist krank."})
    letters = Letter.objects.filter(key__startswith="cancelled-")
    assert letters.count() == 3
    assert all("Die Fachperson ist krank." in letter.text for letter in letters)


def test_a_payment_on_its_way_is_told_apart(client: Any) -> None:
    page = funded_workshop()
    Charge.objects.filter(state=ChargeState.ACTION_REQUIRED).update(state=ChargeState.SENDING)
    effect = client.get(address(page)).context["effect"]
    assert (effect.voids, effect.payments_under_way, effect.under_way) == (0, 1, 30_000)


def test_without_a_reason_nothing_is_called_off(client: Any) -> None:
    page = funded_workshop()
    response = client.post(address(page), {"reason": "  "})
    assert response.status_code == 200
    assert in_german("Please say why. The organisations read it in their letters.") in response.content.decode()
    assert Pool.objects.get().state == PoolState.FUNDED


def test_a_reason_that_is_too_long_is_refused_and_kept(client: Any) -> None:
    page = funded_workshop()
    response = client.post(address(page), {"reason": "x" * 501})
    assert response.status_code == 200
    assert "x" * 501 in response.content.decode()
    assert Pool.objects.get().state == PoolState.FUNDED


def test_calling_off_twice_changes_nothing(client: Any) -> None:
    page = funded_workshop()
    client.post(address(page), {"reason": "Krank"})
    before = Pool.objects.get().events.count()
    client.post(address(page), {"reason": "Nochmals"})
    pool = Pool.objects.get()
    assert (pool.cancel_reason, pool.events.count()) == ("Krank", before)


def why_not(client: Any, page: WorkshopPage) -> str:
    response = client.get(reverse("workshop_pool", args=[page.pk]))
    assert reverse("workshop_pool_call_off", args=[page.pk]) not in response.content.decode()
    assert "disabled" in response.content.decode()
    return str(response.context["why_not_to_call_off"])


def test_a_started_workshop_cant_be_called_off(client: Any) -> None:
    page = funded_workshop()
    with time_machine.travel(page.pool.starts_at, tick=False):
        client = logged_in(editor())
        assert why_not(client, page)
        assert texts_in(client.post(address(page), {"reason": "Krank"}, follow=True))
    assert Pool.objects.get().state == PoolState.FUNDED


def test_a_lapsed_pool_cant_be_called_off(client: Any) -> None:
    page = workshop_with_pool()
    end_overdue_pledging(now=NOW + timedelta(days=21))
    assert why_not(client, page)
    client.post(address(page), {"reason": "Krank"})
    assert Pool.objects.get().state == PoolState.LAPSED


def test_a_draft_cant_be_called_off(client: Any) -> None:
    page = workshop()
    draft_for(page)
    client.post(address(page), {"reason": "Krank"})
    assert Pool.objects.get().state == PoolState.DRAFT


def test_a_workshop_without_a_pool_cant_be_called_off(client: Any) -> None:
    page = workshop()
    assert client.get(address(page)).status_code == 302
    assert client.post(address(page), {"reason": "Krank"}).status_code == 302
