"""What hangs on a pledge that stands: a request for more of its shares, an offer to pass it on, seats that were given
away. How each ends before its time.

It sits below funding and below pledging, because both end what is open.
"""

from __future__ import annotations

from datetime import datetime

from members.models import User
from pooling.models import Approval, ApprovalState, Pledge, Pool, SeatGift, Transfer, TransferState, record

from . import approval_letters, transfer_letters


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
    declined = state == ApprovalState.DECLINED
    record(
        pool,
        "more_declined" if declined else "more_ended",
        now=now,
        by=by,
        pledge=pledge,
        shares=approval.before,
        approval=approval.pk,
    )


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


def end_transfer(
    *, pool: Pool, transfer: Transfer, state: TransferState, now: datetime, by: User | None = None
) -> None:
    """An offer to another organisation ends: the pledge stays its holder's. Whoever had accepted it is told.

    Call it under the pool's lock.
    """
    transfer.state, transfer.ended_at, transfer.letter, transfer.email = state, now, "", ""
    transfer.save()
    pledge = transfer.pledge
    record(pool, "transfer_ended", now=now, by=by, pledge=pledge, shares=transfer.shares, transfer=transfer.pk)
    transfer_letters.tell_receiver_it_ended(transfer=transfer, now=now)


def end_transfers(
    *, pool: Pool, state: TransferState, now: datetime, pledge: Pledge | None = None, by: User | None = None
) -> list[Transfer]:
    """End all offers of pledges, or that of one pledge. Returns them. Call it under the pool's lock."""
    live = Transfer.objects.live().filter(pledge__pool=pool).order_by("pk")
    if pledge is not None:
        live = live.filter(pledge=pledge)
    related = ("pledge__organisation", "giver", "receiver")
    ended = list(live.select_for_update(no_key=True, of=("self",)).select_related(*related))
    for transfer in ended:
        transfer.pledge.pool = pool
        end_transfer(pool=pool, transfer=transfer, state=state, now=now, by=by)
    return ended


def cut_off(*, pool: Pool, now: datetime) -> None:
    """Prices lock: what is still asked for or offered comes too late, and its organisations are told.

    Call it under the pool's lock.
    """
    for approval in end_requests(pool=pool, state=ApprovalState.EXPIRED, now=now):
        approval_letters.tell_more_ended(pledge=approval.pledge, approval=approval, why="locked", now=now)
    for transfer in end_transfers(pool=pool, state=TransferState.EXPIRED, now=now):
        transfer_letters.tell_giver_it_ended(transfer=transfer, why="locked", now=now)


def end_gift(*, pool: Pool, gift: SeatGift, now: datetime, by: User | None = None) -> None:
    """Seats that were given are so no longer. Whoever was told of them, or may have been, is told; long after the
    workshop began their address is forgotten. Under the pool's lock.
    """
    told = gift.sent_at is not None or gift.tries > 0
    gift.taken_back_at, gift.letter = now, "seats_taken_back" if told and gift.email else ""
    gift.next_try_at, gift.tries, gift.last_error = now, 0, ""
    gift.save()
    record(pool, "seats_taken_back", now=now, by=by, pledge=gift.pledge, seats=gift.number, gift=gift.pk)


def end_gifts(*, pool: Pool, now: datetime, pledge: Pledge | None = None) -> None:
    """End all that was given of the pool's seats, or of those of one pledge. Call it under the pool's lock."""
    gifts = SeatGift.objects.live().filter(pledge__pool=pool).order_by("pk")
    if pledge is not None:
        gifts = gifts.filter(pledge=pledge)
    for gift in gifts.select_for_update(no_key=True, of=("self",)).select_related("pledge"):
        end_gift(pool=pool, gift=gift, now=now)
