"""After the workshop was held: the account is settled, and a surplus is paid out in the designed order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from members.letters.models import Letter
from pooling.actions.backing import (
    absorb_gap,
    balance_of,
    declare_short_pools,
    draw_guarantee,
    record_guarantee,
)
from pooling.actions.charges import claim_due_charge
from pooling.actions.closing import close_pool, settlement_of
from pooling.actions.errors import NotHeldYet, PaymentsUnderWay, WrongState
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, Payout, Pool, PoolState, Refund, RefundState, SandboxEntry, SurplusRule

from . import factories as make
from .factories import NOW
from .payment_steps import mend, one_dropped, waiting_charge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def confirmed(*, shares: int = 4, **terms: object) -> Pool:
    """Three shares of CHF 300.00 paid for CHF 900.00, and some more that came afterwards."""
    pool = make.funded(**terms)
    for _more in range(shares - 3):
        make.pledge(pool)
    collect_due_charges(now=NOW)
    return reread(pool)


def backed(*, drawn: int, absorbed: int, refilled: int, **terms: object) -> Pool:
    """Short of CHF 300.00: the guarantor gave `drawn`, the operator the rest; then freed places were filled."""
    pool = one_dropped(**terms)
    declare_short_pools(now=pool.closes_at)
    now = pool.closes_at
    late = [make.pledge(pool, now=now) for _place in range(refilled)]
    if drawn:
        record_guarantee(
            pool=pool, guarantor="Stiftung", limit=drawn, promised_on=date(2027, 2, 1), by=make.staff(), now=now
        )
        draw_guarantee(pool=pool, by=make.staff(), now=now)
    if absorbed:
        assert absorb_gap(pool=pool, by=make.staff(), now=now).amount == absorbed
    collect_due_charges(now=now)
    assert len(late) == refilled
    return reread(pool)


def close(pool: Pool) -> Pool:
    return close_pool(pool=pool, by=make.staff(), now=pool.starts_at)


def paid_out(pool: Pool) -> list[tuple[str, int]]:
    return list(pool.payouts.values_list("to", "amount"))


def test_what_is_left_goes_back_by_share_in_whole_rappen_and_the_remainder_to_the_fund() -> None:
    pool = make.funded(cost=89_999)
    make.pledge(pool, shares=2)
    collect_due_charges(now=NOW)
    assert balance_of(pool).surplus == 60_001
    pool = close(pool)
    assert paid_out(pool) == [("payer", 12_000)] * 3 + [("payer", 24_000), ("fund", 1)]
    assert list(Refund.objects.values_list("amount", "reason")) == [(12_000, "surplus")] * 3 + [(24_000, "surplus")]
    assert send_due_refunds(now=pool.starts_at) == 4
    assert Refund.objects.filter(state=RefundState.SUCCEEDED).count() == 4
    assert sum(SandboxEntry.objects.filter(kind="refund").values_list("amount", flat=True)) == 60_000


def test_where_the_terms_say_so_all_that_is_left_goes_to_the_fund() -> None:
    pool = close(confirmed(surplus_rule=SurplusRule.FUND))
    assert paid_out(pool) == [("fund", 30_000)]
    assert not Refund.objects.exists()


def test_a_pool_without_surplus_pays_nothing_out() -> None:
    pool = close(confirmed(shares=3))
    assert pool.state == PoolState.CLOSED
    assert paid_out(pool) == []


def test_the_operator_is_repaid_first_then_the_guarantor_then_the_payers() -> None:
    pool = backed(drawn=10_000, absorbed=20_000, refilled=1)
    assert paid_out(close(pool)) == [("operator", 20_000), ("guarantor", 10_000)]


def test_what_is_left_after_repaying_is_the_payers() -> None:
    pool = backed(drawn=0, absorbed=27_000, refilled=1, cost=87_000)
    assert balance_of(pool).surplus == 30_000
    assert paid_out(close(pool)) == [("operator", 27_000), ("payer", 1_000), ("payer", 1_000), ("payer", 1_000)]


def test_a_workshop_is_settled_from_its_start_on_and_only_if_it_is_confirmed() -> None:
    pool = confirmed()
    with pytest.raises(NotHeldYet):
        close_pool(pool=pool, by=make.staff(), now=pool.starts_at - timedelta(seconds=1))
    for other in (make.opened(), make.funded()):
        with pytest.raises(WrongState):
            close_pool(pool=other, by=make.staff(), now=other.starts_at)


def test_closing_twice_pays_once() -> None:
    pool = confirmed()
    close(pool)
    close(pool)
    assert Payout.objects.count() == 4
    assert Letter.objects.filter(template="pooling/letters/closed.txt").count() == 4


def test_a_closed_pool_is_not_called_off() -> None:
    pool = close(confirmed())
    with pytest.raises(WrongState):
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)


def test_nothing_is_settled_while_a_payment_is_on_its_way() -> None:
    pool = confirmed()
    make.pledge(pool)
    for step in (lambda: None, lambda: claim_due_charge(now=NOW)):
        step()
        with pytest.raises(PaymentsUnderWay):
            close(pool)


def test_a_payment_that_is_still_open_can_be_made_after_closing_and_goes_to_the_fund() -> None:
    pool = confirmed(shares=3)
    make.pledge(pool, behaviour="declines", now=pool.closes_at - timedelta(seconds=1))
    collect_due_charges(now=pool.starts_at - timedelta(days=1))
    pool = close(pool)
    assert paid_out(pool) == []
    mend(waiting_charge(pool), now=pool.starts_at + timedelta(days=1))
    assert paid_out(reread(pool)) == [("fund", 30_000)]
    assert Charge.objects.filter(state="succeeded").count() == 4


def test_money_after_closing_repays_the_operator_and_the_guarantor_before_the_fund() -> None:
    pool = one_dropped()
    declare_short_pools(now=pool.closes_at)
    record_guarantee(pool=pool, guarantor="X", limit=10_000, promised_on=date(2027, 2, 1), by=make.staff(), now=NOW)
    draw_guarantee(pool=pool, by=make.staff(), now=pool.closes_at)
    absorb_gap(pool=pool, by=make.staff(), now=pool.closes_at)
    make.pledge(pool, behaviour="declines", now=pool.closes_at)
    collect_due_charges(now=pool.starts_at)
    pool = close(pool)
    mend(waiting_charge(pool), now=pool.starts_at)
    assert paid_out(reread(pool)) == [("operator", 20_000), ("guarantor", 10_000)]


def test_what_closing_will_do_is_known_before_it_is_done() -> None:
    pool = confirmed()
    will = settlement_of(pool)
    assert (will.payers, will.fund, will.operator, will.guarantor, will.absorbed) == (30_000, 0, 0, 0, 0)
    close(pool)
    assert sum(amount for to, amount in paid_out(pool) if to == "payer") == will.payers
