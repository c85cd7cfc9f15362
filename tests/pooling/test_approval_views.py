"""Asking for approval with a pledge, and what the organisation sees of its request."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from members.models import Membership, Organisation, Role
from pooling import accounts
from pooling.actions.approvals import PAUSE, approve, decline
from pooling.actions.pledges import expire_overdue_pledges, withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.models import Approval, Pledge, PledgeState, Pool, SandboxEntry
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import fresh_request as fresh
from .approval_steps import main
from .factories import asked
from .test_views import data, login, url

pytestmark = pytest.mark.django_db

APPROVER = {
    "needs_approval": "on",
    "approver_name": "Ruth Kassier",
    "approver_email": "ruth.kassier@example.org",
    "approver_language": "fr",
}


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


@pytest.fixture
def organisation() -> Organisation:
    return make.organisation(name="Spitex Beispiel")


@pytest.fixture
def client(organisation: Organisation) -> Client:
    return login(make.administrator(organisation))


@pytest.fixture
def request_(pool: Pool, organisation: Organisation) -> Approval:
    """A request that is open, asked for a moment ago."""
    return asked(pool, shares=2, by=organisation, now=timezone.now() - timedelta(hours=1))


# Asking with the pledge


def test_ticking_the_box_holds_the_shares_and_asks_the_person(client, pool, organisation) -> None:
    response = client.post(url("pledge_new", pool.uuid), data(organisation, **APPROVER))
    pledge, approval = Pledge.objects.get(), Approval.objects.get()
    assert response["Location"] == url("pledge", pledge.uuid)
    assert (pledge.state, pledge.awaits_approval) == (PledgeState.PENDING, True)
    assert (approval.name, approval.email, approval.language) == ("Ruth Kassier", "ruth.kassier@example.org", "fr")
    assert not SandboxEntry.objects.exists()


def test_a_saved_method_that_was_chosen_is_kept_for_later(client, pool, organisation) -> None:
    saved = make.method(organisation)
    client.post(url("pledge_new", pool.uuid), data(organisation, method=str(saved.pk), **APPROVER))
    assert Pledge.objects.get().method == saved


@pytest.mark.parametrize(
    ("field", "value"),
    [("approver_name", ""), ("approver_name", "  "), ("approver_email", ""), ("approver_email", "nobody")],
)
def test_an_approver_needs_a_name_and_an_address(client, pool, organisation, field, value) -> None:
    response = client.post(url("pledge_new", pool.uuid), data(organisation, **{**APPROVER, field: value}))
    assert (response.status_code, Pledge.objects.count()) == (422, 0)
    assert set(response.context["form"].errors) == {field}
    assert "Ruth Kassier" in main(response) or field == "approver_name"


def test_without_the_box_what_was_typed_about_an_approver_asks_nobody(client, pool, organisation) -> None:
    without = {name: value for name, value in APPROVER.items() if name != "needs_approval"}
    client.post(url("pledge_new", pool.uuid), data(organisation, **{**without, "approver_email": "nobody"}))
    assert Pledge.objects.exists() is False  # an address that is none is said all the same
    client.post(url("pledge_new", pool.uuid), data(organisation, **without))
    assert Pledge.objects.get().awaits_approval is False
    assert not Approval.objects.exists()


def test_the_browser_does_not_insist_on_fields_that_it_does_not_show(client, pool) -> None:
    page = main(client.get(url("pledge_new", pool.uuid)))
    field = page.split('name="approver_name"')[1].split(">")[0]
    assert " required" not in field


# What the organisation sees


def test_the_pledges_page_says_who_decides_until_when_and_offers_no_payment(request_, client) -> None:
    page = main(client.get(url("pledge", request_.pledge.uuid)))
    assert "Ruth Kassier" in page
    assert url("approval_again", request_.pledge.uuid) in page
    assert url("pledge_withdraw", request_.pledge.uuid) in page
    assert url("pledge_setup", request_.pledge.uuid) not in page
    assert client.post(url("pledge_setup", request_.pledge.uuid))["Location"] == url("pledge", request_.pledge.uuid)
    assert not SandboxEntry.objects.exists()


def test_a_letter_that_was_not_taken_is_said_on_the_pledges_page(request_, client) -> None:
    before = main(client.get(url("pledge", request_.pledge.uuid)))
    Approval.objects.update(last_error="SMTPRecipientsRefused")
    after = main(client.get(url("pledge", request_.pledge.uuid)))
    assert before != after
    assert "SMTP" not in after


@pytest.mark.parametrize("end", ["approved", "declined", "withdrawn", "expired", "called off"])
def test_the_pledges_page_says_how_the_request_ended(request_, client, end) -> None:
    now = timezone.now()
    if end == "approved":
        approve(approval=request_, link=1, now=now)
    elif end == "declined":
        decline(approval=request_, link=1, sentence="Zu teuer.", now=now)
    elif end == "withdrawn":
        withdraw_pledge(pledge=request_.pledge, by=request_.asked_by, now=now)
    elif end == "expired":
        expire_overdue_pledges(now=request_.expires_at)
    else:
        cancel_pool(pool=request_.pledge.pool, reason="krank", by=make.staff(), now=now)
    page = main(client.get(url("pledge", request_.pledge.uuid)))
    assert ("ruth.kassier@example.org" in page) == (end in {"approved", "declined"})  # the record of who decided
    assert ("Zu teuer." in page) == (end == "declined")
    assert (url("pledge_setup", request_.pledge.uuid) in page) == (end == "approved")
    assert ("Ruth Kassier" in page.split("<section")[0]) == (end in {"approved", "declined", "expired"})
    assert url("approval_again", request_.pledge.uuid) not in page


def test_while_an_approver_decides_the_organisation_has_nothing_to_do(request_) -> None:
    pledge = Pledge.objects.select_related("pool").get()
    assert not accounts.needs_you(pledge)
    approve(approval=request_, link=1, now=timezone.now())
    assert accounts.needs_you(Pledge.objects.select_related("pool").get())


def test_sending_again_takes_a_corrected_address(request_, client) -> None:
    path = url("approval_again", request_.pledge.uuid)
    assert request_.email in main(client.get(path))
    assert client.post(path, {"email": "nobody"}).status_code == 422
    assert client.post(path, {"email": "richtig@example.org"}).status_code == 302
    assert (fresh(request_).email, fresh(request_).link) == ("richtig@example.org", 2)


def test_sending_again_too_soon_or_too_late_gets_a_sentence(request_, client) -> None:
    path, typed = url("approval_again", request_.pledge.uuid), {"email": request_.email}
    client.post(path, typed)
    response = client.post(path, typed)
    assert (response.status_code, 'role="alert"' in main(response)) == (409, True)
    with time_machine.travel(timezone.now() + PAUSE):
        assert client.post(path, typed).status_code == 302
    decline(approval=fresh(request_), link=3, sentence="", now=timezone.now())
    assert client.post(path, typed).status_code == 409


def test_members_see_the_request_and_only_administrators_send_it(request_, organisation) -> None:
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    page = main(login(member).get(url("pledge", request_.pledge.uuid)))
    assert "Ruth Kassier" in page
    assert url("approval_again", request_.pledge.uuid) not in page
    path = url("approval_again", request_.pledge.uuid)
    assert login(member).post(path, {"email": request_.email}).status_code == 403
    assert login(make.administrator(make.organisation())).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_a_pledge_without_a_request_has_none_to_send(pool, organisation, client) -> None:
    pledge = make.pledge(pool, by=organisation, now=timezone.now())
    assert client.get(url("approval_again", pledge.uuid)).status_code == 404
