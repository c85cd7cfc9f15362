"""What a pool's events alone say of it (DESIGN.md section 5, sixth invariant)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from .models import BackingKind, PledgeState, PoolEvent, PoolState, RefundState


@dataclass
class Replayed:
    """What a pool's events alone say of it."""

    state: str = PoolState.DRAFT
    pledges: dict[int, tuple[str, int]] = field(default_factory=dict)
    captured: int = 0
    freed: int = 0
    backing: dict[str, int] = field(default_factory=dict)
    payouts: dict[str, int] = field(default_factory=dict)
    closes_at: datetime | None = None  # None where it was never moved
    subsidy: int | None = None  # None where it never grew
    refunds: dict[int, str] = field(default_factory=dict)
    disputes: dict[int, str] = field(default_factory=dict)
    charged_back: int = 0
    seats: dict[int, int] = field(default_factory=dict)  # that were given to other organisations, by pledge
    holders: dict[int, int] = field(default_factory=dict)  # of pledges that passed to another organisation
    more: dict[int, int] = field(default_factory=dict)  # shares that are asked for beside those that stand, by pledge

    def shares(self, state: str) -> int:
        return sum(shares for pledge_state, shares in self.pledges.values() if pledge_state == state)


# Where each event leads: the pool's state, or the pledge's.
POOL_TURNS = {
    "pool_opened": PoolState.OPEN,
    "pool_funded": PoolState.FUNDED,
    "pool_short": PoolState.SHORT,
    "pool_confirmed": PoolState.CONFIRMED,
    "pool_closed": PoolState.CLOSED,
    "pool_lapsed": PoolState.LAPSED,
    "pool_cancelled": PoolState.CANCELLED,
}
PLEDGE_TURNS = {
    "pledge_waiting": PledgeState.WAITING,
    "pledge_offered": PledgeState.OFFERED,
    "offer_accepted": PledgeState.PENDING,
    "offer_declined": PledgeState.WITHDRAWN,
    "offer_expired": PledgeState.EXPIRED,
    "list_left": PledgeState.WITHDRAWN,
    "list_ended": PledgeState.EXPIRED,
    "pledge_held": PledgeState.PENDING,
    "pledge_standing": PledgeState.STANDING,
    "pledge_changed": PledgeState.STANDING,
    "pledge_withdrawn": PledgeState.WITHDRAWN,
    "pledge_expired": PledgeState.EXPIRED,
    "pledge_dropped": PledgeState.DROPPED,
}
REFUND_TURNS = {
    "refund_due": RefundState.DUE,
    "refund_succeeded": RefundState.SUCCEEDED,
    "refund_failed": RefundState.FAILED,
    "refund_paid_out": RefundState.PAID_OUT,
    "refund_reduced": RefundState.DUE,
    "refund_void": RefundState.VOID,
}
BACKING_TURNS = {
    "guarantee_drawn": BackingKind.DRAWN,
    "guarantee_returned": BackingKind.RETURNED,
    "gap_absorbed": BackingKind.ABSORBED,
    "gap_reversed": BackingKind.REVERSED,
}
DISPUTE_TURNS = {
    "inquiry_opened",
    "dispute_opened",
    "dispute_answered",
    "dispute_won",
    "dispute_lost",
    "dispute_closed",
    "dispute_reinstated",
}
# What each makes of the money that banks took back.
CHARGED_BACK = {"dispute_lost": 1, "dispute_reinstated": -1}
PAYOUT_TURNS = {"surplus_paid": 1, "surplus_reduced": -1}
SEAT_TURNS = {"seats_given": 1, "seats_taken_back": -1}
MORE_ENDS = {"approval_given", "more_declined", "more_ended"}
# What an event may say beside its ids: figures and codes, never a name.
FIGURES = {
    "amount",
    "shares",
    "before",
    "standing",
    "threshold",
    "capacity",
    "net",
    "attempt",
    "failure",
    "state",
    "approval",
    "transfer",
    "seats",
    "gift",
    "holder",
    "holder_before",
    "gap",
    "drawn",
    "absorbed",
    "surplus",
    "limit",
    "to",
    "closes_at",
    "subsidy",
    "subsidy_before",
    "pays_by",
    "dispute",
}


def add(sums: dict[str, int], name: str, amount: int) -> None:
    sums[name] = sums.get(name, 0) + amount


def replay(events: QuerySet[PoolEvent]) -> dict[int, Replayed]:
    """Each pool as its events tell it, by the pool's primary key."""
    told: dict[int, Replayed] = defaultdict(Replayed)
    for happened in events.order_by("pk").iterator(chunk_size=5000):
        pool = told[happened.pool_id]
        pool.state = POOL_TURNS.get(happened.kind, pool.state)
        if happened.kind in PLEDGE_TURNS and happened.pledge_id:
            pool.pledges[happened.pledge_id] = (PLEDGE_TURNS[happened.kind], happened.figures["shares"])
            if happened.kind == "pledge_dropped":
                pool.freed += happened.figures["shares"]
        elif happened.kind == "more_asked" and happened.pledge_id:
            pool.more[happened.pledge_id] = happened.figures["shares"] - happened.figures["before"]
        elif happened.kind in MORE_ENDS and happened.pledge_id:
            pool.more.pop(happened.pledge_id, None)
        elif happened.kind == "pledge_transferred" and happened.pledge_id:
            pool.holders[happened.pledge_id] = happened.figures["holder"]
        elif happened.kind in SEAT_TURNS and happened.pledge_id:
            given = pool.seats.pop(happened.pledge_id, 0) + SEAT_TURNS[happened.kind] * happened.figures["seats"]
            if given:
                pool.seats[happened.pledge_id] = given
        elif happened.kind == "slots_refilled":
            pool.freed -= happened.figures["shares"]
        elif happened.kind in BACKING_TURNS:
            add(pool.backing, BACKING_TURNS[happened.kind], happened.figures["amount"])
        elif happened.kind in PAYOUT_TURNS:
            add(pool.payouts, happened.figures["to"], PAYOUT_TURNS[happened.kind] * happened.figures["amount"])
        elif happened.kind in DISPUTE_TURNS:
            pool.disputes[happened.figures["dispute"]] = happened.figures["state"]
            pool.charged_back += CHARGED_BACK.get(happened.kind, 0) * happened.figures["amount"]
        elif happened.kind == "pool_extended":
            pool.closes_at = datetime.fromisoformat(happened.figures["closes_at"])
        elif happened.kind == "subsidy_grown":
            pool.subsidy = happened.figures["subsidy"]
        elif happened.kind == "charge_captured":
            pool.captured += happened.figures["amount"]
        elif happened.kind == "charge_reversed":
            pool.captured -= happened.figures["amount"]
        elif happened.kind in REFUND_TURNS and happened.refund_id:
            pool.refunds[happened.refund_id] = REFUND_TURNS[happened.kind]
    return told
