"""More shares than were approved: the old number stands while somebody is asked to approve the new one.

The request holds the places of the added shares (docs/decisions/0009-more-shares-are-held-while-asked.md).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.models import APPROVAL_HOLD, Approval, ApprovalState, Pledge, PledgeState, Pool, record

from . import approval_letters
from .approvals import Approver, ask, lock, require_patience
from .errors import ApprovalOver, NotAdministrator, PledgeEnded, PoolFull, TooFewShares
from .loose_ends import end_request, end_requests
from .pledges import accept_terms, require_binding, require_changeable
from .twint import require_within_limit


@transaction.atomic
def ask_for_more(
    *, pledge: Pledge, shares: int, by: User, language: str, approver: Approver, now: datetime
) -> Approval:
    """Ask `approver` for `shares` in all, instead of those that stand. The added places are held for 10 days, at the
    longest until the pool closes; all or nothing. `by` accepts the terms for them; they bind once they were approved.
    A request that is open already is replaced.

    Raises NotAdministrator, OrganisationSuspended, PledgeEnded, PricesLocked, PoolClosed, TooFewShares, PoolFull,
    AskedTooOften, TwintTooMuch.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pledge.pool_id)
    pledges = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    pledge = pledges.get(pk=pledge.pk)
    pledge.pool = pool
    require_binding(organisation=pledge.organisation, by=by)
    require_changeable(pool=pool, pledge=pledge, now=now)
    if pledge.state != PledgeState.STANDING:
        raise PledgeEnded
    if shares <= pledge.shares:
        raise TooFewShares
    require_patience(organisation=pledge.organisation, now=now)
    end_requests(pool=pool, pledge=pledge, state=ApprovalState.WITHDRAWN, by=by, now=now)
    if shares - pledge.shares > (left := pool.open_places(now=now)):
        raise PoolFull(left)
    require_within_limit(most=shares * pool.ceiling, method=pledge.method, pays_by=pledge.pays_by)
    accept_terms(pledge=pledge, shares=shares, by=by, language=language, now=now)
    expires_at = min(now + APPROVAL_HOLD, pool.closes_at)
    approval = ask(
        pledge=pledge, shares=shares, before=pledge.shares, approver=approver, by=by, expires_at=expires_at, now=now
    )
    pool.held += approval.added
    pool.save(update_fields=["held"])
    figures = {"shares": shares, "before": pledge.shares, "approval": approval.pk}
    record(pool, "more_asked", now=now, by=by, pledge=pledge, **figures)
    return approval


@transaction.atomic
def take_request_back(*, approval: Approval, by: User, now: datetime) -> Approval:
    """Those who asked for more shares do so no longer: the old number stands. Twice is an answer, not an error.

    Raises NotAdministrator, ApprovalOver.
    """
    pool, pledge, approval = lock(approval)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    if approval.state == ApprovalState.WITHDRAWN:
        return approval
    if approval.state != ApprovalState.ASKED or not approval.is_for_more:
        raise ApprovalOver
    end_request(pool=pool, pledge=pledge, approval=approval, state=ApprovalState.WITHDRAWN, by=by, now=now)
    return approval


def expire_requests_for_more(*, now: datetime) -> int:
    """Free the places of requests for more shares that nobody answered in time. Returns how many."""
    overdue = Approval.objects.overdue(now=now).order_by("pk").values_list("pk", flat=True)
    return sum(expire_request(pk=pk, now=now) for pk in list(overdue))


@transaction.atomic
def expire_request(*, pk: int, now: datetime) -> bool:
    """Expire one request for more if it is still overdue when read under the pool's lock."""
    pool, pledge, approval = lock(Approval.objects.get(pk=pk))
    if approval.state != ApprovalState.ASKED or approval.expires_at > now:
        return False
    end_request(pool=pool, pledge=pledge, approval=approval, state=ApprovalState.EXPIRED, now=now)
    approval_letters.tell_more_ended(pledge=pledge, approval=approval, why="expired", now=now)
    return True
