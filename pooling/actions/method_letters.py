"""Letters about saved methods. As in letters.py: call each in the transaction of its event."""

from __future__ import annotations

from datetime import datetime

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


def facts_of(pledge: Pledge, method: SavedMethod, *, is_gone: bool) -> Facts:
    return {
        "most": pledge.most,
        "method": str(method),
        "is_gone": is_gone,
        "expires_on": method.expires_on,
        "replace_url": links.replace_url(pledge, method, pledge.organisation.language),
    }
