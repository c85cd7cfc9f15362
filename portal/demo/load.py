"""Loads the demo, step by step. Loading twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from home.content_files.pages import Progress

from . import answers, experts, meetings, network, pools, texts, workshops
from .files import check_everything


class Load(Protocol):
    def __call__(self, progress: Progress, *, now: datetime) -> None: ...


@dataclass(frozen=True)
class Step:
    title: str
    load: Load


# Each needs those before it. The menu shows workshops, resources and about in the order in which they are made.
STEPS = [
    Step("Topics", texts.load_topics),
    Step("Home page", texts.load_home),
    Step("Experts", experts.load_experts),
    Step("Workshops", workshops.load_workshops),
    Step("Resources", texts.load_resources),
    Step("Pages", texts.load_pages),
    Step("On every page", texts.load_home),
    Step("Readers' answers", answers.load_answers),
    Step("Organisations", network.load_organisations),
    Step("People", network.load_people),
    Step("Directory", network.load_directory),
    Step("Needs", network.load_needs),
    Step("Meetings", meetings.load_meetings),
    Step("Applications", network.load_applications),
    Step("Pools", pools.load_pools),
]


def load_demo(*, now: datetime, say: Callable[[str], None]) -> None:
    """Loads the whole demo, saying how it goes. Raises ContentError, before writing, if a file can't be used."""
    check_everything()
    for number, step in enumerate(STEPS, start=1):
        progress = Progress(say)
        say(f"[{number}/{len(STEPS)}] {step.title}")
        step.load(progress, now=now)
        say(f"  {progress.total} in all, {len(progress.written) or 'none'} written")
