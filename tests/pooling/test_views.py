"""Pledging over HTTP. Each refusal has the right status and a sentence, and leaves nothing half done."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Membership, OrganisationState, Role
from pooling import links
from pooling.actions.pools import cancel_pool, end_pledging
from pooling.actions.settlement import collect_due_charges
from pooling.models import Charge, ChargeState, Pledge, PledgeState, Pool, PoolState, SandboxEntry
from pooling.payments.base import OutcomeUnknown
from pooling.payments.sandbox import Sandbox
from tests.members.factories import UserFactory

from . import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


@pytest.fixture
def organisation():
    return make.organisation()


@pytest.fixture
def client(organisation) -> Client:
    made = Client()
    made.force_login(make.administrator(organisation), backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def login(person) -> Client:
    made = Client()
    made.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def url(name: str, *args: Any, language: str = "de") -> str:
    with translation.override(language):
        return reverse(f"pooling:{name}", args=args)


def data(organisation, **changes: Any) -> dict[str, Any]:
    return {"organisation": str(organisation.uuid), "shares": "1", "method": "new", "accept": "on", **changes}


def post(client: Client, pool: Pool, organisation, **changes: Any):
    return client.post(url("pledge_new", pool.uuid), data(organisation, **changes))


def test_pledging_asks_for_log_in_and_comes_back(pool: Pool) -> None:
    response = Client().get(url("pledge_new", pool.uuid))
    assert response.status_code == 302
    assert url("pledge_new", pool.uuid) in response["Location"]


def test_a_pledge_leads_to_the_page_for_a_method_and_stands_when_one_was_given(client, pool, organisation) -> None:
    response = post(client, pool, organisation)
    assert response.status_code == 302
    entry = SandboxEntry.objects.get(kind="setup")
    assert entry.ref in response["Location"]
    pledge = Pledge.objects.get()
    assert pledge.state == PledgeState.PENDING
    back = client.get(url("setup_return", pledge.uuid))  # without having given one
    pledge.refresh_from_db()
    assert (back.status_code, pledge.state) == (302, PledgeState.PENDING)
    client.post(url("sandbox", entry.ref), {"do": "pays"})
    client.get(url("setup_return", pledge.uuid))
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.STANDING


@pytest.mark.parametrize("shares", ["0", "-1", "abc", "", "1.5", "9" * 30, "²"])
def test_a_number_that_is_none_gets_a_sentence_and_the_form_keeps_what_was_typed(
    client, pool, organisation, shares
) -> None:
    response = post(client, pool, organisation, shares=shares)
    assert response.status_code in {409, 422}
    assert 'role="alert"' in response.content.decode()
    assert f'value="{shares}"' in response.content.decode() or not shares
    assert not Pledge.objects.exists()


def test_too_many_shares_get_a_sentence_at_the_field_with_the_number_that_is_left(client, pool, organisation) -> None:
    response = post(client, pool, organisation, shares="7", accept="")
    assert (response.status_code, Pledge.objects.count()) == (422, 0)
    assert " 6 " in str(response.context["form"].errors["shares"])
    assert "accept" in response.context["form"].errors


def test_without_consent_nothing_is_pledged(client, pool, organisation) -> None:
    response = post(client, pool, organisation, accept="")
    assert (response.status_code, Pledge.objects.count()) == (422, 0)


def test_a_closed_and_a_lapsed_pool_say_why_there_is_no_form(client, organisation) -> None:
    over = make.opened(now=make.NOW - timedelta(days=400), closes_at=timezone.now() - timedelta(days=1))
    assert client.get(url("pledge_new", over.uuid)).status_code == 200
    assert post(client, over, organisation).status_code == 409
    end_pledging(pk=over.pk, now=timezone.now())
    assert post(client, over, organisation).status_code == 409
    assert not Pledge.objects.filter(organisation=organisation).exists()


def test_a_draft_and_an_unknown_pool_are_not_found(client, organisation) -> None:
    assert client.get(url("pledge_new", make.draft().uuid)).status_code == 404
    assert client.get(url("pledge_new", uuid.uuid4())).status_code == 404


def test_a_second_click_leads_to_the_pledge_that_is_there(client, pool, organisation) -> None:
    post(client, pool, organisation)
    response = post(client, pool, organisation)
    assert response["Location"] == url("pledge", Pledge.objects.get().uuid)


def test_somebody_who_is_no_administrator_gets_403_and_a_sentence(pool, organisation) -> None:
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    for client in (login(member), login(UserFactory())):
        assert client.get(url("pledge_new", pool.uuid)).status_code == 403
        assert post(client, pool, organisation).status_code == 403
    assert not Pledge.objects.exists()


def test_a_forged_organisation_is_refused(client, pool) -> None:
    response = post(client, pool, make.organisation())
    assert (response.status_code, Pledge.objects.count()) == (422, 0)
    response = client.post(url("pledge_new", pool.uuid), {"organisation": "not a uuid", "shares": "1", "accept": "on"})
    assert response.status_code == 422


def test_the_saved_method_of_another_organisation_is_refused(client, pool, organisation) -> None:
    foreign = make.method(make.organisation())
    assert post(client, pool, organisation, method=str(foreign.pk)).status_code == 422
    assert not Pledge.objects.exists()


def test_a_suspended_organisation_makes_no_new_pledge(client, pool, organisation) -> None:
    organisation.state = OrganisationState.SUSPENDED
    organisation.save()
    assert post(client, pool, organisation).status_code == 409


def test_a_saved_method_makes_the_pledge_stand_at_once(client, pool, organisation) -> None:
    saved = make.method(organisation)
    assert post(client, pool, organisation, method=str(saved.pk)).status_code == 302
    assert Pledge.objects.get().state == PledgeState.STANDING


def test_a_provider_out_of_reach_loses_nothing(client, pool, organisation, monkeypatch) -> None:
    def unreachable(self: Sandbox, **_request: Any) -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(Sandbox, "open_setup_page", unreachable)
    response = post(client, pool, organisation)
    pledge = Pledge.objects.get()
    assert response["Location"] == url("pledge", pledge.uuid)
    assert pledge.state == PledgeState.PENDING
    monkeypatch.undo()
    assert "sandbox" in client.post(url("pledge_setup", pledge.uuid))["Location"]


def test_a_pledge_is_nobody_elses_affair(pool) -> None:
    pledge = make.pledge(pool, now=timezone.now())
    stranger = login(make.administrator(make.organisation()))
    for name in ("pledge", "pledge_change", "pledge_withdraw", "setup_return"):
        assert stranger.get(url(name, pledge.uuid)).status_code == 404
    assert stranger.post(url("pledge_withdraw", pledge.uuid)).status_code == 404


def test_an_administrator_changes_and_withdraws_and_a_member_does_not(pool, client, organisation) -> None:
    pledge = make.pledge(pool, by=organisation, now=timezone.now())
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    assert login(member).get(url("pledge", pledge.uuid)).status_code == 200
    assert login(member).post(url("pledge_withdraw", pledge.uuid)).status_code == 403
    change = url("pledge_change", pledge.uuid)
    assert login(member).post(change, {"shares": "2", "accept": "on"}).status_code == 403
    assert client.post(change, {"shares": "0", "accept": "on"}).status_code == 422
    assert client.post(change, {"shares": "99", "accept": "on"}).status_code == 422
    assert client.post(change, {"shares": "2", "accept": "on"}).status_code == 302
    assert client.get(url("pledge_withdraw", pledge.uuid)).status_code == 200
    assert client.post(url("pledge_withdraw", pledge.uuid)).status_code == 302
    pledge.refresh_from_db()
    assert (pledge.shares, pledge.state) == (2, PledgeState.WITHDRAWN)


def test_once_prices_are_locked_withdrawing_gets_409_and_a_sentence(client, pool, organisation) -> None:
    pledge = make.pledge(pool, shares=3, by=organisation, now=timezone.now())
    response = client.post(url("pledge_withdraw", pledge.uuid))
    assert (response.status_code, 'class="notice' in response.content.decode()) == (409, True)


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_our_link_needs_no_account_and_looking_at_it_changes_nothing(pool, language) -> None:
    make.pledge(pool, shares=3, behaviour="authenticates", now=timezone.now())
    collect_due_charges(now=timezone.now())
    charge = Charge.objects.get()
    path = links.mend_url(charge, language).removeprefix("http://testserver")
    page = Client().get(path)
    assert page.status_code == 200
    assert not SandboxEntry.objects.filter(kind="page").exists()
    leads = Client().post(path)
    entry = SandboxEntry.objects.get(kind="page")
    assert entry.ref in leads["Location"]
    declined = Client().post(leads["Location"], {"do": "declines"})
    assert declined.status_code == 402
    paid = Client().post(leads["Location"], {"do": "pays"})
    assert Client().get(paid["Location"]).status_code == 200
    charge.refresh_from_db()
    pool.refresh_from_db()
    assert (charge.state, pool.state) == (ChargeState.SUCCEEDED, PoolState.CONFIRMED)
    assert Client().post(path).status_code == 200  # nothing left to pay, and it says so


def test_a_forged_link_is_not_found() -> None:
    assert Client().get(url("mend", "forged:token")).status_code == 404
    assert Client().get(url("mend_return", "x")).status_code == 404


def test_the_link_of_a_payment_that_goes_back_says_so(pool) -> None:
    make.pledge(pool, shares=3, now=timezone.now())
    collect_due_charges(now=timezone.now())
    path = links.mend_url(Charge.objects.get(), "de").removeprefix("http://testserver")
    assert "ist eingegangen" in Client().get(path).content.decode()
    cancel_pool(pool=pool, reason="Krank", by=make.staff(), now=timezone.now())
    html = Client().get(path).content.decode()
    assert "abgesagt" in html
    assert "ist eingegangen" not in html


def test_a_provider_out_of_reach_while_mending_gets_503_and_a_sentence(pool, monkeypatch) -> None:
    make.pledge(pool, shares=3, behaviour="declines", now=timezone.now())
    collect_due_charges(now=timezone.now())

    def unreachable(self: Sandbox, **_request: Any) -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(Sandbox, "open_payment_page", unreachable)
    path = links.mend_url(Charge.objects.get(), "de").removeprefix("http://testserver")
    response = Client().post(path)
    assert (response.status_code, 'role="alert"' in response.content.decode()) == (503, True)


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_a_database_that_is_gone_gets_503_in_the_persons_language(client, pool, monkeypatch, language) -> None:
    def gone(*_arguments: Any, **_more: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("pooling.views.pledges.get_object_or_404", gone)
    client.raise_request_exception = False
    response = client.get(url("pledge_new", pool.uuid, language=language))
    assert response.status_code == 503
    assert f'lang="{language}"' in response.content.decode()
    assert response["Retry-After"]


def test_the_figures_above_the_button_follow_the_number(client, pool) -> None:
    page = client.get(url("pledge_consent", pool.uuid), {"shares": "3"}).content.decode()
    assert "900.00" in page
    assert "300.00" in client.get(url("pledge_consent", pool.uuid), {"shares": "<script>"}).content.decode()
    assert "<script>" not in client.get(url("pledge_consent", pool.uuid), {"shares": "<script>"}).content.decode()


def test_pages_about_money_are_never_cached(client, pool) -> None:
    assert "no-store" in client.get(url("pledge_new", pool.uuid))["Cache-Control"]
