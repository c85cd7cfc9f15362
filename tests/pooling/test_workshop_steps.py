"""What staff do with a pool in the admin after it has opened: figures before, the deed after, and reasons where not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pooling.actions.backing import declare_short_pools
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Guarantee, Pool, PoolState
from pooling.workshops.models import WorkshopPage
from pooling.workshops.steps import STEPS
from tests.pooling.factories import NOW, pledge
from tests.pooling.workshop_factories import editor, logged_in, workshop_with_pool

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_books_are_right(clock: Any) -> Any:
    yield
    assert not list(breaches())


@pytest.fixture
def client() -> Client:
    return logged_in(editor())


def address(page: WorkshopPage, slug: str) -> str:
    return reverse("workshop_pool_step", args=[page.pk, slug])


def effects_in(answer: Any) -> str:
    return " ".join(answer.context["effects"]).replace("\u00a0", " ")


def reread(page: WorkshopPage) -> Pool:
    return Pool.objects.get(page_key=page.page_key)


def funded_page(*behaviours: str) -> WorkshopPage:
    page = workshop_with_pool(cost=90_000)
    for behaviour in behaviours:
        pledge(page.pool, behaviour=behaviour)
    collect_due_charges(now=NOW)
    return page


def short_page(clock: Any) -> WorkshopPage:
    page = funded_page("pays", "pays", "declines")
    clock.move_to(reread(page).closes_at)
    for step in (give_up_overdue_charges, declare_short_pools):
        step(now=reread(page).closes_at)
    assert reread(page).state == PoolState.SHORT
    return page


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.slug)
def test_what_is_not_possible_is_shown_with_its_reason_and_refused(client: Any, step: Any) -> None:
    page = funded_page("pays", "pays", "declines")
    why_not = step.why_not(reread(page), NOW)
    answer = client.get(reverse("workshop_pool", args=[page.pk]))
    if why_not:
        assert f'id="pool-why-not-{step.slug}"' in answer.content.decode()
        assert client.post(address(page, step.slug), {"confirm": "yes"}).status_code == 302
        assert reread(page).state == PoolState.FUNDED
    else:
        assert step.slug == "guarantee"


def test_the_closing_time_is_moved_after_its_figures_were_seen(client: Any) -> None:
    page = workshop_with_pool(cost=90_000)
    before = reread(page).closes_at
    typed = {"closes_at": (before + timedelta(days=2)).strftime("%d.%m.%Y %H:%M")}
    assert client.post(address(page, "extend"), typed).status_code == 200
    assert reread(page).closes_at == before
    assert client.post(address(page, "extend"), typed | {"confirm": "yes"}).status_code == 302
    assert reread(page).extended_from == before


def test_a_closing_time_that_breaks_a_rule_gets_its_sentence_at_the_field(client: Any) -> None:
    page = workshop_with_pool(cost=90_000)
    late = reread(page).closes_at + timedelta(days=31)
    answer = client.post(address(page, "extend"), {"closes_at": late.strftime("%d.%m.%Y %H:%M"), "confirm": "yes"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["closes_at"]
    assert reread(page).extended_from is None


def test_a_subsidy_that_reaches_the_threshold_says_what_is_charged(client: Any) -> None:
    page = workshop_with_pool(cost=90_000)
    pledge(page.pool, shares=2)
    answer = client.post(address(page, "subsidy"), {"subsidy": "300.00"})
    assert "CHF 600.00" in effects_in(answer)
    client.post(address(page, "subsidy"), {"subsidy": "300.00", "confirm": "yes"})
    assert reread(page).state == PoolState.FUNDED


def test_a_guarantee_is_written_down_drawn_on_and_the_rest_borne(clock: Any) -> None:
    page, client = short_page(clock), logged_in(editor())
    typed = {"guarantor": "Stiftung Beispiel", "limit": "100.00", "promised_on": "2027-02-01"}
    client.post(address(page, "guarantee"), typed | {"confirm": "yes"})
    assert Guarantee.objects.get().limit == 10_000
    assert "CHF 200.00" in effects_in(client.get(address(page, "draw")))
    client.post(address(page, "draw"), {"confirm": "yes"})
    assert "CHF 200.00" in effects_in(client.get(address(page, "absorb")))
    client.post(address(page, "absorb"), {"confirm": "yes"})
    assert reread(page).state == PoolState.CONFIRMED


def test_looking_at_a_step_changes_nothing(clock: Any) -> None:
    page, client = short_page(clock), logged_in(editor())
    answer = client.get(address(page, "absorb"))
    assert "CHF 300.00" in effects_in(answer)
    assert client.post(address(page, "absorb")).status_code == 200
    assert reread(page).state == PoolState.SHORT


def test_a_workshop_that_was_held_is_settled(clock: Any) -> None:
    page = funded_page("pays", "pays", "pays")
    pledge(page.pool)
    collect_due_charges(now=NOW)
    clock.move_to(reread(page).starts_at)
    client = logged_in(editor())
    answer = client.get(address(page, "close"))
    assert "CHF 300.00" in effects_in(answer)
    client.post(address(page, "close"), {"confirm": "yes"})
    assert reread(page).state == PoolState.CLOSED


def test_an_unknown_step_is_not_found(client: Any) -> None:
    assert client.get(address(workshop_with_pool(), "explode"), follow=True).status_code == 404
