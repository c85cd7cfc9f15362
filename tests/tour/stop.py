"""One stop of the tour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A page to look at."""

    group: str
    name: str
    path: str
    who: str = ""  # one of Scene.people; nobody is logged in without it
    send: dict[str, str] | None = None  # what the page's form is sent with, past the browser's own checks
    status: int = 200
    leads_on: bool = False  # whether another address answers in the end

    @property
    def title(self) -> str:
        return f"{self.group}: {self.name}"
