"""What a page was made from, and how one hears that this has changed. It knows no CMS and no page cache.

Whoever shows a thing that changes says so while the page is being made: `depends_on(POOLS)`. Whoever changes it says
`changed(POOLS)` in the transaction of the change. In between lies a stamp per topic in the cache that all processes
share: a page whose stamps are the current ones is as good as new (portal/page_cache.py looks).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.db import transaction

CONTENT = "content"  # what editors write, and everything that stands on every page
POOLS = "pools"  # states, shares and money of pools
NETWORK = "network"  # who takes part, as the directory shows it
TOPICS = (CONTENT, POOLS, NETWORK)


@dataclass
class Made:
    """What a page that is being made has used so far."""

    topics: set[str] = field(default_factory=set)
    until: datetime | None = None  # when time alone changes what it shows


_being_made: ContextVar[Made | None] = ContextVar("page_being_made", default=None)


def stamp_key(topic: str) -> str:
    return f"stamp:{topic}"


@contextmanager
def noting() -> Iterator[Made]:
    """Note what is used until the end of the block."""
    made = Made()
    token = _being_made.set(made)
    try:
        yield made
    finally:
        _being_made.reset(token)


def depends_on(*topics: str, until: datetime | None = None) -> None:
    """The page that is being made shows something of these topics, and is right until then at the longest.

    Outside a page it does nothing.
    """
    made = _being_made.get()
    if made is None:
        return
    made.topics.update(topics)
    if until is not None and (made.until is None or until < made.until):
        made.until = until


def changed(*topics: str) -> None:
    """Something of these topics changes with the current transaction: pages made from it before are old then.

    A cache that can't be reached is logged and does not undo the change; pages then stay as they are until they expire.
    """
    # Django names the function in its log, so it must have a name: a partial has none.
    transaction.on_commit(lambda: renew_stamps(topics), robust=True)


def renew_stamps(topics: Iterable[str]) -> None:
    cache.set_many({stamp_key(topic): uuid.uuid4().hex for topic in topics}, timeout=None)


def current_stamps(known: dict[str, str]) -> dict[str, str]:
    """The stamp of each topic; `known` are those that the cache holds, by key. A missing one is made."""
    missing = [topic for topic in TOPICS if stamp_key(topic) not in known]
    for topic in missing:
        cache.add(stamp_key(topic), uuid.uuid4().hex, timeout=None)
    if missing:
        known = {**known, **cache.get_many([stamp_key(topic) for topic in missing])}
    return {topic: known.get(stamp_key(topic), "") for topic in TOPICS}
