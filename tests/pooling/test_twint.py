"""TWINT while it can't be saved: a pledge stands on acceptance, and its charge waits for the person with a pay link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from members.letters.models import Letter
from pooling.actions.dropping import give_up_overdue_charges, remind_of_mending
from pooling.actions.errors import TwintTooMuch
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.pledges import change_pledge, place_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.replacing import replace_method
from pooling.actions.settlement import collect_due_charges
from pooling.actions.transfers import accept_transfer, offer_transfer
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, PaysBy, Pledge, PledgeState, Pool, PoolState, Refund, SavedMethod

from . import factories as make
from .approval_steps import yes
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, mend
from .stripe_fixtures import Bank, session_of
from .test_method_pages import at
from .test_views import data, login

pytestmark = pytest.mark.django_db
LIMIT = 500_000


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def by_twint(pool: Pool, *, shares: int = 1, now=NOW) -> Pledge:
    organisation = make.organisation()
    by = make.administrator(organisation)
    return place_pledge(
        pool=pool, organisation=organisation, shares=shares, by=by, language="de", now=now, pays_by=PaysBy.TWINT
    )


def funded_by_twint(**terms) -> Pledge:
    """Its pool has reached its threshold by it and by a card that was charged."""
    pool = make.opened(cost=60_000, **terms)
    make.pledge(pool)
    pledge = by_twint(pool)
    collect_due_charges(now=NOW)
    return Pledge.objects.select_related("pool").get(pk=pledge.pk)


def letters(name: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{name}.txt").count()


# standing, and what it costs


def test_a_pledge_with_twint_stands_on_acceptance() -> None:
    pledge = by_twint(make.opened())
    assert (pledge.state, pledge.pays_by, pledge.method) == (PledgeState.STANDING, PaysBy.TWINT, None)
    assert "TWINT" in Letter.objects.get(template="pooling/letters/pledged.txt").text
    assert not Charge.objects.exists()


def test_its_charge_waits_for_the_person_from_the_start_with_a_link() -> None:
    pledge = funded_by_twint()
    charge = pledge.charges.get()
    assert (charge.state, charge.pays_by, charge.captured) == (ChargeState.ACTION_REQUIRED, PaysBy.TWINT, 0)
    assert charge.mend_until == NOW + timedelta(days=pledge.pool.mending_days)
    assert not charge.attempts.exists()
    assert (letters("twint_due"), letters("failed")) == (1, 0)


def test_it_is_paid_by_the_link() -> None:
    pledge = funded_by_twint()
    charge = mend(pledge.charges.get(), now=NOW)
    assert (charge.state, charge.captured) == (ChargeState.SUCCEEDED, 30_000)
    assert Pool.objects.get().state == PoolState.CONFIRMED
    assert not SavedMethod.objects.filter(organisation=pledge.organisation).exists()


def test_who_does_not_pay_is_reminded_twice_and_then_dropped() -> None:
    pledge = funded_by_twint()
    for hours in range(0, 7 * 24, 12):
        remind_of_mending(now=NOW + timedelta(hours=hours))
    assert letters("mending") == 2
    give_up_overdue_charges(now=IN_EIGHT_DAYS)
    pledge.refresh_from_db()
    assert (pledge.state, pledge.charges.get().state) == (PledgeState.DROPPED, ChargeState.FAILED)
    assert letters("dropped") == 1


def test_a_late_pledge_with_twint_has_its_link_at_once() -> None:
    pool = make.funded()
    pledge = by_twint(Pool.objects.get(pk=pool.pk))
    assert pledge.charges.get().state == ChargeState.ACTION_REQUIRED
    assert letters("twint_due") == 1


def test_a_workshop_that_is_called_off_owes_nothing_by_twint_and_pays_back_what_came() -> None:
    paid = funded_by_twint()
    mend(paid.charges.get(), now=NOW)
    open_one = by_twint(Pool.objects.get())
    cancel_pool(pool=paid.pool, reason="Krankheit", by=make.staff(), now=NOW)
    send_due_refunds(now=NOW)
    assert open_one.charges.get().state == ChargeState.VOID
    assert Refund.objects.get(charge__pledge=paid).amount == 30_000


def test_an_approved_pledge_with_twint_stands_at_once() -> None:
    approval = make.asked(make.opened(), pays_by=PaysBy.TWINT)
    yes(approval)
    pledge = Pledge.objects.get()
    assert (pledge.state, pledge.pays_by) == (PledgeState.STANDING, PaysBy.TWINT)


def test_whoever_takes_a_pledge_over_may_pay_with_twint() -> None:
    pledge = make.pledge(make.opened())
    by = make.administrator(pledge.organisation)
    offer = offer_transfer(pledge=pledge, email="anna@example.org", language="de", by=by, now=NOW)
    receiver = make.organisation()
    accept_transfer(
        transfer=offer,
        organisation=receiver,
        by=make.administrator(receiver),
        language="de",
        now=NOW,
        pays_by=PaysBy.TWINT,
    )
    pledge.refresh_from_db()
    assert (pledge.organisation, pledge.pays_by, pledge.method) == (receiver, PaysBy.TWINT, None)


# the limit


def test_twint_takes_five_thousand_francs_and_not_a_rappen_more() -> None:
    by_twint(make.opened(cost=3 * LIMIT, ceiling=LIMIT))
    with pytest.raises(TwintTooMuch):
        by_twint(make.opened(cost=3 * LIMIT, ceiling=LIMIT + 1))
    with pytest.raises(TwintTooMuch):
        by_twint(make.opened(cost=3 * LIMIT, ceiling=LIMIT), shares=2)
    assert Pledge.objects.count() == 1


def test_a_pledge_with_twint_does_not_grow_beyond_the_limit() -> None:
    pledge = by_twint(make.opened(cost=3 * LIMIT, ceiling=LIMIT))
    by = make.administrator(pledge.organisation)
    with pytest.raises(TwintTooMuch):
        change_pledge(pledge=pledge, shares=2, by=by, language="de", now=NOW)
    pledge.refresh_from_db()
    assert pledge.shares == 1


def test_a_saved_twint_takes_no_place_where_it_would_be_too_much() -> None:
    pledge = make.pledge(make.opened(cost=3 * LIMIT, ceiling=LIMIT + 1))
    twint = make.method(pledge.organisation)
    SavedMethod.objects.filter(pk=twint.pk).update(kind="twint")
    twint.refresh_from_db()
    with pytest.raises(TwintTooMuch):
        replace_method(old=pledge.method, new=twint, by=make.administrator(pledge.organisation), now=NOW)
    with pytest.raises(TwintTooMuch):
        make_with(twint, make.opened(cost=3 * LIMIT, ceiling=LIMIT + 1))


def make_with(method: SavedMethod, pool: Pool) -> Pledge:
    by = make.administrator(method.organisation)
    return place_pledge(
        pool=pool, organisation=method.organisation, shares=1, by=by, language="de", now=NOW, method=method
    )


# the pages


def live_pool(**terms) -> Pool:
    from django.utils import timezone

    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80), **terms)


def form_of(client: Client, pool: Pool):
    return client.get(at("pledge_new", pool.uuid)).context["form"]


def test_the_form_offers_twint_and_the_pledge_stands() -> None:
    organisation, pool = make.organisation(), live_pool()
    client = login(make.administrator(organisation))
    assert "twint" in dict(form_of(client, pool).fields["method"].choices)
    client.post(at("pledge_new", pool.uuid), data(organisation, method="twint"))
    pledge = Pledge.objects.get()
    assert (pledge.state, pledge.pays_by) == (PledgeState.STANDING, PaysBy.TWINT)
    assert "TWINT" in client.get(at("pledge", pledge.uuid)).content.decode()


def test_the_form_says_why_twint_is_not_offered_above_its_limit() -> None:
    client, pool = login(make.administrator(make.organisation())), live_pool(cost=3 * LIMIT, ceiling=LIMIT + 1)
    form = form_of(client, pool)
    assert "twint" not in dict(form.fields["method"].choices)
    assert "CHF 5'000.00" in form.fields["method"].help_text


def test_more_shares_than_twint_takes_are_refused_with_the_reason() -> None:
    organisation, pool = make.organisation(), live_pool(cost=3 * LIMIT, ceiling=LIMIT)
    client = login(make.administrator(organisation))
    answer = client.post(at("pledge_new", pool.uuid), data(organisation, method="twint", shares="2"))
    assert answer.status_code == 409
    assert str(TwintTooMuch()) in str(answer.context["form"].non_field_errors()).replace("&#x27;", "'")
    assert not Pledge.objects.exists()


def test_where_twint_can_be_saved_it_is_given_like_a_card(settings) -> None:
    settings.STRIPE_TWINT_SAVING = True
    client, pool = login(make.administrator(make.organisation())), live_pool()
    choices = dict(form_of(client, pool).fields["method"].choices)
    assert "twint" not in choices
    assert "TWINT" in choices["new"]


# at Stripe


def test_a_twint_payment_by_the_link_arrives_once(bank: Bank) -> None:
    pool = bank.opened(cost=60_000)
    bank.pledged(pool, "pm_card_visa")
    pledge = by_twint(pool, now=bank.now)
    bank.tick()
    charge = pledge.charges.get()
    url = open_payment_page(charge=charge, language="de", now=bank.now)
    assert url
    session = bank.server.stripe_client().v1.checkout.sessions.retrieve(session_of(url))
    assert set(session.payment_method_types) == {"card", "twint"}
    bank.pay(url, payment_method="pm_twint")
    assert look_at_payment(charge=charge, now=bank.now).state == ChargeState.SUCCEEDED
    assert (bank.ledger()["succeeded"], bank.ledger()["more_than_one_charge"]) == (2, [])
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED


@pytest.mark.parametrize(("ceiling", "kinds"), [(LIMIT, {"card", "twint"}), (LIMIT + 1, {"card"})])
def test_a_page_for_a_method_offers_twint_up_to_its_limit(bank: Bank, settings, ceiling: int, kinds: set[str]) -> None:
    settings.STRIPE_TWINT_SAVING = True
    pledge = bank.held(bank.opened(cost=3 * LIMIT, ceiling=ceiling))
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    session = bank.server.stripe_client().v1.checkout.sessions.retrieve(session_of(url))
    assert set(session.payment_method_types) == kinds
