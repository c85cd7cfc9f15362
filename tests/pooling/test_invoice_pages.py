"""Choosing the invoice and paying by it, over HTTP; and what staff enter in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, PaysBy, Pledge, PledgeState, Pool, Refund, RefundState
from pooling.workshops.models import WorkshopPage

from . import factories as make
from .factories import NOW
from .test_views import data, login, url
from .workshop_factories import editor, logged_in, workshop_with_pool

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_books_are_right(clock: Any) -> Any:
    yield
    assert not list(breaches())


def text_of(answer: Any) -> str:
    return str(answer.content.decode().split("<main")[1].split("</main")[0])


def client_of(pledge: Pledge) -> Client:
    return login(make.administrator(pledge.organisation))


def test_the_form_offers_the_invoice_and_the_pledge_stands_at_once() -> None:
    make.account()
    pool, organisation = make.opened(), make.organisation()
    client = login(make.administrator(organisation))
    assert 'value="invoice"' in text_of(client.get(url("pledge_new", pool.uuid)))
    client.post(url("pledge_new", pool.uuid), data(organisation, method="invoice"))
    pledge = Pledge.objects.get()
    assert (pledge.state, pledge.pays_by) == (PledgeState.STANDING, PaysBy.INVOICE)
    assert "gegen Rechnung" in text_of(client.get(url("pledge", pledge.uuid)))


def test_without_an_account_the_form_offers_no_invoice() -> None:
    client = login(make.administrator(make.organisation()))
    assert 'value="invoice"' not in text_of(client.get(url("pledge_new", make.opened().uuid)))


def test_where_it_is_too_late_for_an_invoice_the_form_says_why() -> None:
    make.account()
    pool = make.funded(closes_at=NOW + timedelta(days=10), starts_at=NOW + timedelta(days=60))
    organisation = make.organisation()
    client = login(make.administrator(organisation))
    Pool.objects.filter(pk=pool.pk).update(invoice_days=54)
    answer = client.get(url("pledge_new", pool.uuid))
    assert "weniger als 7 Tage vor Beginn" in text_of(answer)
    assert client.post(url("pledge_new", pool.uuid), data(organisation, method="invoice")).status_code == 422
    assert not organisation.pledges.exists()


def test_the_pledges_page_says_what_to_pay_until_when_and_where_to() -> None:
    pool = make.opened()
    pledge = make.invoiced(pool, shares=3)
    charge = pledge.charges.get()
    page = text_of(client_of(pledge).get(url("pledge", pledge.uuid)))
    for fact in (
        charge.invoice.number,
        "CHF\u00a0900.00",
        "31.\u00a0März 2027",
        "CH93 0076 2011 6238 5295 7",
        "Mustergasse 1",
    ):
        assert fact in page
    make.receipt(charge, 10_000)
    assert "CHF\u00a0800.00" in text_of(client_of(pledge).get(url("pledge", pledge.uuid)))


def test_the_way_to_the_invoice_stands_once_on_a_page() -> None:
    pledge = make.invoiced(make.opened(), shares=3)
    client, invoice = client_of(pledge), url("pledge_invoice", pledge.uuid)
    for page in (url("pledge", pledge.uuid), url("pledge_money", pledge.uuid)):
        assert client.get(page).content.decode().count(f'href="{invoice}"') == 1
    make.receipt(pledge.charges.get(), 90_000)
    assert client.get(url("pledge", pledge.uuid)).content.decode().count(f'href="{invoice}"') == 1


def test_the_overview_asks_for_an_invoice_that_is_open() -> None:
    pledge = make.invoiced(make.opened(), shares=3)
    page = text_of(client_of(pledge).get(reverse("dashboard")))
    assert pledge.charges.get().invoice.number in page


def test_a_pledge_is_paid_by_invoice_instead_and_by_card_again() -> None:
    pledge = make.pledge(make.opened())
    make.account()
    client = client_of(pledge)
    assert 'value="invoice"' in text_of(client.get(url("pledge_way", pledge.uuid)))
    client.post(url("pledge_way", pledge.uuid), {"do": "invoice"})
    pledge.refresh_from_db()
    assert pledge.pays_by == PaysBy.INVOICE
    method = pledge.organisation.methods.get()
    client.post(url("pledge_way", pledge.uuid), {"do": "card", "method": str(method.pk)})
    pledge.refresh_from_db()
    assert pledge.method == method


def test_a_new_card_leads_to_the_provider_and_the_invoice_stays_until_it_is_there() -> None:
    pledge = make.invoiced(make.opened())
    answer = client_of(pledge).post(url("pledge_way", pledge.uuid), {"do": "card"})
    assert "sandbox" in answer["Location"]
    pledge.refresh_from_db()
    assert pledge.pays_by == PaysBy.INVOICE


def test_what_can_not_be_changed_says_why() -> None:
    pledge = make.invoiced(make.opened(), shares=3)
    make.receipt(pledge.charges.get(), 1)
    answer = client_of(pledge).post(url("pledge_way", pledge.uuid), {"do": "card"})
    assert answer.status_code == 409
    assert "Ein Teil der Rechnung" in text_of(answer)


def invoiced_page() -> tuple[WorkshopPage, Charge]:
    page = workshop_with_pool(cost=90_000)
    for _each in range(2):
        make.pledge(page.pool)
    pledge = make.invoiced(page.pool)
    collect_due_charges(now=NOW)
    return page, pledge.charges.get()


def effects_in(answer: Any) -> str:
    return " ".join(answer.context["effects"]).replace("\u00a0", " ")


def test_staff_enter_a_payment_after_they_have_seen_what_it_does() -> None:
    page, charge = invoiced_page()
    client, address = logged_in(editor()), reverse("workshop_pool_step", args=[page.pk, "receipt"])
    typed = {"charge": str(charge.pk), "amount": "310.00", "day": "2027-03-01", "reference": "ZKB 4711"}
    assert "CHF 10.00" in effects_in(client.post(address, typed))
    assert not charge.receipts.exists()
    client.post(address, typed | {"confirm": "yes"})
    charge.refresh_from_db()
    assert (charge.state, charge.receipts.get().reference) == (ChargeState.PAID, "ZKB4711")
    assert Refund.objects.by_hand().get().amount == 1_000


def test_a_day_that_is_still_to_come_and_an_amount_of_nothing_are_slips() -> None:
    page, charge = invoiced_page()
    client, address = logged_in(editor()), reverse("workshop_pool_step", args=[page.pk, "receipt"])
    typed = {"charge": str(charge.pk), "amount": "0", "day": "2027-03-02", "reference": "A", "confirm": "yes"}
    errors = client.post(address, typed).context["form"].errors
    assert set(errors) == {"amount", "day"}
    assert not charge.receipts.exists()


def test_staff_enter_a_refund_that_they_transferred() -> None:
    page, charge = invoiced_page()
    make.receipt(charge, 10_000)
    cancel_pool(pool=page.pool, reason="abgesagt", by=make.staff(), now=NOW)
    refund = Refund.objects.by_hand().get()
    client, address = logged_in(editor()), reverse("workshop_pool_step", args=[page.pk, "payout"])
    typed = {"refund": str(refund.pk), "day": "2027-03-01", "reference": "ZKB 0815"}
    assert "CHF 100.00" in effects_in(client.post(address, typed))
    client.post(address, typed | {"confirm": "yes"})
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID_OUT


def test_an_invoice_of_another_pool_is_none_to_choose() -> None:
    page, _charge = invoiced_page()
    other = make.invoiced(make.opened(), shares=3).charges.get()
    client, address = logged_in(editor()), reverse("workshop_pool_step", args=[page.pk, "receipt"])
    typed = {"charge": str(other.pk), "amount": "1", "day": "2027-03-01", "reference": "A", "confirm": "yes"}
    assert client.post(address, typed).context["form"].errors["charge"]
