"""A workshop's page stays as long as its pool holds pledges: people look up there what their money is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from wagtail.models import Page

from members.models import User
from pooling.actions.pools import cancel_pool
from pooling.models import Pledge, Pool, PoolState

from .models import WorkshopPage


def keys_below(pages: Iterable[Page]) -> set[UUID]:
    """The keys of the workshops at and below `pages`. Aliases have none: what they show lies elsewhere."""
    below = Q(pk=None)
    for page in pages:
        below |= Q(path__startswith=page.path)
    return set(WorkshopPage.objects.filter(below, alias_of=None).values_list("translation_key", flat=True))


def pools_with_pledges(keys: Iterable[UUID]) -> list[Pool]:
    """Those of the pools that anybody ever pledged to, with their titles."""
    pledged = Exists(Pledge.objects.filter(pool=OuterRef("pk")))
    return list(Pool.objects.filter(pledged, page_key__in=keys).prefetch_related("texts"))


def give_up_orphans(*, keys: Iterable[UUID], reason: str, by: User, now: datetime) -> int:
    """Cancel the pools of pages that are deleted in every language: nobody finds them any more. Returns how many."""
    orphans = Pool.objects.filter(page_key__in=keys, state__in=[PoolState.DRAFT, PoolState.OPEN])
    left = set(WorkshopPage.objects.filter(translation_key__in=keys).values_list("translation_key", flat=True))
    given_up = [cancel_pool(pool=pool, reason=reason, by=by, now=now) for pool in orphans if pool.page_key not in left]
    return len(given_up)
