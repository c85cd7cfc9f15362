"""What pools write when their terms change, when money is missing, and when the account is settled.

As in letters.py: call each in the transaction of its event; as many statements for a hundred pledges as for one.
"""

from __future__ import annotations

from datetime import datetime

from pooling.models import Pledge, Pool, RefundReason, SurplusRule

from .letters import Facts, live_charge, tell_each, with_people


def tell_all_extended(*, pool: Pool, before: datetime, now: datetime) -> int:
    """The pool closes later than `before`; nothing else changes."""
    return tell_each(
        "extended",
        pool=pool,
        pledges=with_people(pool.pledges.live()),
        facts=lambda pledge: {"before": before, "most": pledge.most, "waits": pledge.is_listed},
        now=now,
    )


def tell_all_subsidised(*, pool: Pool, before: int, now: datetime) -> int:
    """The subsidy has grown from `before` Rappen: fewer shares are needed."""
    return tell_each(
        "subsidised",
        pool=pool,
        pledges=with_people(pool.pledges.live()),
        facts=lambda pledge: {
            "waits": pledge.is_listed,
            "before": before,
            "subsidy": pool.subsidy,
            "most": pledge.most,
            "is_reached": pool.locks_prices(now=now),
        },
        once=str(pool.subsidy),
        now=now,
    )


def tell_all_short(*, pool: Pool, gap: int, now: datetime) -> int:
    """All payments are final, and `gap` Rappen are missing: what happens now."""

    def facts(pledge: Pledge) -> Facts:
        return {"gap": gap, "paid": sum(charge.captured for charge in pledge.charges.all())}

    pledges = with_people(pool.pledges.standing()).prefetch_related("charges")
    return tell_each("short", pool=pool, pledges=pledges, facts=facts, now=now)


def tell_all_closed(*, pool: Pool, now: datetime) -> int:
    """The account is settled: what was paid, and what of it comes back."""

    def facts(pledge: Pledge) -> Facts:
        charge = live_charge(pledge)
        refunds = [refund for each in pledge.charges.all() for refund in each.refunds.all()]
        return {
            "paid": charge.captured if charge else 0,
            "comes_back": sum(refund.amount for refund in refunds if refund.reason == RefundReason.SURPLUS),
            "still_open": charge.still_open if charge else 0,
            "surplus": SurplusRule(pool.surplus_rule).label,
        }

    pledges = with_people(pool.pledges.standing()).prefetch_related("charges__refunds")
    return tell_each("closed", pool=pool, pledges=pledges, facts=facts, now=now)
