"""What may still be open about a pledge that stands: a request for more of its shares. How that ends without a yes.

It sits below funding and below pledging, because both end what is open.
"""

from __future__ import annotations

from datetime import datetime

from members.models import User
from pooling.models import Approval, ApprovalState, Pledge, Pool, record

from . import approval_letters


def end_request(
    *, pool: Pool, pledge: Pledge, approval: Approval, state: ApprovalState, now: datetime, by: User | None = None
) -> None:
    """A request for more shares ends without a yes: the places that it held are free, the old number stands.

    Call it under the pool's lock.
    """
    approval.state, approval.ended_at, approval.letter = state, now, ""
    approval.save(update_fields=["state", "ended_at", "letter", "answer"])
    pool.held -= approval.added
    pool.save(update_fields=["held"])
    kind = "more_declined" if state == ApprovalState.DECLINED else "more_ended"
    record(pool, kind, now=now, by=by, pledge=pledge, shares=approval.before, approval=approval.pk)


def end_requests(
    *, pool: Pool, state: ApprovalState, now: datetime, pledge: Pledge | None = None, by: User | None = None
) -> list[Approval]:
    """End all requests for more shares, or those of one pledge. Returns them. Call it under the pool's lock."""
    open_ones = Approval.objects.asked().for_more().filter(pledge__pool=pool).order_by("pk")
    if pledge is not None:
        open_ones = open_ones.filter(pledge=pledge)
    ended = list(open_ones.select_for_update(no_key=True, of=("self",)).select_related("pledge__organisation"))
    for approval in ended:
        approval.pledge.pool = pool
        end_request(pool=pool, pledge=approval.pledge, approval=approval, state=state, now=now, by=by)
    return ended


def cut_off(*, pool: Pool, now: datetime) -> None:
    """Prices lock: what is still asked for comes too late, and its organisations are told. Under the pool's lock."""
    for approval in end_requests(pool=pool, state=ApprovalState.EXPIRED, now=now):
        approval_letters.tell_more_ended(pledge=approval.pledge, approval=approval, why="locked", now=now)
