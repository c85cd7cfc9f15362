"""`python -m portal.first_page ADDRESS PID`: waits until a new server has answered its first page."""

from __future__ import annotations

import os
import sys
import time
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

PATIENCE = 120  # seconds


def wait_for(address: str, *, process: int, patience: float = PATIENCE) -> str:
    """Ask for `address` until something answers. Returns what is wrong with the answer, "" if it is a page.

    `process` is the server's: when it has ended nobody will answer any more.
    """
    opener = build_opener(ProxyHandler({}))
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            with opener.open(address, timeout=patience) as answer:
                answer.read()
        except HTTPError as error:
            return f"{address} answered {error.code} {error.reason}"
        except (URLError, ConnectionError, TimeoutError):
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return "the server has stopped"
            time.sleep(0.1)
        else:
            return ""
    return f"{address} did not answer within {patience:.0f} s"


if __name__ == "__main__":
    trouble = wait_for(sys.argv[1], process=int(sys.argv[2]))
    sys.exit(trouble or 0)
