"""What TWINT makes us write: the link to pay, when prices are locked. As in letters.py."""

from __future__ import annotations

from datetime import datetime

from pooling import links
from pooling.models import Charge, PaysBy, Pledge, PledgeState, Pool, PoolState

from .letters import Facts, tell, tell_each


def tell_all_asked(*, pool: Pool, now: datetime) -> int:
    """The threshold is reached: the link to each pledge that is paid by TWINT."""
    charges = Charge.objects.live().filter(pledge__pool=pool, pledge__state=PledgeState.STANDING, pays_by=PaysBy.TWINT)
    owed = {charge.pledge: charge for charge in charges.select_related("pledge__organisation", "pledge__method")}
    if not owed:
        return 0

    def facts(pledge: Pledge) -> Facts:
        return facts_of(owed[pledge], pool)

    return tell_each("twint_due", pool=pool, pledges=owed, facts=facts, now=now)


def tell_asked(*, charge: Charge, now: datetime) -> int:
    """The link of a pledge that came after the threshold."""
    pledge = charge.pledge
    key = f"twint_due-{pledge.uuid}"
    return tell("twint_due", key=key, pledge=pledge, facts=facts_of(charge, pledge.pool), now=now)


def facts_of(charge: Charge, pool: Pool) -> Facts:
    return {
        "amount": charge.amount,
        "keep_until": charge.mend_until,
        "takes_place": pool.state == PoolState.CONFIRMED,
        "mend_url": links.mend_url(charge, charge.pledge.organisation.language),
    }
