"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests.

The first result under a key is kept once the request began to be executed, failures included, and is answered again
for 24 hours. A request that was refused at the door (400, 401, 404, 409, 429) leaves its key free.
"""

import copy
import hashlib
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .errors import refuse

KEY_LIFE = 24 * 3600  # seconds; after that the same key makes a new charge
NOT_KEPT = (400, 401, 404, 409, 429)


@dataclass(frozen=True)
class Kept:
    fingerprint: str
    status: int
    body: Any
    request_id: str
    at: int


def fingerprint(method: str, path: str, text: str) -> str:
    """Equal for requests that ask for the same."""
    pairs = sorted(urllib.parse.parse_qsl(text, keep_blank_values=True))
    return hashlib.sha256(f"{method} {path} {pairs}".encode()).hexdigest()


class Keys:
    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.in_use: set[str] = set()

    def recall(self, key: str, print_: str) -> Kept | None:
        """The result kept under `key`; raises if it was another request's."""
        kept = self.kept.get(key)
        if kept and kept.fingerprint != print_:
            refuse(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return kept

    def keep(self, key: str, print_: str, status: int, body: Any, *, request_id: str, now: int) -> None:
        if status not in NOT_KEPT:
            self.kept[key] = Kept(print_, status, copy.deepcopy(body), request_id, now)

    @contextmanager
    def using(self, key: str | None) -> Iterator[None]:
        """A request with this key is in progress; another one with it is refused meanwhile."""
        if key is None:
            yield
            return
        self.in_use.add(key)
        try:
            yield
        finally:
            self.in_use.discard(key)

    def forget_old(self, now: int) -> None:
        self.kept = {key: kept for key, kept in self.kept.items() if kept.at + KEY_LIFE >= now}
