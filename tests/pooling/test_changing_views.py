"""The pages on which a pledge is changed or withdrawn: whoever comes too late is told before filling in a form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Organisation
from pooling.actions.pledges import withdraw_pledge
from pooling.models import Pledge, Pool
from pooling.views.changing import chosen_shares

from . import factories as make

pytestmark = pytest.mark.django_db
PAGES = pytest.mark.parametrize("name", ["pledge_change", "pledge_withdraw"])


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


@pytest.fixture
def us() -> Organisation:
    return make.organisation()


def main_of(us: Organisation, name: str, pledge: Pledge, **asked: str) -> str:
    client = Client()
    client.force_login(make.administrator(us), backend="allauth.account.auth_backends.AuthenticationBackend")
    with translation.override("de"):
        response = client.get(reverse(f"pooling:{name}", args=[pledge.uuid]), asked)
    assert response.status_code == 200
    return response.content.decode().split("<main", 1)[1]


@PAGES
def test_before_prices_are_locked_there_is_a_form(pool: Pool, us: Organisation, name: str) -> None:
    pledge = make.pledge(pool, by=us, now=timezone.now())
    assert "<form" in main_of(us, name, pledge)


@PAGES
def test_once_prices_are_locked_the_page_says_so_instead(pool: Pool, us: Organisation, name: str) -> None:
    pledge = make.pledge(pool, shares=3, by=us, now=timezone.now())
    page = main_of(us, name, pledge)
    assert "<form" not in page
    assert 'class="notice' in page


@PAGES
def test_of_a_pledge_that_has_ended_the_page_says_so_instead(pool: Pool, us: Organisation, name: str) -> None:
    pledge = make.pledge(pool, by=us, now=timezone.now())
    withdraw_pledge(pledge=pledge, by=make.administrator(us), now=timezone.now())
    assert "<form" not in main_of(us, name, pledge)


def test_what_was_pledged_so_far_stands_above_the_button(pool: Pool, us: Organisation) -> None:
    pledge = make.pledge(pool, shares=2, by=us, now=timezone.now())
    consent = main_of(us, "pledge_change", pledge).split('class="consent', 1)[1]
    assert consent.index("600.00") < consent.index("<button")


def test_the_button_says_what_the_number_in_the_address_costs_at_most(pool: Pool, us: Organisation) -> None:
    pledge = make.pledge(pool, shares=1, by=us, now=timezone.now())
    page = main_of(us, "pledge_change", pledge, shares="2")
    assert "600.00" in page.split('id="change-bindingly"', 1)[1].split("</button>", 1)[0]


@pytest.mark.parametrize(("typed", "counts"), [("3", 3), ("99", 5), ("0", 1), ("two", 2), ("", 2), (None, 2)])
def test_figures_are_about_a_number_that_the_pledge_can_have(typed: str | None, counts: int) -> None:
    assert chosen_shares(typed, now=2, most=5) == counts
