"""The way Stripe's libraries write nested parameters: a[b][0][c]=v."""

import urllib.parse
from typing import Any

from .errors import refuse


def parse_form(text: str) -> dict[str, Any]:
    """Nested dicts; list positions stay keys ("0", "1") until a shape reads them as an array."""
    root: dict[str, Any] = {}
    for key, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        *path, last = [part.rstrip("]") for part in key.split("[")]
        node = root
        for part in path:
            node = node.setdefault(part or str(len(node)), {})
            if not isinstance(node, dict):
                refuse(f"Invalid parameter: {key}", param=key.partition("[")[0])
        node[last or str(len(node))] = value
    return root
