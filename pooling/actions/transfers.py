"""A pledge passes to another organisation before prices lock: offer, accept, give a method, done.

The same pledge gets a new holder, who accepts the terms and gives a method first (DESIGN.md section 5, "Pledges"). Each
action locks the pool, then the pledge, then the offer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from members.models import Organisation, User
from pooling.models import (
    TRANSFER_LIFE,
    Acceptance,
    ApprovalState,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    SavedMethod,
    Transfer,
    TransferState,
    record,
)

from . import transfer_letters
from .errors import (
    AlreadyOffered,
    AlreadyPledged,
    NotAdministrator,
    OfferedTooOften,
    OwnPledge,
    PledgeEnded,
    TransferOver,
    TransferTaken,
)
from .invoices import require_invoice_possible
from .loose_ends import end_requests, end_transfer
from .pledges import require_binding, require_changeable
from .standing import take_method
from .twint import stands_at_once

MOST_A_DAY = 10  # we write to addresses that somebody typed


@transaction.atomic
def offer_transfer(*, pledge: Pledge, email: str, language: str, by: User, now: datetime) -> Transfer:
    """Offer a standing pledge to whoever reads mail at `email`: for 7 days, at the longest until the pool closes.

    Whether anybody here knows the address makes no difference to anything. The pledge stays as it is until another
    organisation has taken it over. Raises NotAdministrator, PledgeEnded, PricesLocked, PoolClosed, AlreadyOffered,
    OfferedTooOften.
    """
    pool, pledge = lock_pledge(pledge.pk)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    require_changeable(pool=pool, pledge=pledge, now=now)
    if pledge.state != PledgeState.STANDING:
        raise PledgeEnded
    if pledge.transfers.live().exists():
        raise AlreadyOffered
    recent = Transfer.objects.filter(giver=pledge.organisation, offered_at__gt=now - timedelta(days=1))
    if recent.count() >= MOST_A_DAY:
        raise OfferedTooOften
    transfer: Transfer = pledge.transfers.create(
        giver=pledge.organisation,
        offered_by=by,
        offered_at=now,
        expires_at=min(now + TRANSFER_LIFE, pool.closes_at),
        shares=pledge.shares,
        most=pledge.most,
        email=email,
        language=language,
        letter="transfer_offered",
        next_try_at=now,
    )
    record(pool, "transfer_offered", now=now, by=by, pledge=pledge, shares=pledge.shares, transfer=transfer.pk)
    return transfer


def lock_pledge(pk: int) -> tuple[Pool, Pledge]:
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__pk=pk)
    pledge = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pk)
    pledge.pool = pool
    return pool, pledge


def lock_transfer(transfer: Transfer) -> tuple[Pool, Pledge, Transfer]:
    """The pool, the pledge and the offer, locked in this order and read anew."""
    pool, pledge = lock_pledge(transfer.pledge_id)
    transfers = Transfer.objects.select_for_update(no_key=True, of=("self",))
    transfer = transfers.select_related("giver", "receiver", "accepted_by").get(pk=transfer.pk)
    transfer.pledge = pledge
    return pool, pledge, transfer


@transaction.atomic
def take_transfer_back(*, transfer: Transfer, by: User, now: datetime) -> Transfer:
    """The holder keeps its pledge after all. Twice is an answer, not an error.

    Raises NotAdministrator, TransferOver.
    """
    pool, _pledge, transfer = lock_transfer(transfer)
    if not transfer.giver.is_administered_by(by):
        raise NotAdministrator
    if transfer.state == TransferState.TAKEN_BACK:
        return transfer
    if not transfer.is_live:
        raise TransferOver
    end_transfer(pool=pool, transfer=transfer, state=TransferState.TAKEN_BACK, by=by, now=now)
    return transfer


@transaction.atomic
def decline_transfer(*, transfer: Transfer, now: datetime) -> Transfer:
    """Whoever has the link does not want it. Twice is an answer, not an error. Raises TransferOver, TransferTaken."""
    pool, _pledge, transfer = lock_transfer(transfer)
    if transfer.state == TransferState.DECLINED:
        return transfer
    if not transfer.is_open(now=now):
        raise TransferOver
    if transfer.state == TransferState.ACCEPTED:
        raise TransferTaken
    end_transfer(pool=pool, transfer=transfer, state=TransferState.DECLINED, now=now)
    transfer_letters.tell_giver_it_ended(transfer=transfer, why="declined", now=now)
    return transfer


@transaction.atomic
def accept_transfer(
    *,
    transfer: Transfer,
    organisation: Organisation,
    by: User,
    language: str,
    now: datetime,
    method: SavedMethod | None = None,
    pays_by: PaysBy = PaysBy.CARD,
) -> Transfer:
    """`by` accepts the pool's terms for `organisation`. With a saved `method`, or if it pays by invoice, the pledge is
    its from now on; else as soon as a method is given, while the offer stands.

    Raises NotAdministrator, OrganisationSuspended, OwnPledge, TransferOver, TransferTaken, AlreadyPledged, MethodGone,
    NoInvoices.
    """
    require_binding(organisation=organisation, by=by)
    pool, pledge, transfer = lock_transfer(transfer)
    if transfer.state == TransferState.DONE and transfer.receiver_id == organisation.pk:
        return transfer
    if organisation.pk == transfer.giver_id:
        raise OwnPledge
    require_acceptable(pool=pool, transfer=transfer, now=now)
    if transfer.state == TransferState.ACCEPTED and transfer.receiver_id != organisation.pk:
        raise TransferTaken
    if live := pool.pledges.live().filter(organisation=organisation).first():
        raise AlreadyPledged(live)
    transfer.state, transfer.receiver = TransferState.ACCEPTED, organisation
    transfer.accepted_by, transfer.accepted_at, transfer.accepted_in = by, now, language
    transfer.legal_version, transfer.letter = pool.legal_version, ""
    transfer.save()
    record(pool, "transfer_accepted", now=now, by=by, pledge=pledge, shares=pledge.shares, transfer=transfer.pk)
    if pays_by == PaysBy.INVOICE:
        require_invoice_possible(pool=pool, now=now)
    if stands_at_once(method=method, pays_by=pays_by):
        pass_on(pool=pool, pledge=pledge, transfer=transfer, method=method, pays_by=pays_by, now=now)
    return transfer


def require_acceptable(*, pool: Pool, transfer: Transfer, now: datetime) -> None:
    """Raises TransferOver unless the pledge may still change hands. Call it under the locks."""
    is_open = pool.state == PoolState.OPEN and now < pool.closes_at
    if not transfer.is_open(now=now) or not is_open or transfer.pledge.state != PledgeState.STANDING:
        raise TransferOver


@transaction.atomic
def complete_transfer(*, transfer: Transfer, method: SavedMethod, now: datetime) -> Transfer:
    """The new holder's method is there. One that is done already is an answer, not an error.

    Raises TransferOver, OrganisationSuspended, AlreadyPledged, MethodGone.
    """
    pool, pledge, transfer = lock_transfer(transfer)
    if transfer.state == TransferState.DONE:
        return transfer
    require_acceptable(pool=pool, transfer=transfer, now=now)
    if transfer.state != TransferState.ACCEPTED or transfer.receiver is None or transfer.accepted_by is None:
        raise TransferOver
    require_binding(organisation=transfer.receiver, by=transfer.accepted_by)
    if live := pool.pledges.live().filter(organisation=transfer.receiver).first():
        raise AlreadyPledged(live)
    pass_on(pool=pool, pledge=pledge, transfer=transfer, method=method, now=now)
    return transfer


def pass_on(
    *,
    pool: Pool,
    pledge: Pledge,
    transfer: Transfer,
    method: SavedMethod | None,
    now: datetime,
    pays_by: PaysBy | str = PaysBy.INVOICE,
) -> None:
    """The pledge gets its new holder, and keeps its slots and their order; without a `method` it is paid as `pays_by`
    says. Call it under the locks.

    What the former holder agreed to and got approved is its own and binds the new one to nothing. Its method is
    released by tick if it uses it for nothing else. Raises MethodGone.
    """
    receiver, accepted_by, accepted_at = transfer.receiver, transfer.accepted_by, transfer.accepted_at
    if receiver is None or accepted_by is None or accepted_at is None:
        raise TransferOver
    pledge.organisation = receiver
    take_method(pledge=pledge, method=method, pays_by=pays_by)
    end_requests(pool=pool, pledge=pledge, state=ApprovalState.WITHDRAWN, now=now)
    pledge.approvals.update(is_former=True)
    pledge.acceptances.update(is_former=True)
    Acceptance.objects.create(
        pledge=pledge,
        accepted_by=accepted_by,
        accepted_at=accepted_at,
        shares=transfer.shares,
        most=transfer.most,
        legal_version=transfer.legal_version,
        language=transfer.accepted_in,
    )
    pledge.placed_by, pledge.customer_reference = accepted_by, ""
    pledge.save(update_fields=["organisation", "method", "pays_by", "placed_by", "customer_reference"])
    transfer.state, transfer.ended_at, transfer.letter, transfer.email = TransferState.DONE, now, "", ""
    transfer.save()
    figures = {"shares": pledge.shares, "holder": receiver.pk, "holder_before": transfer.giver_id}
    record(pool, "pledge_transferred", now=now, by=accepted_by, pledge=pledge, transfer=transfer.pk, **figures)
    transfer_letters.tell_passed_on(transfer=transfer, now=now)
    transfer_letters.tell_taken_over(transfer=transfer, now=now)


def expire_transfers(*, now: datetime) -> int:
    """End the offers that nobody took up in time. Returns how many."""
    overdue = list(Transfer.objects.overdue(now=now).order_by("pk"))
    return sum(expire_transfer(transfer=transfer, now=now) for transfer in overdue)


@transaction.atomic
def expire_transfer(*, transfer: Transfer, now: datetime) -> bool:
    """End one offer if it is still overdue when read under the pool's lock."""
    pool, _pledge, transfer = lock_transfer(transfer)
    if not transfer.is_live or now < transfer.expires_at:
        return False
    end_transfer(pool=pool, transfer=transfer, state=TransferState.EXPIRED, now=now)
    transfer_letters.tell_giver_it_ended(transfer=transfer, why="expired", now=now)
    return True
