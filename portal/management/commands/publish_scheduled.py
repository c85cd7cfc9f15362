"""Publish what is planned and take off what expires: Wagtail's command, which one refused page can't stop."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from home.localising.planned import attempts, due, expire_due


class Command(BaseCommand):
    help = "Publishes what is planned for now or before. A translation that lacks segments waits, and a line says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dryrun", action="store_true", help="only say what is due")

    def handle(self, *args: Any, dryrun: bool = False, **options: Any) -> None:
        now = timezone.now()
        if dryrun:
            for revision in due(now=now):
                self.stdout.write(f"{revision.approved_go_live_at:%Y-%m-%d %H:%M} {revision.object_str}")
            return
        expire_due(now=now)
        for _revision, refusal in attempts(now=now):
            if refusal:
                self.stdout.write(refusal)
