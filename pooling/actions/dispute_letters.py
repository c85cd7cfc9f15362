"""What disputes make us write to the organisation whose payment it is. As in letters.py."""

from __future__ import annotations

from datetime import datetime

from pooling.models import Dispute, DisputeState, Pledge, PledgeState, PoolState, Refund

from .letters import tell

# What the letter tells of: a mere question of a bank, or its examining, is none of the organisation's affair.
TURNS = {DisputeState.WON: "won", DisputeState.LOST: "lost", DisputeState.CLOSED: "closed"}


def tell_dispute(*, dispute: Dispute, pledge: Pledge, once: int, now: datetime) -> int:
    """A dispute of a payment for `pledge` was opened or decided: what that means for the money. `once` tells one turn
    from the next.
    """
    due = Refund.objects.counted_as_due().filter(attempt=dispute.attempt)
    facts = {
        "turn": TURNS.get(DisputeState(dispute.state), "opened"),
        "amount": dispute.amount,
        "goes_back": sum(due.values_list("amount", flat=True)),
        "twice": dispute.beyond,
        "stands": pledge.state == PledgeState.STANDING and pledge.pool.state != PoolState.CANCELLED,
    }
    return tell("dispute", key=f"dispute-{dispute.pk}-{once}", pledge=pledge, facts=facts, now=now)
