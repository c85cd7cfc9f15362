"""The organisation's own reference changes until a document names it, and a document keeps the one that it names."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pooling.actions.errors import NotAdministrator, PledgeEnded, ReferenceSettled
from pooling.actions.own_reference import change_reference
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.settlement import collect_due_charges
from pooling.models import Pledge

from . import factories as make
from .factories import NOW
from .test_invoice_pages import client_of, text_of, url

pytestmark = pytest.mark.django_db


def change(pledge: Pledge, reference: str = "KST 12", **told: Any) -> Pledge:
    return change_reference(
        pledge=pledge, reference=reference, **{"by": make.administrator(pledge.organisation)} | told
    )


def kept(pledge: Pledge) -> str:
    return Pledge.objects.get(pk=pledge.pk).customer_reference


def test_it_changes_until_the_invoice_is_issued() -> None:
    pool = make.opened()
    pledge = make.invoiced(pool)
    change(pledge)
    change(pledge, "KST 13")
    make.invoiced(pool, shares=2)
    assert pledge.charges.get().invoice.number
    with pytest.raises(ReferenceSettled):
        change(pledge, "KST 14")
    assert kept(pledge) == "KST 13"


def test_by_card_it_changes_until_the_payment_has_arrived() -> None:
    pool = make.funded()
    pledge = pool.pledges.order_by("pk")[0]
    change(pledge)
    collect_due_charges(now=NOW)
    with pytest.raises(ReferenceSettled):
        change(pledge, "KST 14")
    assert kept(pledge) == "KST 12"


def test_only_an_administrator_changes_it_and_only_of_a_pledge_that_holds_places() -> None:
    pledge = make.pledge(make.opened())
    with pytest.raises(NotAdministrator):
        change(pledge, by=make.staff())
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=NOW)
    with pytest.raises(PledgeEnded):
        change(pledge)
    assert kept(pledge) == ""


def test_it_is_changed_on_its_page() -> None:
    pool = make.opened()
    pledge = make.invoiced(pool)
    client, address = client_of(pledge), url("pledge_reference", pledge.uuid)
    assert address in text_of(client.get(url("pledge", pledge.uuid)))
    assert client.post(address, {"customer_reference": "x" * 71}).status_code == 422
    assert client.post(address, {"customer_reference": "KST 12"}).status_code == 302
    assert (kept(pledge), "KST 12" in text_of(client.get(url("pledge", pledge.uuid)))) == ("KST 12", True)
    make.invoiced(pool, shares=2)
    assert address not in text_of(client.get(url("pledge", pledge.uuid)))
    assert "bleibt, wie sie ist" in text_of(client.get(address))
    assert client.post(address, {"customer_reference": "KST 14"}).status_code == 409
    assert kept(pledge) == "KST 12"
    other: Client = client_of(make.pledge(make.opened()))
    assert other.get(address).status_code == 404
