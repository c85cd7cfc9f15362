"""Approval by somebody of the organisation, before a pledge may stand: ask, approve, decline, ask again, remind.

A pledge that awaits approval holds its places for as long as the request runs. Each action locks the pool, then the
pledge, then the request, as all that decide about a pledge do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from members.models import Organisation, User
from pooling.models import (
    APPROVAL_HOLD,
    HOLD,
    Approval,
    ApprovalLetter,
    ApprovalState,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    SavedMethod,
    record,
)

from . import approval_letters
from .errors import (
    ApprovalOver,
    AskedTooOften,
    InvoiceTooLate,
    LinkReplaced,
    MethodGone,
    NoInvoices,
    NotAdministrator,
    OrganisationSuspended,
    PoolClosed,
    RefillsByCard,
    SentTooOften,
    TwintTooMuch,
)
from .invoices import require_invoice_possible
from .loose_ends import end_request
from .pledges import end_pledge, place_pledge, set_shares
from .standing import make_stand
from .twint import require_within_limit, stands_at_once

# A letter again: not within this time of the last one, and so many links at most.
PAUSE = timedelta(minutes=10)
MOST_LINKS = 6
# We write to addresses that somebody typed: so many requests of one organisation within a day.
MOST_A_DAY = 10


@dataclass(frozen=True)
class Approver:
    """Whoever decides: needs no account."""

    name: str
    email: str
    language: str


@transaction.atomic
def ask_for_approval(
    *,
    pool: Pool,
    organisation: Organisation,
    shares: int,
    by: User,
    language: str,
    approver: Approver,
    now: datetime,
    method: SavedMethod | None = None,
    pays_by: PaysBy = PaysBy.CARD,
    customer_reference: str = "",
) -> Pledge:
    """Hold `shares` of `pool` until `approver` has decided: 10 days, at the longest until the pool closes.

    `by` accepts the terms as for any pledge; they bind once it was approved. With a saved `method`, or by invoice, the
    pledge stands as soon as it is. Raises what place_pledge raises, and AskedTooOften.
    """
    pledge = place_pledge(
        pool=pool,
        organisation=organisation,
        shares=shares,
        by=by,
        language=language,
        customer_reference=customer_reference,
        now=now,
    )
    until = min(now + APPROVAL_HOLD, pledge.pool.accepts_until(now=now))
    request_approval(pledge=pledge, approver=approver, method=method, pays_by=pays_by, until=until, by=by, now=now)
    return pledge


def request_approval(
    *,
    pledge: Pledge,
    approver: Approver,
    method: SavedMethod | None,
    until: datetime,
    by: User,
    now: datetime,
    pays_by: PaysBy = PaysBy.CARD,
) -> None:
    """Have `approver` decide about a pending pledge, which is held until then. Call it under the pool's lock.

    Raises AskedTooOften, MethodGone, NoInvoices, InvoiceTooLate, RefillsByCard, TwintTooMuch.
    """
    organisation, shares = pledge.organisation, pledge.shares
    require_patience(organisation=organisation, now=now)
    if method is not None and method_is_gone(method=method, organisation=organisation):
        raise MethodGone
    if pays_by == PaysBy.INVOICE:
        require_invoice_possible(pool=pledge.pool, now=now)
    if pays_by != PaysBy.CARD:
        method = None
    require_within_limit(most=pledge.most, method=method, pays_by=pays_by)
    pledge.awaits_approval, pledge.held_until, pledge.method, pledge.pays_by = True, until, method, pays_by
    pledge.save(update_fields=["awaits_approval", "held_until", "method", "pays_by"])
    approval = ask(pledge=pledge, shares=shares, approver=approver, by=by, expires_at=until, now=now)
    record(pledge.pool, "approval_asked", now=now, by=by, pledge=pledge, shares=shares, approval=approval.pk)


def require_patience(*, organisation: Organisation, now: datetime) -> None:
    """Raises AskedTooOften where an organisation has had us write to many addresses within a day."""
    recent = Approval.objects.filter(pledge__organisation=organisation, asked_at__gt=now - timedelta(days=1))
    if recent.count() >= MOST_A_DAY:
        raise AskedTooOften


def ask(
    *, pledge: Pledge, shares: int, approver: Approver, by: User, expires_at: datetime, now: datetime, before: int = 0
) -> Approval:
    """Write the request down; its letter is due at once, a reminder at half of the time."""
    return pledge.approvals.create(
        name=approver.name,
        email=approver.email,
        language=approver.language,
        asked_by=by,
        asked_at=now,
        remind_at=now + (expires_at - now) / 2,
        expires_at=expires_at,
        shares=shares,
        before=before,
        most=shares * pledge.pool.ceiling,
        legal_version=pledge.pool.legal_version,
        letter=ApprovalLetter.ASKED,
        next_try_at=now,
    )


def method_is_gone(*, method: SavedMethod, organisation: Organisation) -> bool:
    """Whether the method was released, read under its lock: from now on the pledge keeps it from being so."""
    locked = SavedMethod.objects.select_for_update(no_key=True).get(pk=method.pk, organisation=organisation)
    return locked.released_at is not None or locked.gone_at is not None


@transaction.atomic
def approve(*, approval: Approval, link: int, now: datetime) -> Approval:
    """The approver says yes. The pledge stands at once if its method was chosen, or by invoice; else, or where it is
    too late for an invoice by now, the administrators are asked for a method, and the places stay held as long as the
    request would have run, for 35 minutes at least. Where more shares were asked for, they stand from now on.

    Approving twice is an answer, not an error. Raises LinkReplaced, ApprovalOver, PoolClosed, OrganisationSuspended.
    """
    pool, pledge, approval = lock(approval)
    if approval.state == ApprovalState.APPROVED:
        return approval
    require_open(approval=approval, link=link, now=now)
    if approval.is_for_more:
        approve_more(pool=pool, pledge=pledge, approval=approval, now=now)
        return approval
    if not pool.accepts(now=now) or pledge.state != PledgeState.PENDING:
        raise PoolClosed
    answer(approval=approval, state=ApprovalState.APPROVED, now=now)
    pledge.awaits_approval = False
    pledge.held_until = min(max(approval.expires_at, now + HOLD), pool.accepts_until(now=now))
    pledge.save(update_fields=["awaits_approval", "held_until"])
    record(pool, "approval_given", now=now, pledge=pledge, shares=approval.shares, approval=approval.pk)
    if stands_at_once(method=pledge.method, pays_by=pledge.pays_by):
        try:
            make_stand(pool=pool, pledge=pledge, method=pledge.method, pays_by=pledge.pays_by, now=now)
        except (MethodGone, NoInvoices, InvoiceTooLate, RefillsByCard, TwintTooMuch):
            pledge.method, pledge.pays_by = None, PaysBy.CARD
            pledge.save(update_fields=["method", "pays_by"])
    approval_letters.tell_approved(pledge=pledge, approval=approval, now=now)
    return approval


def approve_more(*, pool: Pool, pledge: Pledge, approval: Approval, now: datetime) -> None:
    """The added shares stand, in the places that the request held. Call it under the locks.

    Raises PoolClosed, OrganisationSuspended.
    """
    if pool.state != PoolState.OPEN or now >= pool.closes_at or pledge.state != PledgeState.STANDING:
        raise PoolClosed
    if not pledge.organisation.is_active:
        raise OrganisationSuspended
    answer(approval=approval, state=ApprovalState.APPROVED, now=now)
    pool.held -= approval.added
    pool.save(update_fields=["held"])
    record(pool, "approval_given", now=now, pledge=pledge, shares=approval.shares, approval=approval.pk)
    set_shares(pool=pool, pledge=pledge, shares=approval.shares, by=approval.asked_by, after_approval=True, now=now)


@transaction.atomic
def decline(*, approval: Approval, link: int, sentence: str, now: datetime) -> Approval:
    """The approver says no, with a `sentence` for the administrators or without: the pledge ends, its places are free.
    Where more shares were asked for, the old number stands.

    Declining twice is an answer, not an error. Raises LinkReplaced, ApprovalOver.
    """
    pool, pledge, approval = lock(approval)
    if approval.state == ApprovalState.DECLINED:
        return approval
    require_open(approval=approval, link=link, now=now)
    approval.answer = sentence
    if approval.is_for_more:
        end_request(pool=pool, pledge=pledge, approval=approval, state=ApprovalState.DECLINED, now=now)
        approval_letters.tell_more_ended(pledge=pledge, approval=approval, why="declined", now=now)
        return approval
    answer(approval=approval, state=ApprovalState.DECLINED, now=now)
    record(pool, "approval_declined", now=now, pledge=pledge, shares=approval.shares, approval=approval.pk)
    end_pledge(pool=pool, pledge=pledge, state=PledgeState.WITHDRAWN, now=now)
    approval_letters.tell_declined(pledge=pledge, approval=approval, now=now)
    return approval


def lock(approval: Approval) -> tuple[Pool, Pledge, Approval]:
    """The pool, the pledge and the request, locked in this order and read anew."""
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__pk=approval.pledge_id)
    pledges = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation", "method")
    pledge = pledges.get(pk=approval.pledge_id)
    pledge.pool = pool
    approvals = Approval.objects.select_for_update(no_key=True, of=("self",)).select_related("asked_by")
    approval = approvals.get(pk=approval.pk)
    approval.pledge = pledge
    return pool, pledge, approval


def require_open(*, approval: Approval, link: int, now: datetime) -> None:
    """Raises ApprovalOver or LinkReplaced unless this link may still decide. Call it under the locks."""
    if not approval.is_open(now=now):
        raise ApprovalOver
    if link != approval.link:
        raise LinkReplaced


def answer(*, approval: Approval, state: ApprovalState, now: datetime) -> None:
    approval.state, approval.ended_at, approval.letter = state, now, ""
    approval.save(update_fields=["state", "ended_at", "letter", "answer"])


@transaction.atomic
def send_again(*, approval: Approval, email: str, by: User, now: datetime) -> Approval:
    """Write to the approver again, to `email` if the first address was wrong. The links before this one are dead.

    Raises NotAdministrator, ApprovalOver, SentTooOften.
    """
    pool, pledge, approval = lock(approval)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    require_open(approval=approval, link=approval.link, now=now)
    last = max(filter(None, [approval.asked_at, approval.sent_again_at]))
    if approval.link >= MOST_LINKS or now < last + PAUSE:
        raise SentTooOften
    approval.link += 1
    approval.email, approval.sent_again_at = email, now
    approval.letter, approval.next_try_at = ApprovalLetter.ASKED, now
    approval.tries, approval.sent_at, approval.last_error = 0, None, ""
    approval.save()
    record(pool, "approval_sent_again", now=now, by=by, pledge=pledge, shares=approval.shares, approval=approval.pk)
    return approval


def remind_approvers(*, now: datetime) -> int:
    """At half of the time, a second letter with the same link to whoever has not answered. Returns how many are due."""
    waiting = Approval.objects.to_remind(now=now).order_by("pk").values_list("pk", flat=True)
    return sum(remind_approver(pk=pk, now=now) for pk in list(waiting))


@transaction.atomic
def remind_approver(*, pk: int, now: datetime) -> bool:
    """Make one reminder due, unless another process has, or it was answered meanwhile."""
    approval = (
        Approval.objects.to_remind(now=now).select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    )
    if approval is None:
        return False
    approval.reminded_at = now
    if not approval.letter:  # a first letter that is still on its way says it all
        approval.letter, approval.next_try_at, approval.tries = ApprovalLetter.REMINDER, now, 0
    approval.save(update_fields=["reminded_at", "letter", "next_try_at", "tries"])
    return True
