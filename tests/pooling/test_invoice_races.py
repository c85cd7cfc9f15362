"""Many at once about one invoice, on a real PostgreSQL: staff, tick, and the organisation that changes its mind."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from pooling.actions.bank import enter_payout, enter_receipt
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import PartPaidAlready, ReferenceTaken, WayIsSettled, WrongState
from pooling.actions.paying import pay_by_card
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, PledgeState, Receipt, Refund, RefundState

from . import factories as make
from .factories import NOW
from .test_invoices import GIVEN_UP, one_invoiced, the_invoice
from .test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


def entering(charge: Charge, amount: int = 30_000, reference: str = "ZKB4711", now=NOW):
    day, by = now.date(), make.staff()
    return partial(enter_receipt, charge=charge, amount=amount, value_date=day, reference=reference, by=by, now=now)


def test_staff_who_enter_the_same_transfer_at_once_count_it_once() -> None:
    pool = one_invoiced()
    came = at_once(*[entering(the_invoice(pool)) for _each in range(4)])
    assert len({receipt.pk for receipt in came}) == 1
    assert the_invoice(pool).captured == 30_000
    assert pool.events.filter(kind="pool_confirmed").count() == 1
    assert not list(breaches())


def test_one_reference_for_two_pools_at_once_is_taken_by_one() -> None:
    first, second = the_invoice(one_invoiced()), the_invoice(one_invoiced())
    came = at_once(entering(first), entering(second))
    assert sum(isinstance(each, Receipt) for each in came) == 1
    assert sum(isinstance(each, ReferenceTaken) for each in came) == 1
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_a_payment_that_is_entered_while_tick_drops_the_pledge_is_kept_or_goes_back(turn: int) -> None:
    pool = one_invoiced()
    at_once(entering(the_invoice(pool), now=GIVEN_UP), lambda: give_up_overdue_charges(now=GIVEN_UP))
    charge = the_invoice(pool)
    if charge.state == ChargeState.PAID:
        assert charge.pledge.state == PledgeState.STANDING
        assert not Refund.objects.exists()
    else:
        assert (charge.state, charge.pledge.state) == (ChargeState.FAILED, PledgeState.DROPPED)
        assert Refund.objects.get().amount == 30_000
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_calling_off_against_a_payment_keeps_nothing(turn: int) -> None:
    pool, by = one_invoiced(), make.staff()
    at_once(
        entering(the_invoice(pool), amount=12_345),
        lambda: cancel_pool(pool=pool, reason="abgesagt", by=by, now=NOW),
    )
    assert the_invoice(pool).state == ChargeState.VOID
    assert Refund.objects.by_hand().get().amount == 12_345
    assert not list(breaches())


@pytest.mark.parametrize("turn", range(3))
def test_a_card_instead_against_a_payment_leaves_one_that_asks_for_money(turn: int) -> None:
    pool = one_invoiced()
    pledge = the_invoice(pool).pledge
    method, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    _entered, changed = at_once(
        entering(the_invoice(pool)), lambda: pay_by_card(pledge=pledge, method=method, by=by, now=NOW)
    )
    if isinstance(changed, WayIsSettled | PartPaidAlready):
        assert the_invoice(pool).state == ChargeState.PAID
    else:
        assert the_invoice(pool).state == ChargeState.VOID
        assert Refund.objects.get().amount == 30_000
    assert pledge.charges.live().count() == 1
    assert not list(breaches())


def test_a_refund_that_two_transfer_at_once_is_entered_once() -> None:
    pool = one_invoiced()
    make.receipt(the_invoice(pool), 31_000)
    refund, day = Refund.objects.get(), NOW.date()

    def transferred(reference: str):
        return partial(enter_payout, refund=refund, paid_on=day, reference=reference, by=make.staff(), now=NOW)

    came = at_once(transferred("OUT1"), transferred("OUT2"))
    assert sum(isinstance(each, WrongState) for each in came) == 1
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID_OUT
    assert refund.events.filter(kind="refund_paid_out").count() == 1
    assert not list(breaches())
