"""Faults on request: answers that fail or never come, before or after the request took effect."""

import re
import socket
import struct
import time
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from .errors import StripeError

REFUSALS = {  # answered without any effect: status, error type, error code
    "409": (409, "invalid_request_error", "lock_timeout"),
    "429": (429, "invalid_request_error", "rate_limit"),
    "500": (500, "api_error", None),
    "503": (503, "api_error", None),
}
WITHOUT_EFFECT = (*REFUSALS, "reset", "timeout")
WITH_EFFECT = ("reset_after", "timeout_after", "500_after", "500_after_sticky", "slow")
KINDS = (*WITHOUT_EFFECT, *WITH_EFFECT)
UNKNOWN_ERROR = {"error": {"type": "api_error", "message": "An unknown error occurred"}}


@dataclass
class Fault:
    """Befalls `count` requests whose path has a match for `match`, after sparing `skip` of them.

    `seconds` is how long a timeout or a slow answer takes; `method` narrows it to one HTTP method.
    """

    kind: str
    count: int = 1
    skip: int = 0
    seconds: float = 3
    match: str = ""
    method: str = ""


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.rate_limit = 0  # requests in a second; 0 is no limit
        self.recent: list[float] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that befalls this request, if any."""
        now = time.monotonic()
        if self.rate_limit:
            self.recent = [*(at for at in self.recent if at > now - 1), now]
        for fault in self.planned:
            if fault.count <= 0 or fault.method not in ("", method) or not re.search(fault.match, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            return fault
        if self.rate_limit and len(self.recent) > self.rate_limit:
            return Fault("429")
        return None

    def shown(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.planned]


def refusal(kind: str) -> StripeError:
    status, type_, code = REFUSALS[kind]
    return StripeError("Injected fault", status=status, kind=type_, code=code)


def hang_up(request: web.Request) -> web.Response:
    """Reset the connection, so that the client sees "Connection reset by peer"."""
    if request.transport is not None:  # else the client hung up first
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
