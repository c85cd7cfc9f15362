"""Pledging: hold shares, make them stand once their payment method is there, change their number, withdraw, expire.

Each action locks the pool first and decides on what it reads under that lock.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.models import Organisation, User
from pooling.models import (
    HOLD,
    Acceptance,
    ApprovalState,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    SavedMethod,
    Slot,
    TransferState,
    event,
    record,
    record_all,
)

from . import approval_letters, letters
from .errors import (
    AlreadyPledged,
    AwaitsApproval,
    NeedsFreshApproval,
    NotAdministrator,
    OrganisationSuspended,
    PledgeEnded,
    PoolClosed,
    PoolFull,
    PricesLocked,
    TooFewShares,
)
from .loose_ends import end_requests, end_transfers
from .settlement import fund_pool
from .standing import follow_standing, let_stand, make_stand
from .twint import require_within_limit, stands_at_once

# How the history names the end of a pledge, by what it was before and what it is then.
ENDS: dict[tuple[str, str], str] = {
    (PledgeState.WAITING, PledgeState.WITHDRAWN): "list_left",
    (PledgeState.WAITING, PledgeState.EXPIRED): "list_ended",
    (PledgeState.OFFERED, PledgeState.WITHDRAWN): "offer_declined",
    (PledgeState.OFFERED, PledgeState.EXPIRED): "offer_expired",
    (PledgeState.PENDING, PledgeState.WITHDRAWN): "pledge_withdrawn",
    (PledgeState.PENDING, PledgeState.EXPIRED): "pledge_expired",
    (PledgeState.STANDING, PledgeState.WITHDRAWN): "pledge_withdrawn",
}


def require_binding(*, organisation: Organisation, by: User) -> None:
    """Only an administrator binds an organisation, and only one that isn't suspended.

    Raises NotAdministrator, OrganisationSuspended.
    """
    if not organisation.is_administered_by(by):
        raise NotAdministrator
    if not organisation.is_active:
        raise OrganisationSuspended


def require_accepting(*, pool: Pool, shares: int, now: datetime) -> None:
    """Raises TooFewShares, PoolClosed, PoolFull unless `pool` takes `shares` more. Call it under the pool's lock."""
    if shares < 1:
        raise TooFewShares
    if not pool.accepts(now=now):
        raise PoolClosed
    if shares > (left := pool.open_places(now=now)):
        raise PoolFull(left)


def accept_terms(*, pledge: Pledge, shares: int, by: User, language: str, now: datetime) -> Acceptance:
    """Keep the consent: who accepted which terms when, and the most that it can cost."""
    pool = pledge.pool
    return pledge.acceptances.create(
        accepted_by=by,
        accepted_at=now,
        shares=shares,
        most=shares * pool.ceiling,
        legal_version=pool.legal_version,
        language=language,
    )


@transaction.atomic
def place_pledge(
    *,
    pool: Pool,
    organisation: Organisation,
    shares: int,
    by: User,
    language: str,
    now: datetime,
    method: SavedMethod | None = None,
    pays_by: PaysBy = PaysBy.CARD,
    customer_reference: str = "",
) -> Pledge:
    """Hold `shares` (>= 1) of `pool` for `organisation`, whose terms `by` accepts herewith. With a saved `method`,
    by invoice or with TWINT, the pledge stands at once.

    Raises NotAdministrator, OrganisationSuspended, TooFewShares, PoolClosed, PoolFull, MethodGone, NoInvoices,
    InvoiceTooLate, RefillsByCard, TwintTooMuch, AlreadyPledged (which holds the live pledge).
    """
    require_binding(organisation=organisation, by=by)
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if live := pool.pledges.live().filter(organisation=organisation).first():
        raise AlreadyPledged(live)
    require_accepting(pool=pool, shares=shares, now=now)
    pledge = Pledge(
        pool=pool,
        organisation=organisation,
        shares=shares,
        state=PledgeState.PENDING,
        customer_reference=customer_reference,
        placed_by=by,
        placed_at=now,
        held_until=min(now + HOLD, pool.accepts_until(now=now)),
    )
    pool.held += shares
    if stands := stands_at_once(method=method, pays_by=pays_by):
        let_stand(pool=pool, pledge=pledge, method=method, pays_by=pays_by, now=now)
    pledge.save(force_insert=True)
    Slot.objects.bulk_create([Slot(pledge=pledge) for _share in range(shares)])
    consent = accept_terms(pledge=pledge, shares=shares, by=by, language=language, now=now)
    pool.save(update_fields=["held", "standing"])
    happened = [event(pool, "pledge_held", now=now, by=by, pledge=pledge, shares=shares)]
    if stands:
        happened.append(event(pool, "pledge_standing", now=now, pledge=pledge, shares=shares))
    record_all(pool, happened)
    if stands:
        follow_standing(pool=pool, pledge=pledge, consent=consent, now=now)
    return pledge


