"""Do all that time has made due: once, or every so many seconds as a worker."""

from __future__ import annotations

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from home.localising.planned import expire_due, publish_due
from members.letters.tick import STEPS as LETTERS
from members.meetings.tick import STEPS as MEETINGS
from members.notices.tick import STEPS as NOTICES
from members.tick import STEPS as MEMBERS
from pooling.tick import STEPS as POOLING
from portal.account.sessions import forget_sessions
from portal.briefing import brief_staff

STEPS = (*POOLING, *MEMBERS, *MEETINGS, *NOTICES, brief_staff, *LETTERS, expire_due, publish_due, forget_sessions)
log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """`tick` runs each app's steps in turn.

    Any number of ticks may run at once; one that is killed leaves nothing half done.
    """

    help = (
        "Does all that time has made due: pools, payments, refunds, letters, pages. --every N repeats it as a worker."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="repeat every so many seconds until told to stop"
        )

    def handle(self, *args: Any, every: int | None = None, **options: Any) -> None:
        if not every:
            self.report(self.run_steps())
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_received: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                self.report(self.run_steps())
            except (OperationalError, InterfaceError) as error:
                # The database is gone or locked for a moment: everything due stays in it, the next round does it.
                log.warning("tick could not reach the database", error=str(error))
            stop.wait(every)

    def run_steps(self) -> dict[str, int]:
        """How much each step did, steps that had nothing to do left out."""
        done: dict[str, int] = {}
        for step in STEPS:
            count = step(now=timezone.now())
            if count:
                done[step.__name__] = count
        return done

    def report(self, done: dict[str, int]) -> None:
        for name, count in done.items():
            self.stdout.write(f"{time.strftime('%H:%M:%S')} {name.replace('_', ' ')}: {count}")
