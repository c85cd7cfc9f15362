"""What is dear to find and changes only with what editors write: kept beside the pages, and as good as new for as long
as the content's stamp is the current one (home/freshness.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from .freshness import CONTENT, TOPICS, current_stamps, stamp_key

T = TypeVar("T")

KEPT_FOR = 600  # seconds: the longest that a change nobody announced stays unseen


def kept(name: str, make: Callable[[], T]) -> T:
    """What `make` returns, or returned when it was last asked for by this name. It must be the same for everybody.

    Nothing is kept where pages aren't. The stamp is read before anything is made: a change amid that makes what is kept
    old, never wrong.
    """
    if not settings.PAGE_CACHE:
        return make()
    key = f"kept:{name}"
    known = cache.get_many([key, *map(stamp_key, TOPICS)])
    found: tuple[str, T] | None = known.pop(key, None)
    stamp = current_stamps(known)[CONTENT]
    if found is not None and found[0] == stamp:
        return found[1]
    made = make()
    cache.set(key, (stamp, made), timeout=KEPT_FOR)
    return made
