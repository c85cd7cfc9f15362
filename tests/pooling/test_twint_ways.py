"""Another way to pay instead of TWINT, and TWINT instead of another: what changes, and what no change moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.letters.models import Letter
from pooling.actions.approvals import approve
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import (
    AwaitsApproval,
    NotAdministrator,
    TwintIsSaved,
    TwintTooMuch,
    WayIsSettled,
)
from pooling.actions.mending import open_payment_page
from pooling.actions.methods import open_setup_page, release_unused_methods
from pooling.actions.notices import look_at_setup_page
from pooling.actions.paying import other_ways, pay_by_twint
from pooling.actions.settlement import collect_due_charges, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import ChargeState, PaysBy, Pledge, PledgeState, Pool, Refund, SandboxEntry, SetupPage
from pooling.payments.base import Progress

from . import factories as make
from .approval_steps import LATER
from .factories import NOW
from .letter_factories import flat
from .payment_steps import IN_EIGHT_DAYS, mend, pay_on_page
from .stripe_fixtures import Bank
from .test_method_pages import at
from .test_twint import LIMIT, by_twint, funded_by_twint, letters, live_pool
from .test_views import login
from .test_ways_of_paying import states, to_card, to_invoice

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def to_twint(pledge: Pledge, now=NOW) -> Pledge:
    return pay_by_twint(pledge=pledge, by=make.administrator(pledge.organisation), now=now)


WAYS = {PaysBy.CARD: to_card, PaysBy.INVOICE: to_invoice, PaysBy.TWINT: to_twint}
MADE = {PaysBy.CARD: make.pledge, PaysBy.INVOICE: make.invoiced, PaysBy.TWINT: by_twint}


# before prices lock


@pytest.mark.parametrize("wanted", WAYS)
@pytest.mark.parametrize("before", WAYS)
def test_before_prices_lock_each_way_changes_to_each_other_and_nothing_else_does(before: str, wanted: str) -> None:
    if before == wanted:
        return
    pool = make.opened()
    make.account()
    pledge = MADE[before](pool)
    stood = (pledge.shares, pledge.state, pledge.stands_since)
    assert wanted in other_ways(pledge, now=NOW)
    pledge = WAYS[wanted](pledge)
    assert (pledge.pays_by, pledge.method is not None) == (wanted, wanted == PaysBy.CARD)
    assert (pledge.shares, pledge.state, pledge.stands_since) == stood
    assert not pledge.charges.exists()
    assert letters("way_changed") == 1


def test_a_pledge_that_waits_for_its_method_stands_when_it_is_to_be_paid_with_twint() -> None:
    pending = make.pledge(make.opened(), behaviour=None)
    assert PaysBy.TWINT in other_ways(pending, now=NOW)
    assert to_twint(pending).state == PledgeState.STANDING


def test_the_card_is_released_once_the_pledge_is_paid_with_twint() -> None:
    to_twint(make.pledge(make.opened()))
    assert release_unused_methods(now=NOW + DAY) == 1
    assert "löschen" in Letter.objects.get(template__endswith="/way_changed.txt").text


def test_a_pledge_that_may_cost_more_than_twint_takes_does_not_change_to_it() -> None:
    pledge = make.pledge(make.opened(cost=3 * LIMIT, ceiling=LIMIT), shares=2)
    assert PaysBy.TWINT not in other_ways(pledge, now=NOW)
    with pytest.raises(TwintTooMuch):
        to_twint(pledge)


def test_shares_that_somebody_is_still_to_approve_count_for_the_limit() -> None:
    pool = make.opened(cost=3 * LIMIT, ceiling=LIMIT)
    pledge = make.pledge(pool)
    approval = make.asked_for_more(pledge, shares=2, now=LATER)
    with pytest.raises(TwintTooMuch):
        to_twint(pledge, now=LATER)
    approve(approval=approval, link=1, now=LATER)
    pledge.refresh_from_db()
    assert (pledge.shares, pledge.pays_by) == (2, PaysBy.CARD)


def test_what_waits_for_approval_does_not_change_to_twint() -> None:
    asked = make.asked(make.opened())
    with pytest.raises(AwaitsApproval):
        to_twint(asked.pledge)


def test_only_administrators_change_to_twint() -> None:
    with pytest.raises(NotAdministrator):
        pay_by_twint(pledge=make.pledge(make.opened()), by=make.staff(), now=NOW)


def test_where_twint_can_be_saved_there_is_no_link_to_change_to(settings) -> None:
    settings.STRIPE_TWINT_SAVING = True
    pledge = make.pledge(make.opened())
    assert PaysBy.TWINT not in other_ways(pledge, now=NOW)
    with pytest.raises(TwintIsSaved):
        to_twint(pledge)


# once prices are locked


def test_an_open_payment_with_twint_is_paid_by_card_instead() -> None:
    pledge = to_card(funded_by_twint())
    assert states(pledge) == [("twint", "void"), ("card", "due")]
    assert "nimmt keine Zahlung mehr an" in flat(
        Letter.objects.filter(template__endswith="/funded.txt").latest("pk").text
    )
    collect_due_charges(now=NOW)
    assert states(pledge) == [("twint", "void"), ("card", "succeeded")]
    assert Pool.objects.get().state == "confirmed"


def test_an_open_payment_with_twint_becomes_an_invoice() -> None:
    pledge = to_invoice(funded_by_twint())
    assert states(pledge) == [("twint", "void"), ("invoice", "issued")]
    assert "nimmt keine Zahlung mehr an" in flat(Letter.objects.get(template__endswith="/invoice_issued.txt").text)
    assert give_up_overdue_charges(now=IN_EIGHT_DAYS) == 0


def test_a_card_instead_of_twint_keeps_the_date_by_which_to_pay() -> None:
    pledge = funded_by_twint()
    until = pledge.charges.get().mend_until
    assert until
    to_card(pledge, "declines", now=until - DAY)
    collect_due_charges(now=until - DAY)
    charge = pledge.charges.live().get()
    assert (charge.state, charge.mend_until) == (ChargeState.ACTION_REQUIRED, until)
    assert give_up_overdue_charges(now=until) == 1


@pytest.mark.parametrize("before", [PaysBy.CARD, PaysBy.INVOICE])
def test_once_prices_are_locked_no_way_leads_back_to_twint(before: PaysBy) -> None:
    pool = make.opened(cost=30_000)
    pledge = make.pledge(pool, behaviour="declines") if before == PaysBy.CARD else make.invoiced(pool)
    collect_due_charges(now=NOW)
    pledge = Pledge.objects.select_related("pool").get(pk=pledge.pk)
    assert PaysBy.TWINT not in other_ways(pledge, now=NOW)
    with pytest.raises(WayIsSettled):
        to_twint(pledge)


def test_what_was_paid_or_given_up_with_twint_stays_as_it_was() -> None:
    paid = funded_by_twint()
    mend(paid.charges.get(), now=NOW)
    for change in (to_card, to_invoice):
        with pytest.raises(WayIsSettled):
            change(paid)
    late = funded_by_twint()
    for change in (to_card, to_invoice):
        with pytest.raises(WayIsSettled):
            change(late, now=IN_EIGHT_DAYS)


def test_what_was_paid_by_the_link_that_is_void_goes_back() -> None:
    pledge = funded_by_twint()
    charge = pledge.charges.get()
    url = open_payment_page(charge=charge, language="de", now=NOW)
    to_card(pledge)
    assert url
    pay_on_page(url)
    collect_due_charges(now=NOW)
    follow_up_attempts(now=NOW)
    assert states(pledge) == [("twint", "void"), ("card", "succeeded")]
    assert Refund.objects.get().charge == charge


def test_an_open_page_is_closed_when_the_invoice_is_taken() -> None:
    pledge = funded_by_twint()
    open_payment_page(charge=pledge.charges.get(), language="de", now=NOW)
    to_invoice(pledge)
    follow_up_attempts(now=NOW)
    assert SandboxEntry.objects.get(kind="page").state == Progress.FAILED


def test_a_card_given_on_the_providers_page_takes_the_place_of_twint() -> None:
    pledge = funded_by_twint()
    url = open_setup_page(pledge=pledge, language="de", now=NOW)
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1]).update(
        state=Progress.SUCCEEDED, data={"behaviour": "pays", "customer_ref": "c"}
    )
    for _twice in range(2):
        look_at_setup_page(page=SetupPage.objects.select_related("pledge__organisation").get(), now=NOW)
    assert states(pledge) == [("twint", "void"), ("card", "due")]


def test_a_card_instead_of_twint_at_stripe_is_paid_once(bank: Bank) -> None:
    """The link is paid in the moment before it is closed: its money goes back, and the card is charged."""
    pool = bank.opened(cost=60_000)
    bank.pledged(pool, "pm_card_visa")
    pledge = by_twint(pool, now=bank.now)
    bank.tick()
    url = open_payment_page(charge=pledge.charges.get(), language="de", now=bank.now)
    bank.give_method(pledge)
    assert url
    bank.pay(url, payment_method="pm_twint")
    bank.expect_refusals()  # the page can't be closed any more
    bank.tick()
    bank.tick()
    assert states(pledge) == [("twint", "void"), ("card", "succeeded")]
    kept = bank.ledger()["groups"][str(pledge.uuid)]
    assert kept["captured"] - kept["refunded"] == 30_000
    assert Refund.objects.get().state == "succeeded"


# the pages


def test_the_page_offers_each_other_way_and_changes_to_it() -> None:
    pool = live_pool()
    make.account()
    pledge = make.pledge(pool, now=pool.opened_at)
    client = login(make.administrator(pledge.organisation))
    page = client.get(at("pledge", pledge.uuid)).content.decode()
    assert ("?to=twint" in page, "?to=invoice" in page, "?to=card" in page) == (True, True, False)
    assert 'value="twint"' in client.get(at("pledge_way", pledge.uuid) + "?to=twint").content.decode()
    client.post(at("pledge_way", pledge.uuid), {"do": "twint"})
    pledge.refresh_from_db()
    assert pledge.pays_by == PaysBy.TWINT
    page = client.get(at("pledge_way", pledge.uuid)).content.decode()
    assert "mit TWINT" in page
    assert 'value="card"' in page


def test_a_pending_pledge_stands_with_twint_by_one_button() -> None:
    pool = live_pool()
    pledge = make.pledge(pool, behaviour=None, now=pool.opened_at)
    client = login(make.administrator(pledge.organisation))
    assert 'value="twint"' in client.get(at("pledge", pledge.uuid)).content.decode()
    client.post(at("pledge_way", pledge.uuid), {"do": "twint"})
    pledge.refresh_from_db()
    assert (pledge.state, pledge.pays_by) == (PledgeState.STANDING, PaysBy.TWINT)
