"""Pools from above: draft, open, lapse, cancel; and what the domain is told of the workshop's page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import User
from pooling.models import (
    ApprovalState,
    Charge,
    CreditReason,
    PaysBy,
    PledgeState,
    Pool,
    PoolState,
    TransferState,
    WorkshopText,
    record,
)

from . import letters, waiting_letters
from .attendee_letters import tell_attendees_it_is_called_off
from .backing import take_back
from .charges import void_charges
from .errors import TermsUnsound, WrongState
from .invoices import credit_invoices
from .loose_ends import end_gifts, end_requests, end_transfers
from .news import tell_people
from .pledges import end_pledge
from .refunds import refund_everything
from .settlement import fund_pool
from .waiting import end_waiting_list


@transaction.atomic
def draft_pool(*, page_key: UUID, terms: dict[str, Any], by: User, now: datetime) -> Pool:
    """Make the pool of a workshop's page, or change the terms of its draft. `terms` are fields of Terms; amounts in
    Rappen.

    Raises TermsUnsound with the fields and sentences, WrongState once the pool has opened: terms are frozen then.
    """
    pool = Pool.objects.select_for_update(no_key=True).filter(page_key=page_key).first()
    is_new = pool is None
    pool = pool or Pool(page_key=page_key)
    if pool.state != PoolState.DRAFT:
        raise WrongState
    for field, value in terms.items():
        setattr(pool, field, value)
    pool.legal_version = settings.LEGAL_TERMS_VERSION
    if problems := list(pool.problems()):
        raise TermsUnsound(problems)
    pool.save()
    record(pool, "pool_drafted" if is_new else "pool_redrafted", now=now, by=by)
    return pool


@transaction.atomic
def describe_workshop(*, page_key: UUID, language: str, title: str, path: str, place: str) -> None:
    """Tell the pool how its workshop is called in one language, and where its page is.

    Nothing happens where there is no pool yet.
    """
    pool = Pool.objects.filter(page_key=page_key).first()
    if pool:
        WorkshopText.objects.update_or_create(
            pool=pool, language=language, defaults={"title": title[:255], "path": path[:500], "place": place[:255]}
        )


@transaction.atomic
def open_pool(*, pool: Pool, by: User | None, now: datetime) -> Pool:
    """draft -> open: from now on the terms are frozen and organisations may pledge. Opening an open pool changes
    nothing.

    Raises TermsUnsound if the terms don't hold any more (the closing time has passed, say), WrongState if it has ended.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state in Pool.OPEN_STATES:
        return pool
    if pool.state != PoolState.DRAFT:
        raise WrongState
    problems = list(pool.problems())
    if pool.closes_at <= now:
        problems.append(("closes_at", _("The closing time has passed. Please choose a later one.")))
    if problems:
        raise TermsUnsound(problems)
    pool.state, pool.opened_at = PoolState.OPEN, now
    pool.save()
    record(pool, "pool_opened", now=now, by=by, threshold=pool.threshold, capacity=pool.capacity)
    return pool


def end_overdue_pledging(*, now: datetime) -> int:
    """Decide on every open pool whose closing time has come. Returns how many."""
    overdue = Pool.objects.overdue(now=now).order_by("pk").values_list("pk", flat=True)
    return sum(end_pledging(pk=pk, now=now) for pk in list(overdue))


@transaction.atomic
def end_pledging(*, pk: int, now: datetime) -> bool:
    """open -> funded with the threshold, where the cost is split over the shares that stand now; else open -> lapsed,
    and nothing was ever charged. False if the pool is not overdue any more when read under its lock.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pk)
    if pool.state != PoolState.OPEN or now < pool.closes_at:
        return False
    free_held_places(pool=pool, now=now)
    if pool.locks_prices(now=now):
        fund_pool(pool=pool, now=now)
    else:
        lapse(pool=pool, now=now)
    return True


def lapse(*, pool: Pool, now: datetime) -> None:
    """open -> lapsed, under the pool's lock."""
    waited = end_waiting_list(pool=pool, now=now)
    pool.state, pool.ended_at = PoolState.LAPSED, now
    pool.save()
    record(pool, "pool_lapsed", now=now, standing=pool.standing)
    letters.tell_all_lapsed(pool=pool, now=now)
    tell_people(pool=pool, now=now)
    waiting_letters.tell_all_list_ended(pool=pool, pledges=waited, now=now)


def free_held_places(*, pool: Pool, now: datetime) -> None:
    """Expire the pending pledges of a pool that ends, and what was asked for beside them, under its lock."""
    end_requests(pool=pool, state=ApprovalState.EXPIRED, now=now)
    end_transfers(pool=pool, state=TransferState.EXPIRED, now=now)
    for pledge in pool.pledges.pending().select_related("organisation"):
        pledge.pool = pool
        end_pledge(pool=pool, pledge=pledge, state=PledgeState.EXPIRED, now=now)


@transaction.atomic
def cancel_pool(*, pool: Pool, reason: str, by: User, now: datetime) -> Pool:
    """Call a workshop off before it starts: void what is owed, refund in full what was paid. Cancelling twice changes
    nothing.

    Refunds are rows that tick sends, so this may be interrupted at any point after it. Raises WrongState.
    """
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state == PoolState.CANCELLED:
        return pool
    if pool.state not in (PoolState.DRAFT, *Pool.OPEN_STATES) or now >= pool.starts_at:
        raise WrongState
    free_held_places(pool=pool, now=now)
    waited = end_waiting_list(pool=pool, now=now)
    pool.state, pool.ended_at, pool.cancel_reason = PoolState.CANCELLED, now, reason
    pool.save()
    record(pool, "pool_cancelled", now=now, by=by)
    end_gifts(pool=pool, now=now)
    void_charges(pool=pool, now=now)
    refund_everything(pool=pool, now=now)
    invoiced = list(Charge.objects.filter(pledge__pool=pool, pays_by=PaysBy.INVOICE))
    credit_invoices(pool=pool, charges=invoiced, reason=CreditReason.CALLED_OFF, now=now)
    take_back(pool=pool, by=by, now=now)
    letters.tell_all_cancelled(pool=pool, now=now)
    tell_people(pool=pool, now=now)
    tell_attendees_it_is_called_off(pool=pool, now=now)
    waiting_letters.tell_all_list_ended(pool=pool, pledges=waited, now=now)
    return pool
