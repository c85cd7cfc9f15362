"""confirmed -> closed, once the workshop was held: the account is settled and a surplus paid out as the terms said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.models import (
    BackingKind,
    Charge,
    ChargeState,
    Payout,
    PayoutTo,
    Pledge,
    Pool,
    PoolState,
    RefundReason,
    SurplusRule,
    record,
)

from . import life_letters, waiting_letters
from .backing import back, balance_of, pay_out, repay
from .errors import NotHeldYet, PaymentsUnderWay, WrongState
from .pools import free_held_places
from .refunds import owe_refund
from .waiting import end_waiting_list

UNDER_WAY = (ChargeState.DUE, ChargeState.SENDING)


@dataclass(frozen=True)
class Settlement:
    """What closing does, in Rappen: who gets how much of the surplus, or what the operator has to bear."""

    absorbed: int
    operator: int
    guarantor: int
    per_share: int
    shares: int
    fund: int

    @property
    def payers(self) -> int:
        return self.per_share * self.shares


def settlement_of(pool: Pool) -> Settlement:
    """What closing `pool` now would do."""
    balance = balance_of(pool)
    operator = min(balance.surplus, balance.absorbed)
    guarantor = min(balance.surplus - operator, balance.drawn)
    rest = balance.surplus - operator - guarantor
    shares = sum(pledge.shares for pledge in payers_of(pool)) if pool.surplus_rule == SurplusRule.PAYERS else 0
    per_share = rest // shares if shares else 0
    return Settlement(balance.gap, operator, guarantor, per_share, shares, rest - per_share * shares)


def payers_of(pool: Pool) -> list[Pledge]:
    """Those who have paid their shares. Whose bank took the payment back gets nothing of a surplus."""
    paid = pool.pledges.standing().filter(charges__state__in=Charge.SETTLED_STATES)
    paid = paid.exclude(charges__attempts__disputes__charged_back__gt=0)
    return list(
        paid.prefetch_related(
            "charges__attempts__refunds", "charges__attempts__disputes", "charges__receipts__refunds"
        ).order_by("pk")
    )


@transaction.atomic
def close_pool(*, pool: Pool, by: User | None, now: datetime) -> Pool:
    """Settle a workshop that was held. Closing twice changes nothing.

    Raises WrongState unless it is confirmed, NotHeldYet before its start, PaymentsUnderWay while a payment is due or
    being sent.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state == PoolState.CLOSED:
        return pool
    if pool.state != PoolState.CONFIRMED:
        raise WrongState
    if now < pool.starts_at:
        raise NotHeldYet
    if Charge.objects.filter(pledge__pool=pool, state__in=UNDER_WAY).exists():
        raise PaymentsUnderWay
    free_held_places(pool=pool, now=now)
    waited = end_waiting_list(pool=pool, now=now)
    settlement, surplus = settlement_of(pool), balance_of(pool).surplus
    if settlement.absorbed:
        back(pool=pool, kind=BackingKind.ABSORBED, amount=settlement.absorbed, by=by, now=now)
    balance = balance_of(pool)
    pool.state, pool.ended_at = PoolState.CLOSED, now
    pool.save()
    record(
        pool,
        "pool_closed",
        now=now,
        by=by,
        net=balance.net,
        drawn=balance.drawn,
        absorbed=balance.absorbed,
        surplus=surplus,
    )
    repay(pool=pool, amount=surplus, now=now)
    for pledge in payers_of(pool) if settlement.per_share else []:
        pledge.pool = pool
        pay_back(pledge=pledge, amount=settlement.per_share * pledge.shares, now=now)
    pay_out(pool=pool, to=PayoutTo.FUND, amount=settlement.fund, now=now)
    life_letters.tell_all_closed(pool=pool, now=now)
    waiting_letters.tell_all_list_ended(pool=pool, pledges=waited, now=now)
    return pool


def pay_back(*, pledge: Pledge, amount: int, now: datetime) -> Payout:
    """A payer's part of the surplus: a row, and refunds of what its payments brought."""
    payout = Payout.objects.create(pool=pledge.pool, to=PayoutTo.PAYER, pledge=pledge, amount=amount, at=now)
    record(pledge.pool, "surplus_paid", now=now, pledge=pledge, amount=amount, to=PayoutTo.PAYER)
    for source, left in [each for charge in pledge.charges.all() for each in charge.kept()]:
        if part := min(amount, left):
            source.charge.pledge = pledge
            owe_refund(source=source, amount=part, reason=RefundReason.SURPLUS, payout=payout, now=now)
            amount -= part
    return payout
