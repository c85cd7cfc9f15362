"""Whether a pool's money is there, and what fills the gap where it is not: a guarantor, or the operator.

Call what takes a locked pool under its lock (FOR NO KEY UPDATE), in the transaction that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from members.models import User
from pooling.models import (
    Backing,
    BackingKind,
    Charge,
    Dispute,
    Guarantee,
    Payout,
    PayoutTo,
    Pool,
    PoolState,
    Refund,
    record,
)

from . import attendee_letters, letters, life_letters, seat_letters
from .errors import NothingToDraw, WrongState
from .news import tell_people


@dataclass(frozen=True)
class Balance:
    """What there is for a pool's cost, in Rappen. `drawn` and `absorbed` are what is left after taking back."""

    to_raise: int
    net: int
    drawn: int
    absorbed: int

    @property
    def backed(self) -> int:
        return self.net + self.drawn + self.absorbed

    @property
    def gap(self) -> int:
        return max(0, self.to_raise - self.backed)

    @property
    def surplus(self) -> int:
        return max(0, self.backed - self.to_raise)


def net_of(pool: Pool) -> int:
    """Rappen that are there for good: captured, less all that went back, is to go back, or was charged back."""
    captured = Charge.objects.filter(pledge__pool=pool).aggregate(sum=Coalesce(Sum("captured"), 0))["sum"]
    returned = Refund.objects.filter(charge__pledge__pool=pool).aggregate(sum=Coalesce(Sum("amount"), 0))["sum"]
    charged_back = Dispute.objects.filter(attempt__charge__pledge__pool=pool).charged_back()
    return int(captured - returned - charged_back)


def balance_of(pool: Pool) -> Balance:
    """Where the pool's cost is covered from now."""
    sums = dict(pool.backings.order_by().values_list("kind").annotate(total=Sum("amount")))
    return Balance(
        to_raise=pool.to_raise,
        net=net_of(pool),
        drawn=sums.get(BackingKind.DRAWN, 0) - sums.get(BackingKind.RETURNED, 0),
        absorbed=sums.get(BackingKind.ABSORBED, 0) - sums.get(BackingKind.REVERSED, 0),
    )


def confirm_if_financed(*, pool: Pool, now: datetime) -> bool:
    """funded or short -> confirmed as soon as the money is there. Never undone."""
    if pool.state not in (PoolState.FUNDED, PoolState.SHORT) or (balance := balance_of(pool)).gap > 0:
        return False
    pool.state, pool.confirmed_at = PoolState.CONFIRMED, now
    pool.save()
    record(pool, "pool_confirmed", now=now, net=balance.net, drawn=balance.drawn, absorbed=balance.absorbed)
    letters.tell_all_confirmed(pool=pool, now=now)
    tell_people(pool=pool, now=now)
    seat_letters.tell_guests_it_takes_place(pool=pool, now=now)
    attendee_letters.tell_attendees_it_takes_place(pool=pool, now=now)
    return True


