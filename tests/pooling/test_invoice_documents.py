"""Invoice, credit note and receipt over HTTP: for whoever may read the pledge's money, and for editors in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from pooling.actions.pools import cancel_pool
from pooling.models import CreditNote, Invoice, Pledge, Pool
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW
from .test_invoice_pages import client_of, text_of
from .test_views import data, login, url
from .workshop_factories import editor, logged_in, workshop_with_pool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
KINDS = ("pledge_invoice", "pledge_credit_note", "pledge_receipt")


def one_invoiced(pool: Pool | None = None) -> Pledge:
    """The pledge by invoice that brought its pool to the threshold."""
    return make.invoiced(pool or make.opened(), shares=3)


def test_the_pledges_pages_offer_the_invoice_and_then_the_receipt() -> None:
    pledge = one_invoiced()
    client = client_of(pledge)
    for page in ("pledge", "pledge_money"):
        text = text_of(client.get(url(page, pledge.uuid)))
        assert "Rechnung (PDF)" in text
        assert "Quittung (PDF)" not in text
        assert "Gutschrift (PDF)" not in text
    make.receipt(pledge.charges.get(), 90_000)
    assert "Quittung (PDF)" in text_of(client.get(url("pledge", pledge.uuid)))
    cancel_pool(pool=pledge.pool, reason="abgesagt", by=make.staff(), now=NOW + timedelta(days=1))
    assert "Gutschrift (PDF)" in text_of(client.get(url("pledge", pledge.uuid)))


def test_each_document_is_a_pdf_that_no_cache_keeps() -> None:
    pledge = one_invoiced()
    make.receipt(pledge.charges.get(), 90_000)
    cancel_pool(pool=pledge.pool, reason="abgesagt", by=make.staff(), now=NOW + timedelta(days=1))
    client = client_of(pledge)
    names = [f"rechnung-{Invoice.objects.get()}.pdf", f"gutschrift-{CreditNote.objects.get()}.pdf", "quittung-"]
    for kind, name in zip(KINDS, names, strict=True):
        answer = client.get(url(kind, pledge.uuid))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert name in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        assert answer.content.startswith(b"%PDF-")


def test_what_there_is_not_is_not_found() -> None:
    pledge = make.invoiced(make.opened())
    client = client_of(pledge)
    assert [client.get(url(kind, pledge.uuid)).status_code for kind in KINDS] == [404] * 3


def test_nobody_else_gets_a_document() -> None:
    pledge = one_invoiced()
    stranger = login(make.administrator(make.organisation()))
    assert stranger.get(url("pledge_invoice", pledge.uuid)).status_code == 404
    staff = UserFactory(is_staff=True)
    assert login(staff).get(url("pledge_invoice", pledge.uuid)).status_code == 404
    staff.user_permissions.add(Permission.objects.get(codename="view_pledge"))
    assert login(staff).get(url("pledge_invoice", pledge.uuid)).status_code == 200


def test_addresses_are_translated() -> None:
    pledge = one_invoiced()
    with translation.override("fr"):
        assert reverse("pooling:pledge_invoice", args=[pledge.uuid]).endswith("/facture.pdf")
    with translation.override("it"):
        assert reverse("pooling:pledge_receipt", args=[pledge.uuid]).endswith("/quietanza.pdf")


def test_the_organisations_own_reference_comes_from_the_form() -> None:
    make.account()
    pool, organisation = make.opened(), make.organisation()
    client = login(make.administrator(organisation))
    sent = data(organisation, method="invoice") | {"customer_reference": "Kostenstelle 4711"}
    client.post(url("pledge_new", pool.uuid), sent)
    pledge = Pledge.objects.get()
    assert pledge.customer_reference == "Kostenstelle 4711"
    assert "Kostenstelle 4711" in text_of(client.get(url("pledge", pledge.uuid)))


def test_editors_open_the_documents_in_the_admin() -> None:
    page = workshop_with_pool()
    pledge = one_invoiced(page.pool)
    client = logged_in(editor())
    address = reverse("workshop_pool_document", args=[page.pk, pledge.uuid, "invoice"])
    assert address in client.get(reverse("workshop_pool", args=[page.pk])).content.decode()
    assert client.get(address).content.startswith(b"%PDF-")
    other = make.invoiced(make.opened(), shares=3)
    assert client.get(reverse("workshop_pool_document", args=[page.pk, other.uuid, "invoice"])).status_code == 404
    assert login(make.administrator(pledge.organisation)).get(address).status_code in (302, 403)
