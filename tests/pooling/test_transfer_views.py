"""Offering a pledge, the offer's own page, and who sees what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from members.models import Membership, Organisation, Role
from pooling import links
from pooling.models import PaysBy, Pledge, Pool, SandboxEntry, Transfer, TransferState
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import main
from .test_views import login, url

pytestmark = pytest.mark.django_db

TYPED = {"email": "anna@example.org", "language": "de"}


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


@pytest.fixture
def pledge(pool: Pool) -> Pledge:
    return make.pledge(pool, by=make.organisation(name="Verein Gibt"), now=timezone.now())


@pytest.fixture
def giver(pledge: Pledge) -> Client:
    return login(make.administrator(pledge.organisation))


@pytest.fixture
def receiver() -> Organisation:
    return make.organisation(name="Stiftung Nimmt")


def offered(client: Client, pledge: Pledge) -> Transfer:
    assert client.post(url("pledge_transfer", pledge.uuid), TYPED).status_code == 302
    return Transfer.objects.get(pledge=pledge)


def path_of(transfer: Transfer) -> str:
    return links.transfer_url(transfer, "de").removeprefix("http://testserver")


def taking_over(receiver: Organisation, **changes: str) -> dict[str, str]:
    return {"do": "accept", "organisation": str(receiver.uuid), "method": "new", "accept": "on", **changes}


def test_an_offer_is_made_seen_and_taken_back(giver, pledge) -> None:
    transfer = offered(giver, pledge)
    page = main(giver.get(url("pledge", pledge.uuid)))
    assert "Diese Zusage ist einer anderen Organisation angeboten" in page
    assert "anna@example.org" in page
    response = giver.post(url("transfer_record", transfer.uuid), follow=True)
    assert "Das Angebot ist zurückgenommen." in response.content.decode()
    transfer.refresh_from_db()
    assert transfer.state == TransferState.TAKEN_BACK


def test_only_administrators_offer_and_take_back_and_strangers_find_nothing(giver, pledge) -> None:
    transfer = offered(giver, pledge)
    member = UserFactory()
    Membership.objects.create(organisation=pledge.organisation, person=member, role=Role.MEMBER)
    stranger = make.administrator(make.organisation())
    for name, uuid in [("pledge_transfer", pledge.uuid), ("transfer_record", transfer.uuid)]:
        assert login(member).post(url(name, uuid), TYPED).status_code == 403
        assert login(stranger).get(url(name, uuid)).status_code == 404
        assert login(stranger).post(url(name, uuid), TYPED).status_code == 404
        assert Client().get(url(name, uuid)).status_code == 302
    transfer.refresh_from_db()
    assert transfer.state == TransferState.OFFERED


def test_a_second_offer_and_a_wrong_address_get_a_sentence(giver, pledge) -> None:
    assert giver.post(url("pledge_transfer", pledge.uuid), {**TYPED, "email": "x"}).status_code == 422
    offered(giver, pledge)
    assert giver.post(url("pledge_transfer", pledge.uuid), TYPED).status_code == 409


def test_the_offers_page_needs_no_log_in_to_be_read_and_a_log_in_to_accept(giver, pledge, receiver) -> None:
    transfer = offered(giver, pledge)
    page = Client().get(path_of(transfer))
    assert page.status_code == 200
    assert "Verein Gibt" in main(page)
    assert "/anmelden/?next=/de/angebot/" in main(page)
    assert Client().post(path_of(transfer), taking_over(receiver)).status_code == 400
    assert Client().get(url("transfer_offer", "falsch")).status_code == 404


def test_taking_over_with_a_new_card_goes_by_the_providers_page(giver, pledge, receiver) -> None:
    transfer, client = offered(giver, pledge), login(make.administrator(receiver))
    response = client.post(path_of(transfer), taking_over(receiver))
    entry = SandboxEntry.objects.get(kind="setup")
    assert entry.ref in response["Location"]
    assert "Die Bedingungen sind für Stiftung Nimmt angenommen." in main(client.get(path_of(transfer)))
    back = client.post(url("sandbox", entry.ref), {"do": "pays"})["Location"]
    response = client.get(back.removeprefix("http://testserver"), follow=True)
    assert "Die Zusage gehört jetzt Ihnen" in response.content.decode()
    pledge.refresh_from_db()
    assert pledge.organisation == receiver
    assert giver.get(url("pledge", pledge.uuid)).status_code == 404
    assert "Stiftung Nimmt hat diese Zusage" in main(giver.get(url("transfer_record", transfer.uuid)))
    assert "Diese Zusage wurde übernommen." in main(Client().get(path_of(transfer)))


def test_taking_over_with_a_saved_method_is_done_at_once(giver, pledge, receiver) -> None:
    transfer, client = offered(giver, pledge), login(make.administrator(receiver))
    saved = make.method(receiver)
    response = client.post(path_of(transfer), taking_over(receiver, method=str(saved.pk)))
    assert response["Location"] == url("pledge", pledge.uuid)
    page = main(client.get(url("pledge", pledge.uuid)))
    assert page.count("Teilnahmebedingungen") == 1  # what it accepted itself, and nothing of the former holder


def test_taking_over_by_invoice_is_done_at_once_and_tells_when_it_is_payable(giver, pledge, receiver) -> None:
    make.account()
    transfer, client = offered(giver, pledge), login(make.administrator(receiver))
    page = main(client.get(path_of(transfer)))
    assert "Gegen Rechnung, zahlbar innert" in page
    response = client.post(path_of(transfer), taking_over(receiver, method="invoice"))
    assert response["Location"] == url("pledge", pledge.uuid)
    pledge.refresh_from_db()
    assert (pledge.organisation, pledge.method, pledge.pays_by) == (receiver, None, PaysBy.INVOICE)


def test_without_consent_or_with_anothers_card_nothing_happens(giver, pledge, receiver) -> None:
    transfer, client = offered(giver, pledge), login(make.administrator(receiver))
    assert client.post(path_of(transfer), taking_over(receiver, accept="")).status_code == 422
    assert client.post(path_of(transfer), taking_over(pledge.organisation)).status_code == 422
    foreign = make.method(pledge.organisation)
    assert client.post(path_of(transfer), taking_over(receiver, method=str(foreign.pk))).status_code == 422
    transfer.refresh_from_db()
    assert transfer.state == TransferState.OFFERED


def test_who_takes_part_already_is_refused_with_a_sentence(giver, pool, pledge) -> None:
    transfer = offered(giver, pledge)
    other = make.pledge(pool, now=timezone.now()).organisation
    saved = make.method(other)
    response = login(make.administrator(other)).post(path_of(transfer), taking_over(other, method=str(saved.pk)))
    assert (response.status_code, 'role="alert"' in main(response)) == (409, True)


def test_declining_needs_no_account(giver, pledge) -> None:
    transfer = offered(giver, pledge)
    response = Client().post(path_of(transfer), {"do": "decline"}, follow=True)
    assert "Dieses Angebot wurde abgelehnt." in response.content.decode()


def test_a_member_and_the_giver_itself_read_why_they_can_not(giver, pledge) -> None:
    transfer = offered(giver, pledge)
    assert "brauchen Sie die Rolle Administration" in main(giver.get(path_of(transfer)))
