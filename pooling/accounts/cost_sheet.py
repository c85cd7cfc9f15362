"""The public cost sheet of a pool: all figures from which anyone can recompute what a share costs. Reads only, in a
constant number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from pooling.models import (
    Charge,
    Dispute,
    PayoutTo,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    Refund,
    Slot,
)

from .money import Money, money_of

# Of those that never stood, no longer, or only wait, nothing is told unless money of theirs came in.
TOLD = {*Pledge.PLACED_STATES, PledgeState.DROPPED}
SENT_BACK = frozenset(Refund.DONE_STATES)


@dataclass(frozen=True)
class Price:
    """So many shares of a pledge, at so many Rappen each."""

    shares: int
    amount: int


@dataclass(frozen=True)
class Line:
    """One pledge. Amounts in Rappen; `name` is empty where the organisation is not to be named."""

    number: int
    name: str
    pledge: Pledge
    prices: list[Price]  # empty until prices lock
    owed: int
    paid: int
    going_back: int
    refunded: int

    @property
    def label(self) -> str:
        return self.name or _("Organisation %(number)d") % {"number": self.number}

    @property
    def state(self) -> str:
        """The pledge's state in words for everybody: who has to approve it, say, is nobody else's affair."""
        state, pool = self.pledge.state, self.pledge.pool
        if state == PledgeState.PENDING:
            return _("held, does not count yet")
        if state == PledgeState.STANDING and pool.state == PoolState.LAPSED:
            return _("ended: the workshop did not come about")
        if state == PledgeState.STANDING and pool.state == PoolState.CANCELLED:
            return _("ended: the workshop was called off")
        return str(self.pledge.get_state_display())

    @property
    def shares(self) -> int:
        return self.pledge.shares

    @property
    def locked(self) -> int:
        """What its shares cost since prices locked."""
        return sum(price.shares * price.amount for price in self.prices)


@dataclass(frozen=True)
class Totals:
    """The lines' sums."""

    standing: int
    owed: int
    paid: int
    going_back: int
    refunded: int


