"""The waiting list as people meet it: from the workshop that is full to the offer, and out of the list again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Membership, Organisation, Role
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.waiting import make_offers
from pooling.models import Pledge, PledgeState, Pool
from portal.account.desk import entry_of
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import main
from .list_steps import join, reread

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def german() -> Any:
    with translation.override("de"):
        yield


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def us() -> Organisation:
    return make.organisation()


@pytest.fixture
def browser(us: Organisation) -> Client:
    client = Client()
    client.force_login(make.administrator(us), backend=BACKEND)
    return client


@pytest.fixture
def pool(now: datetime) -> Pool:
    """Full: each of its three shares is held by somebody."""
    pool = make.opened(now=now, capacity=3, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))
    for _holder in range(3):
        make.pledge(pool, behaviour=None, now=now)
    return Pool.objects.get(pk=pool.pk)


def free_one(pool: Pool, now: datetime) -> None:
    holder = pool.pledges.pending().select_related("organisation").order_by("pk")[0]
    withdraw_pledge(pledge=holder, by=make.administrator(holder.organisation), now=now)


@pytest.fixture
def offered(pool: Pool, us: Organisation, now: datetime) -> Pledge:
    """One share is offered to us, who wished two."""
    pledge = join(pool, shares=2, by=us, now=now)
    free_one(pool, now)
    make_offers(now=now)
    return reread(pledge)


def mine(pool: Pool, us: Organisation) -> Pledge:
    return Pledge.objects.select_related("pool").get(pool=pool, organisation=us)


def panel(pool: Pool, **context: Any) -> str:
    pool = Pool.objects.get(pk=pool.pk)
    return Template("{% load pool_tags %}{% pool_panel pool %}").render(Context({"pool": pool, **context}))


def test_a_full_workshop_leads_to_its_waiting_list(pool: Pool, browser: Client) -> None:
    url = reverse("pooling:waiting_new", args=[pool.uuid])
    assert url in panel(pool)
    roomy = make.opened(now=timezone.now(), closes_at=pool.closes_at, starts_at=pool.starts_at)
    assert "Warteliste" not in panel(roomy)
    assert browser.get(reverse("pooling:pledge_new", args=[pool.uuid]))["Location"] == url


def test_the_form_says_beforehand_that_waiting_costs_nothing_and_what_an_offer_will_be(
    pool: Pool, browser: Client, now: datetime
) -> None:
    join(pool, now=now)
    page = main(browser.get(reverse("pooling:waiting_new", args=[pool.uuid])))
    for words in ("kostet nichts und verpflichtet Sie zu nichts", "48 Stunden", "1 Organisation", "CHF\u00a0300.00"):
        assert words in page


def test_joining_shows_the_place_in_line(pool: Pool, browser: Client, us: Organisation, now: datetime) -> None:
    join(pool, now=now)
    url = reverse("pooling:waiting_new", args=[pool.uuid])
    answer = browser.post(url, {"organisation": us.uuid, "shares": "2"}, follow=True)
    pledge = mine(pool, us)
    assert (pledge.state, pledge.shares) == (PledgeState.WAITING, 2)
    assert "Sie stehen an 2. Stelle" in main(answer)
    assert "Sie stehen an 2. Stelle" in entry_of(pledge, now=now).comes_next
    assert entry_of(pledge, now=now).owed == 0
    assert "2 Organisationen stehen auf der Warteliste" in panel(pool, user=make.administrator(us))


@pytest.mark.parametrize(("shares", "words"), [("4", "insgesamt 3 Anteile"), ("0", "mindestens"), ("", "wie viele")])
def test_a_wish_that_makes_no_sense_is_answered_with_a_sentence(
    pool: Pool, browser: Client, us: Organisation, shares: str, words: str
) -> None:
    url = reverse("pooling:waiting_new", args=[pool.uuid])
    answer = browser.post(url, {"organisation": us.uuid, "shares": shares})
    assert answer.status_code == 422
    assert words in main(answer)


def test_whoever_pledges_a_moment_too_late_is_led_to_the_list(pool: Pool, browser: Client, us: Organisation) -> None:
    sent = {"organisation": us.uuid, "shares": "1", "method": "new", "accept": "on"}
    answer = browser.post(reverse("pooling:pledge_new", args=[pool.uuid]), sent, follow=True)
    assert answer.redirect_chain[0][0] == reverse("pooling:waiting_new", args=[pool.uuid])
    assert "Soeben wurden alle Anteile vergeben" in answer.content.decode()
    assert not pool.pledges.filter(organisation=us).exists()


def test_whoever_joins_a_moment_too_late_is_led_to_the_places_that_are_free(
    pool: Pool, browser: Client, us: Organisation, now: datetime
) -> None:
    free_one(pool, now)
    url = reverse("pooling:waiting_new", args=[pool.uuid])
    answer = browser.post(url, {"organisation": us.uuid, "shares": "1"})
    assert answer["Location"] == reverse("pooling:pledge_new", args=[pool.uuid])
    assert browser.get(url)["Location"] == answer["Location"]


def test_the_offer_names_the_places_the_most_they_cost_and_until_when(offered: Pledge, browser: Client) -> None:
    assert reverse("pooling:offer", args=[offered.uuid]) in main(
        browser.get(reverse("pooling:pledge", args=[offered.uuid]))
    )
    page = main(browser.get(reverse("pooling:offer", args=[offered.uuid])))
    assert "1 Anteil ist frei" in page
    assert "Sie haben 2 Anteile gewünscht" in page
    assert "Verbindlich zusagen: höchstens CHF\u00a0300.00" in page


def test_accepting_leads_to_the_page_for_a_method(offered: Pledge, browser: Client) -> None:
    sent = {"organisation": offered.organisation.uuid, "shares": "1", "method": "new", "accept": "on"}
    answer = browser.post(reverse("pooling:offer", args=[offered.uuid]), sent)
    assert "/sandbox/" in answer["Location"]
    pledge = reread(offered)
    assert (pledge.state, pledge.acceptances.get().most) == (PledgeState.PENDING, 30_000)


def test_without_consent_nothing_is_accepted(offered: Pledge, browser: Client) -> None:
    sent = {"organisation": offered.organisation.uuid, "shares": "1", "method": "new"}
    answer = browser.post(reverse("pooling:offer", args=[offered.uuid]), sent)
    assert answer.status_code == 422
    assert reread(offered).state == PledgeState.OFFERED
    assert "solange dieses Angebot läuft" in main(answer)  # as before it was sent, not "ten days"


def test_more_than_is_offered_is_answered_with_a_sentence(offered: Pledge, browser: Client) -> None:
    sent = {"organisation": offered.organisation.uuid, "shares": "2", "method": "new", "accept": "on"}
    answer = browser.post(reverse("pooling:offer", args=[offered.uuid]), sent)
    assert answer.status_code == 422
    assert "nur noch 1 Anteil" in main(answer)


def test_the_figures_follow_the_number_and_stay_within_the_offer(offered: Pledge, browser: Client) -> None:
    page = browser.get(reverse("pooling:offer_consent", args=[offered.uuid]), {"shares": "7"}).content.decode()
    assert "höchstens CHF\u00a0300.00" in page


def test_an_offer_that_has_run_out_leads_back_and_takes_nothing(offered: Pledge, browser: Client) -> None:
    Pledge.objects.filter(pk=offered.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    url = reverse("pooling:offer", args=[offered.uuid])
    sent = {"organisation": offered.organisation.uuid, "shares": "1", "method": "new", "accept": "on"}
    for answer in (browser.get(url), browser.post(url, sent)):
        assert answer["Location"] == reverse("pooling:pledge", args=[offered.uuid])
    assert not offered.acceptances.exists()


def test_leaving_asks_first_and_then_says_that_nothing_was_charged(offered: Pledge, browser: Client) -> None:
    url = reverse("pooling:waiting_leave", args=[offered.uuid])
    assert "Angebot ablehnen" in main(browser.get(url))
    assert reread(offered).state == PledgeState.OFFERED
    page = browser.post(url, follow=True).content.decode()
    assert "Es wurde nichts belastet" in page
    assert "hat die Warteliste verlassen" in page
    assert reread(offered).state == PledgeState.WITHDRAWN


def test_others_see_neither_the_place_nor_the_offer(offered: Pledge) -> None:
    stranger = Client()
    stranger.force_login(make.administrator(make.organisation()), backend=BACKEND)
    for name in ("pledge", "offer", "offer_consent", "waiting_leave"):
        assert stranger.get(reverse(f"pooling:{name}", args=[offered.uuid])).status_code == 404


def test_a_member_sees_the_offer_and_can_not_accept_it(offered: Pledge) -> None:
    member = UserFactory()
    Membership.objects.create(organisation=offered.organisation, person=member, role=Role.MEMBER)
    client = Client()
    client.force_login(member, backend=BACKEND)
    page = main(client.get(reverse("pooling:pledge", args=[offered.uuid])))
    assert reverse("pooling:offer", args=[offered.uuid]) not in page
    assert client.get(reverse("pooling:offer", args=[offered.uuid])).status_code == 403
    assert client.post(reverse("pooling:waiting_leave", args=[offered.uuid])).status_code == 403
    assert reread(offered).state == PledgeState.OFFERED


def test_the_overview_asks_for_the_answer_to_an_offer(offered: Pledge, browser: Client) -> None:
    page = browser.get(reverse("dashboard")).content.decode()
    todo = page.split('id="todo-title"')[1].split("</section>")[0]
    assert reverse("pooling:offer", args=[offered.uuid]) in todo
