"""Another way to pay against the share that funds the pool, and against the payment by the link, with real threads."""

from __future__ import annotations

import pytest

from pooling.actions.errors import WayIsSettled
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.paying import pay_by_card, pay_by_invoice
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import PaysBy, Pledge, Pool, Refund

from . import factories as make
from .factories import NOW
from .payment_steps import pay_on_page
from .test_races import at_once, postgresql_only
from .test_twint import by_twint, funded_by_twint
from .test_twint_ways import to_twint
from .test_ways_of_paying import states

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)

TURNS = pytest.mark.parametrize("turn", range(4))


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


@TURNS
@pytest.mark.parametrize("wanted", [PaysBy.CARD, PaysBy.INVOICE])
def test_another_way_than_twint_against_the_share_that_funds(wanted: PaysBy, turn: int) -> None:
    """Whatever comes first, the pledge has one charge that asks for money, in the way that was chosen last."""
    pool = make.opened(cost=60_000)
    make.account()
    pledge, newcomer = by_twint(pool), make.organisation()
    method, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    changes = (
        (lambda: pay_by_card(pledge=pledge, method=method, by=by, now=NOW))
        if wanted == PaysBy.CARD
        else (lambda: pay_by_invoice(pledge=pledge, by=by, now=NOW))
    )
    changed, came = at_once(changes, lambda: make.pledge(pool, by=newcomer))
    assert (changed.pays_by, isinstance(came, Pledge)) == (wanted, True)
    [live] = pledge.charges.live()
    assert (live.pays_by, live.amount) == (wanted, 30_000)
    assert Pool.objects.get().state == "funded"


@TURNS
def test_twint_instead_of_a_card_against_the_share_that_funds(turn: int) -> None:
    pool = make.opened(cost=60_000)
    pledge, newcomer = make.pledge(pool), make.organisation()
    changed, came = at_once(lambda: to_twint(pledge), lambda: make.pledge(pool, by=newcomer))
    assert isinstance(came, Pledge)
    [live] = pledge.charges.live()
    assert live.pays_by == (PaysBy.CARD if isinstance(changed, WayIsSettled) else PaysBy.TWINT)


@TURNS
def test_a_card_instead_of_twint_against_the_payment_by_the_link(turn: int) -> None:
    """Either the link's money counts, or it goes back: the pledge is paid once."""
    pledge = funded_by_twint()
    charge = pledge.charges.get()
    method, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    url = open_payment_page(charge=charge, language="de", now=NOW)
    assert url
    pay_on_page(url)
    changed, _looked = at_once(
        lambda: pay_by_card(pledge=pledge, method=method, by=by, now=NOW),
        lambda: look_at_payment(charge=charge, now=NOW),
    )
    collect_due_charges(now=NOW)
    refunds = Refund.objects.count()
    if isinstance(changed, WayIsSettled):
        assert (states(pledge), refunds) == ([("twint", "succeeded")], 0)
    else:
        assert (states(pledge), refunds) == ([("twint", "void"), ("card", "succeeded")], 1)
