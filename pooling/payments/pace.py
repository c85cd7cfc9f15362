"""Not more calls than a provider allows: whoever comes too early waits a moment."""

from __future__ import annotations

import threading
import time
from collections import deque


class Pace:
    """Counts the calls of this process, in all of its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.calls: deque[float] = deque()

    def wait(self, most: int) -> None:
        """Return as soon as no more than `most` calls fall into any one second; at once if `most` is 0."""
        if not most:
            return
        with self.lock:
            while len(self.calls) >= most:
                begun = self.calls.popleft()
                if len(self.calls) < most:
                    time.sleep(max(0.0, begun + 1 - time.monotonic()))
            self.calls.append(time.monotonic())
