"""An eye on saved methods: a new expiry is taken over, and an organisation is told in time of one that ends.

Notices make us look, and once a day tick looks at each method that an open pool counts on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from pooling.models import Charge, Pledge, PoolState, SavedMethod
from pooling.payments import provider
from pooling.payments.base import MethodSeen, OutcomeUnknown, RequestRefused

from . import method_letters
from .replacing import needs_of

DAILY = timedelta(days=1)
AGAIN = timedelta(hours=1)  # where the provider did not say
MOST_AT_ONCE = 50  # in one run, so that the other steps of tick get their turn
# A method has to be good for so long after pledging ends (DESIGN.md section 5: the mending window is a week).
GOOD_AFTER_CLOSING = timedelta(days=14)


def look_at_saved_method(*, method: SavedMethod, now: datetime) -> SavedMethod:
    """Ask the provider what has become of the method, and record that. Raises OutcomeUnknown, RequestRefused."""
    return enter_seen(method=method, seen=provider(method.provider).look_at_method(method.ref), now=now)


@transaction.atomic
def enter_seen(*, method: SavedMethod, seen: MethodSeen, now: datetime) -> SavedMethod:
    """Record what a provider says of a method. Who counts on one that can't be charged any more is told, once.

    Hearing the same twice changes nothing.
    """
    method = SavedMethod.objects.select_for_update(no_key=True).get(pk=method.pk)
    method.looked_at = now
    if method.released_at is None and seen.method is None and method.gone_at is None:
        method.gone_at = now
    elif seen.method is not None:
        method.label, method.expires_on, method.gone_at = seen.method.label[:60], seen.method.expires_on, None
    method.save(update_fields=["looked_at", "label", "expires_on", "gone_at"])
    if method.gone_at == now and method.released_at is None:
        for pledge in waiting_for(method):
            method_letters.tell_method_gone(pledge=pledge, method=method, now=now)
    return method


def waiting_for(method: SavedMethod) -> QuerySet[Pledge]:
    """The pledges that count on the method and are not charged yet; of those that are, mending takes care."""
    charged = Charge.objects.live().filter(pledge=OuterRef("pk"))
    return needs_of(method).exclude(Exists(charged)).select_related("pool", "organisation", "method").order_by("pk")


def look_at_methods(*, now: datetime) -> int:
    """Once a day look at each method that an open pool counts on, and write where one expires too early.

    Returns how many were looked at.
    """
    counted_on = Pledge.objects.placed().filter(pool__state=PoolState.OPEN, method__isnull=False)
    methods = SavedMethod.objects.filter(pledges__in=counted_on, released_at=None, gone_at=None)
    unseen = methods.filter(Q(looked_at=None) | Q(looked_at__lte=now - DAILY)).distinct()
    due = list(unseen.order_by("looked_at", "pk")[:MOST_AT_ONCE])
    for method in due:
        try:
            seen = look_at_saved_method(method=method, now=now)
        except (OutcomeUnknown, RequestRefused):
            SavedMethod.objects.filter(pk=method.pk).update(looked_at=now - DAILY + AGAIN)
            continue
        tell_of_expiry(method=seen, now=now)
    return len(due)


def tell_of_expiry(*, method: SavedMethod, now: datetime) -> int:
    """Write to the organisation once for each open pool that the method expires too early for."""
    if method.expires_on is None or method.gone_at:
        return 0
    pledges = waiting_for(method).filter(pool__state=PoolState.OPEN)
    late = [pledge for pledge in pledges if ends_too_early(method, pledge)]
    return sum(method_letters.tell_method_expires(pledge=pledge, method=method, now=now) for pledge in late)


def ends_too_early(method: SavedMethod, pledge: Pledge) -> bool:
    """Whether it expires before the pool's closing time and 14 days."""
    until = timezone.localdate(pledge.pool.closes_at + GOOD_AFTER_CLOSING)
    return method.expires_on is not None and method.expires_on < until
