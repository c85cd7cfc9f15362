"""Ids that are the same each time something is read, and in every language."""

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("5f0c1f0e-5d0e-4c1b-9a53-8d7a4a3f6b11")


def stable_id(*parts: object) -> str:
    """For pages and snippets by their key, for blocks by key and position."""
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, parts))))
