"""An organisation looks after its saved methods: it names one, uses another in its place, removes it.

A pledge that runs and is not paid yet is never left without a method: another one takes the place first. Locks go from
pools (in the order of their ids) to pledges, charges and methods.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from members.models import User
from pooling.models import Charge, ChargeState, PaysBy, Pledge, Pool, SavedMethod, SetupPage, record
from pooling.models.pledge import PledgeQuerySet
from pooling.payments.base import Method

from .errors import MethodNeeded, MethodReleased, NotTheirMethods, PaymentUnderWay
from .method_letters import tell_method_removed, tell_method_replaced
from .methods import ENDED, OWING, forget_method, keep_method, release_method
from .twint import require_within_limit

log = structlog.get_logger(__name__)


def uses_of(method: SavedMethod) -> PledgeQuerySet:
    """The pledges that run and name `method`, the paid ones included."""
    return method.pledges.live().exclude(pool__state__in=ENDED)


def needs_of(method: SavedMethod) -> PledgeQuerySet:
    """Those that may still be charged with it: not paid yet, or owing although their pool is closed."""
    charges = Charge.objects.filter(pledge=OuterRef("pk"))
    is_paid, owes = Exists(charges.filter(state__in=Charge.SETTLED_STATES)), Exists(charges.filter(state__in=OWING))
    running = Pledge.objects.live().exclude(pool__state__in=ENDED).exclude(is_paid)
    return method.pledges.filter(pk__in=running) | method.pledges.filter(owes)


def require_theirs(*, method: SavedMethod, by: User) -> None:
    """Raises NotTheirMethods unless `by` administers the method's organisation."""
    if not method.organisation.is_administered_by(by):
        raise NotTheirMethods


@transaction.atomic
def name_method(*, method: SavedMethod, name: str, by: User) -> SavedMethod:
    """Give it the organisation's own name, at most 40 characters; an empty one takes the name away.

    Raises NotTheirMethods, MethodReleased.
    """
    require_theirs(method=method, by=by)
    method = SavedMethod.objects.select_for_update(no_key=True).get(pk=method.pk)
    if method.released_at:
        raise MethodReleased
    method.name = name
    method.save(update_fields=["name"])
    return method


def replace_method(
    *, old: SavedMethod, new: SavedMethod, by: User, now: datetime, pledges: Collection[int] | None = None
) -> int:
    """Use `new`, which is saved already, instead of `old`: for `pledges` (their ids), or for all that need it. The old
    one is released if nothing needs it then. Returns how many pledges changed.

    Raises NotTheirMethods, MethodReleased, PaymentUnderWay.
    """
    require_theirs(method=old, by=by)
    moved = use_instead(old=old, new=new, pledges=pledges, by=by, now=now)
    with suppress(MethodNeeded):  # by pledges that were not chosen
        release_unneeded(method=old, now=now)
    return moved


@transaction.atomic
def use_instead(
    *,
    old: SavedMethod,
    new: SavedMethod,
    now: datetime,
    pledges: Collection[int] | None = None,
    by: User | None = None,
) -> int:
    """All of the pledges, or none: see replace_method.

    Raises PaymentUnderWay while one of them is being charged, because its attempt names the old method.
    """
    wanted = needs_of(old) if pledges is None else needs_of(old).filter(pk__in=pledges)
    ids = list(wanted.values_list("pk", flat=True))
    of_these = Pool.objects.filter(pk__in=Pledge.objects.filter(pk__in=ids).values("pool"))
    pools = {pool.pk: pool for pool in of_these.select_for_update(no_key=True).order_by("pk")}
    # Read anew under the locks: one may have been withdrawn, paid or passed on meanwhile.
    locked = list(Pledge.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"))
    charges = Charge.objects.filter(pledge__in=locked, state__in=OWING).select_for_update(no_key=True).order_by("pk")
    if any(charge.state == ChargeState.SENDING for charge in charges):
        raise PaymentUnderWay
    still = set(needs_of(old).values_list("pk", flat=True))
    own = SavedMethod.objects.filter(organisation=old.organisation_id, released_at=None, gone_at=None)
    if not own.select_for_update(no_key=True).filter(pk=new.pk).exists():
        raise MethodReleased
    for pledge in locked:
        pledge.pool = pools[pledge.pool_id]
        require_within_limit(most=pledge.most, method=new, pays_by=PaysBy.CARD)
    moved = [pledge for pledge in locked if pledge.pk in still and new.pk != old.pk]
    last = None
    for pledge in moved:
        pledge.method = new
        pledge.save(update_fields=["method"])
        last = record(pools[pledge.pool_id], "method_replaced", now=now, by=by, pledge=pledge)
    if last is not None:
        tell_method_replaced(old=old, new=new, pledges=len(moved), by=by, once=last.pk, now=now)
    return len(moved)


def remove_method(*, method: SavedMethod, by: User, now: datetime) -> None:
    """No pledge may use it from now on, and the provider forgets it. Removing one that is gone already is fine.

    Raises NotTheirMethods, MethodNeeded while a pledge needs it. Where the provider can't be reached, tick asks again.
    """
    require_theirs(method=method, by=by)
    release_unneeded(method=method, by=by, now=now)


def release_unneeded(*, method: SavedMethod, now: datetime, by: User | None = None) -> None:
    """As remove_method. Nobody is told of it unless somebody removes it by itself (`by`)."""
    if mark_unneeded(method=method, by=by, now=now):
        forget_method(method=method, now=now)


@transaction.atomic
def mark_unneeded(*, method: SavedMethod, by: User | None, now: datetime) -> bool:
    """Mark it as released, so that no pledge takes it from now on: decided under its lock, which those take as well.

    False if it is marked already.
    """
    locked = SavedMethod.objects.select_for_update(no_key=True).get(pk=method.pk)
    if locked.released_at:
        return False
    if needs_of(locked).exists():
        raise MethodNeeded
    locked.released_at = now
    locked.save(update_fields=["released_at"])
    if by is not None:
        tell_method_removed(method=method, by=by, now=now)
    return True


def finish_replacement(*, page: SetupPage, given: Method, now: datetime) -> None:
    """A method was given on the page: the pledges that it was for use it from now on, and the old one is released.

    If none of them needs one any more, the new one is released. Doing this again does the rest of what was cut off.
    Raises PaymentUnderWay: look again later.
    """
    new = keep_instead(page=page, given=given, now=now)
    if old := page.replaces:
        with suppress(MethodNeeded):  # by pledges that were not chosen
            release_unneeded(method=old, now=now)
    if release_method(method=new, now=now):  # does nothing where a pledge uses it
        log.info("a payment method came when no pledge needed it any more", page=page.key)


@transaction.atomic
def keep_instead(*, page: SetupPage, given: Method, now: datetime) -> SavedMethod:
    """Keep it and use it, in one go: one that is kept and not used would be released soon."""
    new = keep_method(organisation=page.organisation, provider_name=page.provider, method=given, now=now)
    chosen = list(page.replaces_for.values_list("pk", flat=True))
    if page.replaces and not new.released_at:
        use_instead(old=page.replaces, new=new, pledges=chosen, now=now)
    page.gave = new
    page.save(update_fields=["gave"])
    return new


def is_wanted(page: SetupPage) -> bool:
    """Whether a method that is given there would be used."""
    return page.replaces is not None and needs_of(page.replaces).filter(pk__in=page.replaces_for.all()).exists()
