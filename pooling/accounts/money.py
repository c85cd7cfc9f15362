"""Where a pool's money is. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import Coalesce

from pooling.models import BackingKind, Charge, Dispute, Pledge, PledgeState, Pool, Refund, Slot


@dataclass(frozen=True)
class Money:
    """A pool's money in Rappen. Pledged and collected are told apart: a pledge is not money."""

    to_raise: int
    pledged: int
    captured: int
    refunded: int
    refund_due: int
    drawn: int = 0
    absorbed: int = 0
    charged_back: int = 0  # by banks of those who paid

    @property
    def net(self) -> int:
        return self.captured - self.refunded - self.refund_due - self.charged_back

    @property
    def outstanding(self) -> int:
        """What is missing to the cost, beside what the guarantor gave and the operator absorbed."""
        return max(0, self.to_raise - self.net - self.drawn - self.absorbed)


def money_of(pool: Pool) -> Money:
    """Where the pool's money is now."""
    slots = Slot.objects.filter(pledge__pool=pool, pledge__state=PledgeState.STANDING)
    locked = slots.aggregate(sum=Sum("amount"))["sum"] if pool.funded_at else None
    pledged = pool.worth_of(pool.standing) if locked is None else locked
    captured = Charge.objects.filter(pledge__pool=pool).aggregate(sum=Coalesce(Sum("captured"), 0))["sum"]
    refunds = dict(
        Refund.objects.filter(charge__pledge__pool=pool).values_list("state").annotate(Sum("amount")).order_by()
    )
    refunded = sum(refunds.pop(state, 0) for state in Refund.DONE_STATES)
    backings = dict(pool.backings.order_by().values_list("kind").annotate(total=Sum("amount")))
    return Money(
        pool.to_raise,
        pledged,
        captured,
        refunded,
        sum(refunds.values()),
        drawn=backings.get(BackingKind.DRAWN, 0) - backings.get(BackingKind.RETURNED, 0),
        absorbed=backings.get(BackingKind.ABSORBED, 0) - backings.get(BackingKind.REVERSED, 0),
        charged_back=Dispute.objects.filter(attempt__charge__pledge__pool=pool).charged_back(),
    )


def paid_shares(pool: Pool) -> int:
    """How many of the shares that stand are paid in full."""
    paid = Pledge.objects.standing().filter(pool=pool, charges__state__in=Charge.SETTLED_STATES)
    return int(paid.aggregate(sum=Coalesce(Sum("shares"), 0))["sum"])
