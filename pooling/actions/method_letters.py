"""Letters about saved methods. As in letters.py: call each in the transaction of its event."""

from __future__ import annotations

from datetime import datetime

from members.letters.actions import Draft, queue_letters
from members.models import User
from pooling import links
from pooling.models import Pledge, SavedMethod

from .letters import Facts, tell


def tell_method_expires(*, pledge: Pledge, method: SavedMethod, now: datetime) -> int:
    """The method expires before it is sure to be charged; once for a method and a pool."""
    key = f"method_expires-{pledge.pool_id}-{method.pk}"
    return tell("method_ends", key=key, pledge=pledge, facts=facts_of(pledge, method, is_gone=False), now=now)


def tell_method_gone(*, pledge: Pledge, method: SavedMethod, now: datetime) -> int:
    """The method can't be charged any more; once for a method and a pool."""
    key = f"method_gone-{pledge.pool_id}-{method.pk}"
    return tell("method_ends", key=key, pledge=pledge, facts=facts_of(pledge, method, is_gone=True), now=now)


def tell_method_replaced(
    *, old: SavedMethod, new: SavedMethod, pledges: int, by: User | None, once: int, now: datetime
) -> int:
    """A notice to all administrators: another method is charged for so many `pledges`. `once` tells one change from
    the next.
    """
    facts: Facts = {"is_removed": False, "new_method": str(new), "pledges": pledges}
    return tell_changed(f"method_replaced-{old.pk}-{new.pk}-{once}", method=old, facts=facts, by=by, now=now)


def tell_method_removed(*, method: SavedMethod, by: User, now: datetime) -> int:
    """A notice to all administrators: somebody has removed a method."""
    facts: Facts = {"is_removed": True, "new_method": "", "pledges": 0}
    return tell_changed(f"method_removed-{method.pk}", method=method, facts=facts, by=by, now=now)


def tell_changed(key: str, *, method: SavedMethod, facts: Facts, by: User | None, now: datetime) -> int:
    organisation = method.organisation
    facts |= {
        "method": str(method),
        "by": f"{by.get_full_name()}, {by.email}" if by else "",
        "when": now,
        "methods_url": links.methods_url(organisation, organisation.language),
    }
    return queue_letters(
        template="pooling/letters/method_changed.txt", drafts=[Draft(key, organisation, facts)], now=now
    )


def facts_of(pledge: Pledge, method: SavedMethod, *, is_gone: bool) -> Facts:
    return {
        "most": pledge.most,
        "method": str(method),
        "is_gone": is_gone,
        "expires_on": method.expires_on,
        "replace_url": links.replace_url(pledge, method, pledge.organisation.language),
    }
