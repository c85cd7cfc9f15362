"""Changing between card and invoice: one asks for money, the other is void, and no change moves a date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.actions.charges import claim_due_charge
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import (
    AwaitsApproval,
    InvoicedBefore,
    InvoiceTooLate,
    NotAdministrator,
    PartPaidAlready,
    PaymentUnderWay,
    PledgeEnded,
    RefillsByCard,
    WayIsSettled,
)
from pooling.actions.mending import open_payment_page
from pooling.actions.methods import open_setup_page, release_unused_methods
from pooling.actions.notices import look_at_setup_page, look_at_setup_pages
from pooling.actions.paying import pay_by_card, pay_by_invoice
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.settlement import collect_due_charges, follow_up_attempts
from pooling.actions.transfers import accept_transfer, offer_transfer
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, PaysBy, Pledge, PledgeState, Pool, Refund, SandboxEntry, SetupPage
from pooling.payments.base import Progress

from . import factories as make
from .approval_steps import yes
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined, one_dropped, pay_on_page, waiting_charge
from .test_invoices import DAY, GIVEN_UP, one_invoiced, the_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def to_invoice(pledge: Pledge, now=NOW) -> Pledge:
    make.account()
    return pay_by_invoice(pledge=pledge, by=make.administrator(pledge.organisation), now=now)


def to_card(pledge: Pledge, behaviour: str = "pays", now=NOW) -> Pledge:
    method = make.method(pledge.organisation, behaviour)
    return pay_by_card(pledge=pledge, method=method, by=make.administrator(pledge.organisation), now=now)


def states(pledge: Pledge) -> list[tuple[str, str]]:
    return list(pledge.charges.order_by("pk").values_list("pays_by", "state"))


def test_a_pledge_that_waits_for_its_method_stands_when_it_is_to_be_paid_by_invoice() -> None:
    pending = make.pledge(make.opened(), behaviour=None)
    assert to_invoice(pending).state == PledgeState.STANDING


def test_before_prices_lock_the_way_changes_both_ways_and_nothing_else_does() -> None:
    pledge = to_invoice(make.pledge(make.opened()))
    assert (pledge.pays_by, pledge.method, pledge.state) == (PaysBy.INVOICE, None, PledgeState.STANDING)
    pledge = to_card(pledge)
    assert pledge.method is not None
    assert Letter.objects.filter(template="pooling/letters/way_changed.txt").count() == 2
    assert not Charge.objects.exists()


def test_the_card_is_released_once_the_pledge_is_paid_by_invoice() -> None:
    to_invoice(make.pledge(make.opened()))
    assert release_unused_methods(now=NOW + DAY) == 1


def test_a_declined_card_is_voided_and_an_invoice_takes_its_place() -> None:
    pool = one_declined()
    pledge = to_invoice(waiting_charge(pool).pledge)
    assert states(pledge) == [("card", "void"), ("invoice", "issued")]
    assert Letter.objects.filter(template="pooling/letters/invoice_issued.txt").count() == 1
    assert give_up_overdue_charges(now=IN_EIGHT_DAYS) == 0


def test_a_card_that_was_paid_on_an_open_page_after_all_goes_back() -> None:
    pool = one_declined()
    charge = waiting_charge(pool)
    url = open_payment_page(charge=charge, language="de", now=NOW)
    to_invoice(charge.pledge)
    pay_on_page(url)
    follow_up_attempts(now=NOW + timedelta(hours=1))
    assert Refund.objects.get().amount == 30_000
    charge.refresh_from_db()
    assert charge.state == ChargeState.VOID


def test_an_open_page_is_closed_once_the_pledge_is_paid_by_invoice() -> None:
    charge = waiting_charge(one_declined())
    open_payment_page(charge=charge, language="de", now=NOW)
    to_invoice(charge.pledge)
    follow_up_attempts(now=NOW)
    assert SandboxEntry.objects.get(kind="page").state == Progress.FAILED


def test_an_invoice_is_voided_and_the_card_is_charged_instead() -> None:
    pool = one_invoiced()
    pledge = to_card(the_invoice(pool).pledge)
    assert states(pledge) == [("invoice", "void"), ("card", "due")]
    collect_due_charges(now=NOW)
    pool.refresh_from_db()
    assert pool.state == "confirmed"
    make.receipt(the_invoice(pool), 30_000)
    assert Refund.objects.get().amount == 30_000


def test_a_card_instead_of_an_invoice_is_told_of_in_a_split_pool_too() -> None:
    pool = make.opened(pricing="split", capacity=4)
    pledge = make.invoiced(pool)
    for _each in range(3):
        make.pledge(pool)
    to_card(Pledge.objects.select_related("pool", "organisation").get(pk=pledge.pk))
    assert states(pledge) == [("invoice", "void"), ("card", "due")]
    letter = Letter.objects.get(organisation=pledge.organisation, template__endswith="/funded.txt")
    assert "CHF\u00a0300.00" in letter.text


def test_a_card_given_on_the_providers_page_takes_the_place_of_the_invoice() -> None:
    pool = one_invoiced()
    pledge = the_invoice(pool).pledge
    url = open_setup_page(pledge=pledge, language="de", now=NOW)
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1]).update(
        state=Progress.SUCCEEDED, data={"behaviour": "pays", "customer_ref": "c"}
    )
    for _twice in range(2):
        look_at_setup_page(page=SetupPage.objects.select_related("pledge__organisation").get(), now=NOW)
    assert states(pledge) == [("invoice", "void"), ("card", "due")]


def test_a_card_that_comes_after_the_invoice_was_paid_is_released() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    url = open_setup_page(pledge=charge.pledge, language="de", now=NOW)
    make.receipt(charge, 30_000)
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1]).update(
        state=Progress.SUCCEEDED, data={"behaviour": "pays", "customer_ref": "c"}
    )
    look_at_setup_page(page=SetupPage.objects.select_related("pledge__organisation").get(), now=NOW)
    assert states(charge.pledge) == [("invoice", "paid")]
    assert charge.pledge.organisation.methods.get().released_at == NOW


def test_an_invoice_that_was_paid_in_part_is_paid_by_transfer() -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 1)
    with pytest.raises(PartPaidAlready):
        to_card(charge.pledge)


def test_there_is_one_invoice_per_pledge_so_that_no_change_moves_its_date() -> None:
    pledge = to_card(the_invoice(one_invoiced()).pledge, "declines")
    collect_due_charges(now=NOW)
    with pytest.raises(InvoicedBefore):
        to_invoice(pledge)


def test_an_invoice_that_comes_too_late_is_refused() -> None:
    pool = make.funded(closes_at=NOW + 43 * DAY)
    pledge = make.pledge(pool, behaviour="declines", now=NOW + 42 * DAY)
    collect_due_charges(now=NOW + 42 * DAY)
    last = pool.starts_at - 37 * DAY
    with pytest.raises(InvoiceTooLate):
        to_invoice(pledge, now=last + timedelta(seconds=1))
    assert to_invoice(pledge, now=last).pays_by == PaysBy.INVOICE


def test_while_a_card_is_being_charged_nothing_changes() -> None:
    pool = make.funded()
    attempt = claim_due_charge(now=NOW)
    assert attempt
    with pytest.raises(PaymentUnderWay):
        to_invoice(attempt.charge.pledge)
    assert Pool.objects.get(pk=pool.pk).state == "funded"


def test_what_is_paid_or_given_up_stays_as_it_was() -> None:
    pool = one_invoiced()
    charge = the_invoice(pool)
    with pytest.raises(WayIsSettled):
        to_invoice(Charge.objects.filter(state=ChargeState.SUCCEEDED)[0].pledge)
    with pytest.raises(WayIsSettled):
        to_card(charge.pledge, now=GIVEN_UP)
    with pytest.raises(WayIsSettled):
        to_invoice(charge.pledge)
    give_up_overdue_charges(now=GIVEN_UP)
    with pytest.raises(PledgeEnded):
        to_card(charge.pledge, now=GIVEN_UP)


def test_a_refilled_place_stays_with_its_card() -> None:
    pool = one_dropped(closes_at=NOW + 20 * DAY)
    refill = make.pledge(pool, behaviour="declines", now=pool.closes_at)
    collect_due_charges(now=pool.closes_at)
    with pytest.raises(RefillsByCard):
        to_invoice(refill, now=pool.closes_at)


def test_only_administrators_change_the_way() -> None:
    pledge = make.pledge(make.opened())
    make.account()
    with pytest.raises(NotAdministrator):
        pay_by_invoice(pledge=pledge, by=make.staff(), now=NOW)


def test_a_pledge_of_a_pool_that_lapsed_changes_nothing() -> None:
    pool = make.opened()
    pledge = make.pledge(pool)
    end_overdue_pledging(now=pool.closes_at)
    with pytest.raises(PledgeEnded):
        to_invoice(pledge, now=pool.closes_at)


def test_with_approval_asked_for_a_pledge_by_invoice_stands_on_approval() -> None:
    make.account()
    asked = make.asked(make.opened(), pays_by=PaysBy.INVOICE)
    assert asked.pledge.state == PledgeState.PENDING
    with pytest.raises(AwaitsApproval):
        to_invoice(asked.pledge)
    yes(asked)
    asked.pledge.refresh_from_db()
    assert (asked.pledge.state, asked.pledge.pays_by) == (PledgeState.STANDING, PaysBy.INVOICE)


def test_an_approval_that_comes_too_late_for_an_invoice_asks_for_a_card() -> None:
    make.account()
    pool = make.opened(closes_at=NOW + 45 * DAY, mending_days=1)
    late = pool.starts_at - 37 * DAY + timedelta(seconds=1)
    asked = make.asked(pool, pays_by=PaysBy.INVOICE, now=late - DAY)
    for _each in range(3):
        make.pledge(pool, now=late - DAY)
    yes(asked, now=late)
    asked.pledge.refresh_from_db()
    pledge = asked.pledge
    assert (pledge.state, pledge.pays_by, pledge.method) == (PledgeState.PENDING, PaysBy.CARD, None)


def test_a_page_that_the_former_holder_finishes_gives_the_new_one_no_card() -> None:
    pledge, receiver = make.invoiced(make.opened()), make.organisation()
    former = pledge.organisation
    url = open_setup_page(pledge=pledge, language="de", now=NOW)
    transfer = offer_transfer(
        pledge=pledge, email="x@example.org", language="de", by=make.administrator(former), now=NOW
    )
    accept_transfer(
        transfer=transfer,
        organisation=receiver,
        by=make.administrator(receiver),
        language="de",
        method=make.method(receiver),
        now=NOW,
    )
    pledge = Pledge.objects.select_related("organisation").get(pk=pledge.pk)
    assert pledge.organisation == receiver
    to_invoice(pledge)
    assert open_setup_page(pledge=Pledge.objects.get(pk=pledge.pk), language="de", now=NOW) != url
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1]).update(
        state=Progress.SUCCEEDED, data={"behaviour": "pays", "customer_ref": "c"}
    )
    look_at_setup_pages(now=NOW)
    pledge.refresh_from_db()
    assert (pledge.pays_by, pledge.method) == (PaysBy.INVOICE, None)
    assert receiver.methods.filter(customer_ref="c").count() == 0
    release_unused_methods(now=NOW)
    assert former.methods.get(customer_ref="c").released_at == NOW
