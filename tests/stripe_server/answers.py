"""What the HTTP handlers share."""

import json
from typing import Any

from aiohttp import web

from .world import World

WORLD = web.AppKey("world", World)


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers, dumps=lambda value: json.dumps(value, indent=2))