@transaction.atomic
def confirm_pledge(*, pledge: Pledge, method: SavedMethod, now: datetime) -> Pledge:
    """The payment method is there: the pledge stands from now on. One that stands already is an answer, not an error.

    A method that comes after the hold has run out makes the pledge stand if places are free and the pool still accepts.
    Raises PledgeEnded if it was withdrawn or another one has taken its place, PoolClosed or PoolFull if it came too
    late, AwaitsApproval if it was not approved.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pledge.pool_id)
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pledge.pk)
    )
    pledge.pool = pool
    if pledge.state == PledgeState.STANDING:
        return pledge
    if not pool.accepts(now=now):
        raise PoolClosed
    if pledge.awaits_approval:
        raise AwaitsApproval
    if pledge.state == PledgeState.EXPIRED:
        hold_again(pool=pool, pledge=pledge, now=now)
    elif pledge.state != PledgeState.PENDING:
        raise PledgeEnded
    make_stand(pool=pool, pledge=pledge, method=method, now=now)
    return pledge


def hold_again(*, pool: Pool, pledge: Pledge, now: datetime) -> None:
    """An expired pledge whose method came late gets its places back, if they are free. Raises PledgeEnded, PoolFull."""
    if pool.pledges.live().filter(organisation=pledge.organisation).exists():
        raise PledgeEnded
    if not pledge.acceptances.exists():
        raise PledgeEnded  # it ended on the waiting list: nobody accepted its terms
    require_accepting(pool=pool, shares=pledge.shares, now=now)
    pledge.state, pledge.held_until, pledge.ended_at = PledgeState.PENDING, now, None
    Slot.objects.bulk_create([Slot(pledge=pledge) for _share in range(pledge.shares)])
    pool.held += pledge.shares
    record(pool, "pledge_held", now=now, pledge=pledge, shares=pledge.shares)


@transaction.atomic
def change_pledge(*, pledge: Pledge, shares: int, by: User, language: str, now: datetime) -> Pledge:
    """Change the number of shares of a standing pledge, until prices lock. All or nothing; added slots come last; the
    terms are accepted anew. More than was approved is refused where approval was needed: see ask_for_more. A request
    for more that is open ends.

    Raises NotAdministrator, OrganisationSuspended, TooFewShares, PledgeEnded, PricesLocked, PoolClosed, PoolFull,
    NeedsFreshApproval, TwintTooMuch.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pledge.pool_id)
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pledge.pk)
    )
    pledge.pool = pool
    require_binding(organisation=pledge.organisation, by=by)  # under the lock: it may have passed to another one
    require_changeable(pool=pool, pledge=pledge, now=now)
    if pledge.state != PledgeState.STANDING:
        raise PledgeEnded
    if shares < 1:
        raise TooFewShares
    more = shares - pledge.shares
    if more == 0:
        return pledge
    end_requests(pool=pool, pledge=pledge, state=ApprovalState.WITHDRAWN, by=by, now=now)
    if more > 0 and pledge.approvals.fall_short_of(shares):
        raise NeedsFreshApproval
    if more > (left := pool.open_places(now=now)):
        raise PoolFull(left)
    require_within_limit(most=shares * pool.ceiling, method=pledge.method, pays_by=pledge.pays_by)
    accept_terms(pledge=pledge, shares=shares, by=by, language=language, now=now)
    set_shares(pool=pool, pledge=pledge, shares=shares, by=by, now=now)
    return pledge


