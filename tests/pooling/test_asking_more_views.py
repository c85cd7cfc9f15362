"""Asking for more shares on the page that changes the number, and what approver and organisation see of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.models import Membership, Organisation, Role
from pooling.actions.approval_letters import send_approval_letters
from pooling.actions.approvals import approve, decline
from pooling.models import Approval, ApprovalState, Pledge, PledgeState, Pool
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import fresh_request as fresh
from .approval_steps import main, path_of
from .factories import asked, asked_for_more
from .test_views import login, url

pytestmark = pytest.mark.django_db

RUTH = {"approver_name": "Ruth Kassier", "approver_email": "ruth.kassier@example.org", "approver_language": "de"}


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(
        now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80), cost=180_000, capacity=8
    )


@pytest.fixture
def organisation() -> Organisation:
    return make.organisation(name="Spitex Beispiel")


@pytest.fixture
def client(organisation: Organisation) -> Client:
    return login(make.administrator(organisation))


@pytest.fixture
def pledge(pool: Pool, organisation: Organisation) -> Pledge:
    """One approved share that stands."""
    now = timezone.now() - timedelta(hours=1)
    approval = asked(pool, by=organisation, method=make.method(organisation), now=now)
    approve(approval=approval, link=1, now=now)
    return fresh(approval).pledge


def change(client: Client, pledge: Pledge, **typed: str):
    return client.post(url("pledge_change", pledge.uuid), {"shares": "2", "accept": "on", **typed})


def test_more_than_was_approved_asks_the_person_who_is_filled_in_already(client, pledge) -> None:
    page = main(client.get(url("pledge_change", pledge.uuid)))
    assert "Für mehr als 1 Anteil muss zustimmen:" in page
    assert 'value="ruth.kassier@example.org"' in page
    response = change(client, pledge, **RUTH)
    assert response["Location"] == url("pledge", pledge.uuid)
    approval = Approval.objects.latest("pk")
    assert (approval.before, approval.shares, approval.state) == (1, 2, ApprovalState.ASKED)
    pledge.refresh_from_db()
    assert (pledge.shares, pledge.state) == (1, PledgeState.STANDING)


def test_more_without_saying_who_approves_is_not_asked_and_not_changed(client, pledge) -> None:
    response = change(client, pledge)
    assert response.status_code == 422
    assert "Bitte schreiben Sie den Namen" in main(response) or 'aria-invalid="true"' in main(response)
    assert Approval.objects.count() == 1


def test_up_to_what_was_approved_needs_nobody(client, pool) -> None:
    organisation = make.organisation()
    approval = asked(pool, shares=3, by=organisation, method=make.method(organisation), now=timezone.now())
    approve(approval=approval, link=1, now=timezone.now())
    client = login(make.administrator(organisation))
    assert change(client, approval.pledge, **RUTH).status_code == 302
    assert fresh(approval).pledge.shares == 2
    assert Approval.objects.count() == 1


def test_who_never_needed_approval_is_not_asked_for_any(client, pool, organisation) -> None:
    pledge = make.pledge(pool, by=organisation, now=timezone.now())
    assert "approver_name" not in main(client.get(url("pledge_change", pledge.uuid)))
    assert change(client, pledge).status_code == 302
    pledge.refresh_from_db()
    assert pledge.shares == 2


def test_the_pledges_page_shows_the_request_and_takes_it_back(client, pledge) -> None:
    approval = asked_for_more(pledge, shares=2, now=timezone.now())
    page = main(client.get(url("pledge", pledge.uuid)))
    assert "Die Zustimmung zu mehr Anteilen fehlt noch" in page
    assert "Ihre Zusage steht" in page
    response = client.post(url("approval_take_back", pledge.uuid), follow=True)
    assert "Die Anfrage ist zurückgezogen." in response.content.decode()
    assert fresh(approval).state == ApprovalState.WITHDRAWN


def test_others_and_members_take_nothing_back(pledge, organisation) -> None:
    approval = asked_for_more(pledge, shares=2, now=timezone.now())
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    assert login(member).post(url("approval_take_back", pledge.uuid)).status_code == 403
    stranger = login(make.administrator(make.organisation()))
    assert stranger.post(url("approval_take_back", pledge.uuid)).status_code == 404
    assert Client().post(url("approval_take_back", pledge.uuid)).status_code == 302
    assert fresh(approval).state == ApprovalState.ASKED


def test_the_approver_reads_what_there_is_and_what_is_asked_for(pledge) -> None:
    approval = asked_for_more(pledge, shares=2, now=timezone.now())
    send_approval_letters(now=timezone.now())
    letter = " ".join(mail.outbox[-1].body.split())
    assert "2 Anteile statt 1 zusagt" in letter
    assert "Ohne Ihre Zustimmung bleibt die Zusage, wie sie ist." in letter
    assert "CHF 600.00" in letter
    page = main(Client().get(path_of(approval)))
    assert "2 Anteile statt 1 zusagt" in page
    assert "Die Zusage zählt dann, sobald ein Zahlungsmittel da ist" not in page


def test_the_approvers_page_says_after_each_end_that_the_pledge_stays(pool, pledge) -> None:
    approval = asked_for_more(pledge, shares=2, now=timezone.now())
    decline(approval=approval, link=1, sentence="", now=timezone.now())
    page = main(Client().get(path_of(approval)))
    assert "Sie haben am" in page
    assert "Es bleibt bei 1 Anteil." in page
    second = asked_for_more(pledge, shares=2, now=timezone.now())
    make.pledge(pool, shares=5, now=timezone.now())
    page = main(Client().get(path_of(second)))
    assert "Die Preise dieses Workshops standen fest" in page
    assert "Es bleibt bei 1 Anteil." in page
