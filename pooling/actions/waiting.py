"""The waiting list: join, be offered places, accept for all or fewer of them, leave, run out.

Waiting holds no places and costs nothing. The first in line, by order of joining, is offered what is free, even if that
is fewer shares than it wished: the offer holds these places for 48 hours, at the longest until the pool stops accepting
them. Taking fewer gives up the rest. Terms and method come with acceptance; from then on it is a pledge like any other,
whose places are held until the offer would have run out, and for 35 minutes at least.

A suspended organisation keeps its place in line and is passed over until it is active again. Each action locks the pool
first, as all that decide about places do.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.models import Organisation, OrganisationState, User
from pooling.models import HOLD, OFFER_HOLD, PaysBy, Pledge, PledgeState, Pool, SavedMethod, Slot, record

from . import waiting_letters
from .approvals import Approver, request_approval
from .errors import (
    AlreadyPledged,
    MoreThanThereAre,
    OfferOver,
    PlacesFree,
    PledgeEnded,
    PoolClosed,
    PoolFull,
    TooFewShares,
)
from .pledges import accept_terms, end_pledge, require_binding, withdraw_pledge
from .standing import make_stand
from .twint import stands_at_once


@transaction.atomic
def join_waiting_list(*, pool: Pool, organisation: Organisation, shares: int, by: User, now: datetime) -> Pledge:
    """Put `organisation` at the end of the waiting list of a pool that is full, wishing for `shares` (>= 1).

    Nothing is agreed to. Raises NotAdministrator, OrganisationSuspended, AlreadyPledged (which holds the live pledge),
    TooFewShares, MoreThanThereAre, PoolClosed, PlacesFree.
    """
    require_binding(organisation=organisation, by=by)
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if live := pool.pledges.live().filter(organisation=organisation).first():
        raise AlreadyPledged(live)
    if shares < 1:
        raise TooFewShares
    if shares > pool.capacity:
        raise MoreThanThereAre(pool.capacity)
    if not pool.accepts(now=now):
        raise PoolClosed
    if pool.open_places(now=now):
        raise PlacesFree
    pledge = pool.pledges.create(
        organisation=organisation,
        shares=shares,
        wished=shares,
        state=PledgeState.WAITING,
        placed_by=by,
        placed_at=now,
    )
    pledge.pool, pledge.organisation = pool, organisation
    pool.waiting += 1
    pool.save(update_fields=["waiting"])
    record(pool, "pledge_waiting", now=now, by=by, pledge=pledge, shares=shares)
    if pledge not in offer_places(pool=pool, now=now):
        waiting_letters.tell_waiting(pledge=pledge, now=now)
    pledge.refresh_from_db(fields=["state", "shares", "held_until"])
    return pledge


def make_offers(*, now: datetime) -> int:
    """Offer what is free in every pool for which somebody waits. Returns the number of offers."""
    pools = Pool.objects.waited_for().filter(state__in=Pool.OPEN_STATES).order_by("pk").values_list("pk", flat=True)
    return sum(offer_places_of(pk=pk, now=now) for pk in list(pools))


@transaction.atomic
def offer_places_of(*, pk: int, now: datetime) -> int:
    """Offer what is free in one pool, read under its lock. Returns the number of offers."""
    return len(offer_places(pool=Pool.objects.select_for_update(no_key=True).get(pk=pk), now=now))


def offer_places(*, pool: Pool, now: datetime) -> list[Pledge]:
    """Offer what is free to those who wait, the first in line first, as far as it goes. Call it under the pool's lock.

    Returns the pledges that have an offer now.
    """
    left = pool.free_places(now=now)
    if not left or not pool.waiting:
        return []
    line = pool.pledges.waiting().filter(organisation__state=OrganisationState.ACTIVE)
    made: list[Pledge] = []
    for pledge in line.select_related("organisation", "method")[:left]:
        if not left:
            break
        pledge.pool = pool
        offer(pledge=pledge, shares=min(pledge.shares, left), now=now)
        left -= pledge.shares
        made.append(pledge)
    return made


def offer(*, pledge: Pledge, shares: int, now: datetime) -> None:
    """waiting -> offered: the places are held until it is answered, 48 hours at the longest."""
    pool = pledge.pool
    pledge.state, pledge.shares = PledgeState.OFFERED, shares
    pledge.held_until = min(now + OFFER_HOLD, pool.accepts_until(now=now))
    pledge.save(update_fields=["state", "shares", "held_until"])
    pool.waiting -= 1
    pool.offered += shares
    pool.save(update_fields=["waiting", "offered"])
    record(pool, "pledge_offered", now=now, pledge=pledge, shares=shares)
    waiting_letters.tell_offered(pledge=pledge, now=now)


@transaction.atomic
def accept_offer(
    *,
    pledge: Pledge,
    shares: int,
    by: User,
    language: str,
    now: datetime,
    method: SavedMethod | None = None,
    approver: Approver | None = None,
    pays_by: PaysBy = PaysBy.CARD,
    customer_reference: str = "",
) -> Pledge:
    """Take `shares` of those that are offered, all or fewer: `by` accepts the terms for them herewith.

    With a saved `method` or by invoice the pledge stands at once; with an `approver` it waits for approval, else for
    its method, until the offer would have run out. The shares that are not taken go to the next in line. Accepting
    twice is an answer, not an error. Raises NotAdministrator, OrganisationSuspended, OfferOver, TooFewShares, PoolFull,
    MethodGone, NoInvoices, InvoiceTooLate, RefillsByCard, AskedTooOften.
    """
    require_binding(organisation=pledge.organisation, by=by)
    pool, pledge = lock(pledge.pk)
    if pledge.state in Pledge.PLACED_STATES:
        return pledge
    if pledge.held_until is None or not pledge.is_offered(now=now):
        raise OfferOver
    if shares < 1:
        raise TooFewShares
    if shares > pledge.shares:
        raise PoolFull(pledge.shares)
    before, last = pledge.shares, pool.accepts_until(now=now)
    pledge.state, pledge.shares, pledge.customer_reference = PledgeState.PENDING, shares, customer_reference
    pledge.held_until = min(max(pledge.held_until, now + HOLD), last)
    pledge.save(update_fields=["state", "shares", "held_until", "customer_reference"])
    Slot.objects.bulk_create([Slot(pledge=pledge) for _share in range(shares)])
    pool.offered -= before
    pool.held += shares
    pool.save(update_fields=["offered", "held"])
    accept_terms(pledge=pledge, shares=shares, by=by, language=language, now=now)
    record(pool, "offer_accepted", now=now, by=by, pledge=pledge, shares=shares, before=before)
    if approver is not None:
        until = pledge.held_until
        request_approval(pledge=pledge, approver=approver, method=method, pays_by=pays_by, until=until, by=by, now=now)
    elif stands_at_once(method=method, pays_by=pays_by):
        make_stand(pool=pool, pledge=pledge, method=method, pays_by=pays_by, now=now)
    offer_places(pool=pool, now=now)
    return pledge


@transaction.atomic
def leave_waiting_list(*, pledge: Pledge, by: User, now: datetime) -> Pledge:
    """Leave the list, or decline an offer: its places go to the next in line. Leaving twice changes nothing.

    Raises NotAdministrator, PledgeEnded if it is not on the list any more.
    """
    pool, locked = lock(pledge.pk)
    if not locked.is_listed and locked.state != PledgeState.WITHDRAWN:
        raise PledgeEnded
    pledge = withdraw_pledge(pledge=pledge, by=by, now=now)
    pool.refresh_from_db(fields=["offered", "waiting"])
    offer_places(pool=pool, now=now)
    return pledge


def expire_overdue_offers(*, now: datetime) -> int:
    """End the offers that were not answered in time. Returns how many."""
    overdue = Pledge.objects.unanswered(now=now).order_by("pk").values_list("pk", flat=True)
    return sum(expire_offer(pk=pk, now=now) for pk in list(overdue))


@transaction.atomic
def expire_offer(*, pk: int, now: datetime) -> bool:
    """End one offer if it is still unanswered when read under the pool's lock.

    Its places are offered once all that is overdue has ended, so that the next in line gets as many as there are.
    """
    pool, pledge = lock(pk)
    if pledge.state != PledgeState.OFFERED or pledge.held_until is None or pledge.held_until > now:
        return False
    end_pledge(pool=pool, pledge=pledge, state=PledgeState.EXPIRED, now=now)
    waiting_letters.tell_offer_expired(pledge=pledge, now=now)
    return True


def end_overdue_lists(*, now: datetime) -> int:
    """End the waiting lists of pools in which no place can be filled any more. Returns how many pledges ended."""
    pools = Pool.objects.waited_for().filter(state__in=Pool.FINANCED_STATES).order_by("pk")
    return sum(end_overdue_list(pk=pool.pk, now=now) for pool in pools if now >= pool.last_call)


@transaction.atomic
def end_overdue_list(*, pk: int, now: datetime) -> int:
    """End one pool's waiting list, if that is still so when read under its lock."""
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pk)
    if pool.state not in Pool.FINANCED_STATES or now < pool.last_call:
        return 0
    ended = end_waiting_list(pool=pool, now=now)
    waiting_letters.tell_all_list_ended(pool=pool, pledges=ended, now=now)
    return len(ended)


def end_waiting_list(*, pool: Pool, now: datetime) -> list[Pledge]:
    """End all that wait or have an offer, under the pool's lock. Returns them: whoever calls this tells them why."""
    listed = list(pool.pledges.listed().select_related("organisation", "method"))
    for pledge in listed:
        pledge.pool = pool
        end_pledge(pool=pool, pledge=pledge, state=PledgeState.EXPIRED, now=now)
    return listed


def lock(pk: int) -> tuple[Pool, Pledge]:
    """The pool and the pledge, locked in this order and read anew."""
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__pk=pk)
    pledges = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation", "method")
    pledge = pledges.get(pk=pk)
    pledge.pool = pool
    return pool, pledge
