"""What those on a waiting list are told. As in letters.py: call each in the transaction of its event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pooling import links
from pooling.models import Pledge, Pool

from .letters import Facts, tell, tell_each


def tell_waiting(*, pledge: Pledge, now: datetime) -> int:
    """It joined the list: its place in line, that nothing is agreed to, and what an offer will be.

    Call it while the pool's counter counts it as the last.
    """
    facts: Facts = {"position": pledge.pool.waiting}
    return tell("waiting", key=f"waiting-{pledge.uuid}", pledge=pledge, facts=facts, now=now)


def tell_offered(*, pledge: Pledge, now: datetime) -> int:
    """Places are offered: how many, what they cost at most, and until when they are held."""
    facts: Facts = {
        "wished": pledge.wished,
        "most": pledge.most,
        "keep_until": pledge.held_until,
        "offer_url": links.offer_url(pledge, pledge.organisation.language),
        "charged_at_once": pledge.pool.state in Pool.FINANCED_STATES,
    }
    return tell("offered", key=f"offered-{pledge.uuid}", pledge=pledge, facts=facts, now=now)


def tell_offer_expired(*, pledge: Pledge, now: datetime) -> int:
    """Nobody answered in time: the places went to the next in line."""
    pool = pledge.pool
    facts: Facts = {"may_pledge_again": pool.accepts(now=now), "closes_at": pool.accepts_until(now=now)}
    return tell("offer_expired", key=f"offer_expired-{pledge.uuid}", pledge=pledge, facts=facts, now=now)


def tell_all_list_ended(*, pool: Pool, pledges: Iterable[Pledge], now: datetime) -> int:
    """The list has ended, with its pool or because no place can be filled any more."""
    facts: Facts = {"pool_state": pool.state, "reason": pool.cancel_reason}
    return tell_each("list_ended", pool=pool, pledges=pledges, facts=lambda _pledge: facts, now=now)