def set_shares(
    *, pool: Pool, pledge: Pledge, shares: int, by: User, now: datetime, after_approval: bool = False
) -> None:
    """Let another number of shares stand, whose terms are accepted and whose places are free, under the pool's lock.

    Added slots come last, and the last ones go first. The pool is funded if that was what it needed.
    """
    end_transfers(pool=pool, pledge=pledge, state=TransferState.TAKEN_BACK, by=by, now=now)  # it was of another number
    before, more = pledge.shares, shares - pledge.shares
    if more > 0:
        Slot.objects.bulk_create([Slot(pledge=pledge) for _share in range(more)])
    else:
        Slot.objects.filter(pk__in=list(pledge.slots.order_by("-pk").values_list("pk", flat=True)[:-more])).delete()
    pledge.shares = shares
    pledge.save(update_fields=["shares"])
    pool.standing += more
    pool.save(update_fields=["standing"])
    record(pool, "pledge_changed", now=now, by=by, pledge=pledge, shares=shares, before=before)
    letters.tell_changed(pledge=pledge, before=before, after_approval=after_approval, now=now)
    if pool.locks_prices(now=now):
        fund_pool(pool=pool, now=now)


def require_changeable(*, pool: Pool, pledge: Pledge, now: datetime) -> None:
    """Raises PledgeEnded, PricesLocked or PoolClosed unless a live pledge may still be changed or withdrawn.

    Call it under the pool's lock.
    """
    if not pledge.is_live or pool.state in (PoolState.LAPSED, PoolState.CANCELLED):
        raise PledgeEnded
    if pledge.is_listed:
        return  # the waiting list is left at any time
    if pledge.state == PledgeState.STANDING and pool.state in Pool.OWING_STATES:
        raise PricesLocked
    # A freed place that is held after closing can be given back, and is free for others at once.
    is_held = pledge.held_until is not None and now < pledge.held_until
    if now >= pool.closes_at and not is_held:
        raise PoolClosed


@transaction.atomic
def withdraw_pledge(*, pledge: Pledge, by: User, now: datetime) -> Pledge:
    """Give the shares back. A standing pledge can be withdrawn until prices lock. Withdrawing twice changes nothing.

    Raises NotAdministrator, PledgeEnded, PricesLocked, PoolClosed.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pledge.pool_id)
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pledge.pk)
    )
    pledge.pool = pool
    if not pledge.organisation.is_administered_by(by):  # under the lock: it may have passed to another one
        raise NotAdministrator
    if pledge.state == PledgeState.WITHDRAWN:
        return pledge
    require_changeable(pool=pool, pledge=pledge, now=now)
    stood = pledge.state == PledgeState.STANDING
    end_pledge(pool=pool, pledge=pledge, state=PledgeState.WITHDRAWN, by=by, now=now)
    if stood:
        letters.tell_withdrawn(pledge=pledge, now=now)
    return pledge


def end_pledge(*, pool: Pool, pledge: Pledge, state: PledgeState, now: datetime, by: User | None = None) -> None:
    """Free the shares of a live pledge, under the pool's lock."""
    before = pledge.state
    if pledge.state == PledgeState.WAITING:
        pool.waiting -= 1
    elif pledge.state == PledgeState.OFFERED:
        pool.offered -= pledge.shares
    elif pledge.state == PledgeState.STANDING:
        end_requests(pool=pool, pledge=pledge, state=ApprovalState.WITHDRAWN, by=by, now=now)
        end_transfers(pool=pool, pledge=pledge, state=TransferState.TAKEN_BACK, by=by, now=now)
        pool.standing -= pledge.shares
    else:
        pool.held -= pledge.shares
    pool.save(update_fields=["held", "offered", "standing", "waiting"])
    pledge.slots.all().delete()
    if pledge.awaits_approval:
        pledge.approvals.end(state=ApprovalState(str(state)), now=now)  # withdrawn or expired, too
    pledge.state, pledge.held_until, pledge.ended_at = state, None, now
    pledge.save()
    record(pool, ENDS[before, state], now=now, by=by, pledge=pledge, shares=pledge.shares)


def expire_overdue_pledges(*, now: datetime) -> int:
    """Free the places of pledges that got no payment method in time. Returns how many."""
    overdue = Pledge.objects.overdue(now=now).order_by("pk").values_list("pk", flat=True)
    return sum(expire_pledge(pk=pk, now=now) for pk in list(overdue))


@transaction.atomic
def expire_pledge(*, pk: int, now: datetime) -> bool:
    """Expire one pledge if it is still overdue when read under the pool's lock."""
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__pk=pk)
    pledge = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pk)
    pledge.pool = pool
    if pledge.state != PledgeState.PENDING or pledge.held_until is None or pledge.held_until > now:
        return False
    end_pledge(pool=pool, pledge=pledge, state=PledgeState.EXPIRED, now=now)
    if pledge.awaits_approval:
        approval_letters.tell_not_answered(pledge=pledge, now=now)
    else:
        letters.tell_expired(pledge=pledge, now=now)
    return True
