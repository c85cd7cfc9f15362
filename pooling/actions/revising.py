"""What may change of an open pool's terms: the closing time once, to a later one; and the subsidy, which may grow."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from pooling.models import Pool, PoolState, record
from pooling.models.terms import days_later

from . import life_letters
from .errors import TermsUnsound, WrongState
from .settlement import fund_pool

LONGEST_EXTENSION = 30  # days


@transaction.atomic
def extend_pool(*, pool: Pool, closes_at: datetime, by: User, now: datetime) -> Pool:
    """Let an open pool close later: once, by up to 30 days, under the same check as when it was opened.

    Raises WrongState unless it is open and was never extended, TermsUnsound with the reason.
    """
    pool = lock_open(pool, now=now)
    if pool.extended_from is not None:
        raise WrongState
    before, pool.closes_at = pool.closes_at, closes_at
    if problems := [*extension_problems(before=before, after=closes_at), *pool.problems()]:
        raise TermsUnsound(problems)
    pool.extended_from = before
    pool.save()
    record(pool, "pool_extended", now=now, by=by, closes_at=closes_at.isoformat())
    life_letters.tell_all_extended(pool=pool, before=before, now=now)
    return pool


def extension_problems(*, before: datetime, after: datetime) -> list[tuple[str, str]]:
    if after <= before:
        return [("closes_at", _("The new closing time must be later than the one so far."))]
    if after > days_later(before, LONGEST_EXTENSION):
        return [("closes_at", _("The closing time can be moved by 30 days at most."))]
    return []


@transaction.atomic
def grow_subsidy(*, pool: Pool, subsidy: int, by: User, now: datetime) -> Pool:
    """Let the subsidy grow to `subsidy` Rappen: fewer shares are needed, nobody's price rises. If enough shares stand
    then, fixed prices lock at once.

    Raises WrongState unless the pool is open, TermsUnsound with the reason.
    """
    pool = lock_open(pool, now=now)
    before, pool.subsidy = pool.subsidy, subsidy
    problems = list(pool.problems())
    if subsidy <= before:
        problems.append(("subsidy", _("The subsidy can only grow.")))
    if problems:
        raise TermsUnsound(problems)
    pool.save()
    record(pool, "subsidy_grown", now=now, by=by, subsidy=subsidy, subsidy_before=before, threshold=pool.threshold)
    life_letters.tell_all_subsidised(pool=pool, before=before, now=now)
    if pool.locks_prices(now=now):
        fund_pool(pool=pool, now=now)
    return pool


def lock_open(pool: Pool, *, now: datetime) -> Pool:
    """The pool under its lock. Raises WrongState unless it is open and its closing time has not come."""
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state != PoolState.OPEN or now >= pool.closes_at:
        raise WrongState
    return pool