def declare_short_pools(*, now: datetime) -> int:
    """Say of each funded pool whose payments are all final that money is missing, if it is. Returns how many."""
    funded = Pool.objects.filter(state=PoolState.FUNDED).exclude(pledges__charges__in=Charge.objects.undecided(now=now))
    return sum(declare_short(pk=pk, now=now) for pk in list(funded.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def declare_short(*, pk: int, now: datetime) -> bool:
    """funded -> short: every payment is final, the money is not there, and no new share can come any more.

    Invoices that are unpaid when the workshop starts stay receivables: nobody waits for them with this.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pk)
    if pool.state != PoolState.FUNDED or pool.awaits_new_slots(now=now):
        return False
    if Charge.objects.undecided(now=now).filter(pledge__pool=pool).exists() or confirm_if_financed(pool=pool, now=now):
        return False
    balance = balance_of(pool)
    pool.state = PoolState.SHORT
    pool.save()
    record(pool, "pool_short", now=now, net=balance.net, gap=balance.gap)
    life_letters.tell_all_short(pool=pool, gap=balance.gap, now=now)
    return True


@transaction.atomic
def record_guarantee(
    *, pool: Pool, guarantor: str, limit: int, promised_on: date, by: User, now: datetime
) -> Guarantee:
    """Write down who has promised in writing to give up to `limit` Rappen. Until something is drawn, it may change.

    Raises WrongState once the pool has ended or something was drawn.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    has_ended = pool.state not in (PoolState.DRAFT, *Pool.OPEN_STATES)
    if has_ended or pool.backings.filter(kind=BackingKind.DRAWN).exists():
        raise WrongState
    guarantee, _made = Guarantee.objects.update_or_create(
        pool=pool,
        defaults={
            "guarantor": guarantor,
            "limit": limit,
            "promised_on": promised_on,
            "recorded_by": by,
            "recorded_at": now,
        },
    )
    record(pool, "guarantee_recorded", now=now, by=by, limit=limit)
    return guarantee


@transaction.atomic
def draw_guarantee(*, pool: Pool, by: User, now: datetime) -> Backing:
    """Draw from the guarantee what is missing, as far as it reaches; the workshop takes place if that is enough.

    Raises WrongState unless the pool is short, NothingToDraw where nothing was promised or all of it is drawn.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state != PoolState.SHORT:
        raise WrongState
    amount = can_be_drawn(pool)
    if amount <= 0:
        raise NothingToDraw
    return back(pool=pool, kind=BackingKind.DRAWN, amount=amount, by=by, now=now)


def can_be_drawn(pool: Pool) -> int:
    """What drawing on the guarantee would give now: min(what is left of it, the gap)."""
    guarantee = Guarantee.objects.filter(pool=pool).first()
    balance = balance_of(pool)
    return min(guarantee.limit - balance.drawn, balance.gap) if guarantee else 0


@transaction.atomic
def absorb_gap(*, pool: Pool, by: User, now: datetime) -> Backing:
    """The operator bears what is missing: the workshop takes place. Raises WrongState unless the pool is short."""
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state != PoolState.SHORT:
        raise WrongState
    return back(pool=pool, kind=BackingKind.ABSORBED, amount=balance_of(pool).gap, by=by, now=now)


# What each kind of row is called in the pool's history.
EVENTS = {
    BackingKind.DRAWN: "guarantee_drawn",
    BackingKind.RETURNED: "guarantee_returned",
    BackingKind.ABSORBED: "gap_absorbed",
    BackingKind.REVERSED: "gap_reversed",
}


def back(*, pool: Pool, kind: BackingKind, amount: int, now: datetime, by: User | None = None) -> Backing:
    """One row and its event, and the confirmation that may follow from it."""
    row = Backing.objects.create(pool=pool, kind=kind, amount=amount, at=now, by=by)
    record(pool, EVENTS[kind], now=now, by=by, amount=amount)
    confirm_if_financed(pool=pool, now=now)
    return row


def take_back(*, pool: Pool, by: User | None, now: datetime) -> None:
    """The pool was called off: what was drawn goes back to the guarantor, and nothing is absorbed any more."""
    balance = balance_of(pool)
    if balance.drawn:
        back(pool=pool, kind=BackingKind.RETURNED, amount=balance.drawn, by=by, now=now)
    if balance.absorbed:
        back(pool=pool, kind=BackingKind.REVERSED, amount=balance.absorbed, by=by, now=now)


def repay(*, pool: Pool, amount: int, now: datetime) -> int:
    """Repay, out of `amount` Rappen, first what the operator absorbed, then what the guarantor gave.

    Returns what is left. What was repaid before is not repaid again.
    """
    balance = balance_of(pool)
    paid = dict(pool.payouts.order_by().values_list("to").annotate(total=Sum("amount")))
    for to, borne in ((PayoutTo.OPERATOR, balance.absorbed), (PayoutTo.GUARANTOR, balance.drawn)):
        part = min(amount, borne - paid.get(to, 0))
        pay_out(pool=pool, to=to, amount=part, now=now)
        amount -= part
    return amount


def pay_out(*, pool: Pool, to: PayoutTo, amount: int, now: datetime) -> Payout | None:
    """A part of the surplus that goes to the operator, the guarantor or the fund. Nothing for nothing."""
    if amount <= 0:
        return None
    row = Payout.objects.create(pool=pool, to=to, amount=amount, at=now)
    record(pool, "surplus_paid", now=now, amount=amount, to=to)
    return row


def take_late_money(*, pool: Pool, amount: int, now: datetime) -> None:
    """Money came after closing: it repays the operator, then the guarantor, and the rest is the fund's."""
    pay_out(pool=pool, to=PayoutTo.FUND, amount=repay(pool=pool, amount=amount, now=now), now=now)