@dataclass(frozen=True)
class CostSheet:
    """What a pool costs, what a share costs, and where the money is, at one moment. Amounts in Rappen."""

    pool: Pool
    as_of: datetime
    lines: list[Line]
    money: Money
    payouts: dict[str, int]
    locked: dict[int, int] = field(default_factory=dict)  # how many locked shares cost so much

    @property
    def needed(self) -> int:
        """C / M, rounded up to whole shares."""
        return -(-self.pool.to_raise // self.pool.ceiling)

    @property
    def divided_by(self) -> int:
        """Over how many shares the cost is split: those whose prices are locked, else those that stand. 0 where the
        threshold does not stand, so that no price but the ceiling is known.
        """
        if self.locked:
            return sum(self.locked.values())
        has_begun = self.pool.state == PoolState.OPEN and self.pool.standing >= self.pool.threshold
        return self.pool.standing if has_begun else 0

    @property
    def quotient(self) -> int:
        """q of q, r = divmod(C, N): what a share costs at least where the cost is split."""
        return self.pool.to_raise // self.divided_by if self.divided_by else self.pool.ceiling

    @property
    def remainder(self) -> int:
        """r: so many shares, the first ones in order of pledging, cost one Rappen more."""
        return self.pool.to_raise % self.divided_by if self.divided_by else 0

    @property
    def price_now(self) -> int:
        """The most that one share costs as things stand."""
        if not self.pool.is_split or not self.divided_by:
            return self.pool.ceiling
        return self.quotient + (self.remainder > 0)

    @property
    def totals(self) -> Totals:
        return Totals(
            standing=sum(line.shares for line in self.lines if line.pledge.state == PledgeState.STANDING),
            owed=sum(line.owed for line in self.lines),
            paid=sum(line.paid for line in self.lines),
            going_back=sum(line.going_back for line in self.lines),
            refunded=sum(line.refunded for line in self.lines),
        )

    @property
    def surplus_to_payers(self) -> int:
        return self.payouts.get(PayoutTo.PAYER, 0)

    @property
    def not_kept(self) -> int:
        """What went or goes back, a surplus of those who paid left out: that stands by itself."""
        money = self.money
        return money.refunded + money.refund_due + money.charged_back - self.surplus_to_payers

    @property
    def available(self) -> int:
        """What there is for the cost."""
        return self.money.captured - self.not_kept + self.money.drawn + self.money.absorbed

    @property
    def difference(self) -> int:
        """What there is beyond what was to be raised; negative as long as it is less."""
        return self.available - self.pool.to_raise

    @property
    def paid_out(self) -> int:
        return sum(self.payouts.values())

    @property
    def rest(self) -> int:
        """What is left of the surplus once it was paid out: nothing."""
        return self.difference - self.paid_out


def cost_sheet(pool: Pool, *, now: datetime) -> CostSheet:
    """The cost sheet of a published pool."""
    locked: dict[int, int] = defaultdict(int)
    slots = Slot.objects.locked().filter(pledge__pool=pool, amount__isnull=False).order_by()
    for amount, shares in slots.values_list("amount").annotate(n=Count("pk")):
        locked[amount] += shares
    return CostSheet(
        pool=pool,
        as_of=now,
        lines=lines_of(pool),
        money=money_of(pool),
        payouts=dict(pool.payouts.order_by().values_list("to").annotate(total=Sum("amount"))),
        locked=dict(locked),
    )


def lines_of(pool: Pool) -> list[Line]:
    """One line per pledge, in order of pledging. The number of a pledge stays the same, whatever becomes of others."""
    prices = prices_of(pool)
    charges = Charge.objects.filter(pledge__pool=pool).order_by()
    paid = dict(charges.values_list("pledge").annotate(total=Sum("captured")))
    going_back, refunded = refunds_of(pool)
    lines = []
    for number, pledge in enumerate(pool.pledges.select_related("organisation").order_by("pk"), start=1):
        pledge.pool = pool
        if is_untold(pledge) and not paid.get(pledge.pk):
            continue
        owes = pledge.state == PledgeState.STANDING and pool.state in Pool.OWING_STATES
        own = prices.get(pledge.pk, [])
        lines.append(
            Line(
                number=number,
                name=public_name(pledge),
                pledge=pledge,
                prices=own,
                owed=sum(price.shares * price.amount for price in own) if owes else 0,
                paid=paid.get(pledge.pk, 0),
                going_back=going_back.get(pledge.pk, 0),
                refunded=refunded.get(pledge.pk, 0),
            )
        )
    return lines


def is_untold(pledge: Pledge) -> bool:
    """Whether the pledge holds no place and never did more than that."""
    return pledge.state not in TOLD


def public_name(pledge: Pledge) -> str:
    """The organisation's name if it wants to be named and its pledge stands; what went wrong is nobody's affair."""
    return pledge.organisation.name if pledge.state == PledgeState.STANDING and pledge.organisation.is_named else ""


def prices_of(pool: Pool, *, pledge: Pledge | None = None) -> dict[int, list[Price]]:
    """What the shares of each pledge (or of one) cost, the dearest first."""
    slots = Slot.objects.filter(pledge__pool=pool, amount__isnull=False).order_by()
    if pledge is not None:
        slots = slots.filter(pledge=pledge)
    prices: dict[int, list[Price]] = defaultdict(list)
    for pk, amount, shares in slots.values_list("pledge", "amount").annotate(n=Count("pk")):
        prices[pk].append(Price(shares, amount))
    return {pk: sorted(own, key=lambda price: -price.amount) for pk, own in prices.items()}


def refunds_of(pool: Pool) -> tuple[dict[int, int], dict[int, int]]:
    """By pledge: what is to go back, and what went back.

    What a bank charged back went back, too: whose bank did so is nobody else's affair.
    """
    going_back: dict[int, int] = defaultdict(int)
    refunded: dict[int, int] = defaultdict(int)
    refunds = Refund.objects.filter(charge__pledge__pool=pool).order_by()
    rows: Iterable[tuple[int, str, int]] = refunds.values_list("charge__pledge", "state").annotate(total=Sum("amount"))
    for pledge, state, total in rows:
        (refunded if state in SENT_BACK else going_back)[pledge] += total
    lost = Dispute.objects.lost().filter(attempt__charge__pledge__pool=pool).order_by()
    for pledge, total in lost.values_list("attempt__charge__pledge").annotate(total=Sum("charged_back")):
        refunded[pledge] += total
    return dict(going_back), dict(refunded)
