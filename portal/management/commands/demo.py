"""`manage.py demo`: loads the demo site; `--renew` starts afresh."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from home.content_files.reading import ContentError
from portal.demo import network
from portal.demo.load import load_demo
from portal.demo.renew import drop_every_table


class Command(BaseCommand):
    help = "Loads the demo site from portal/demo/content/. Loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the log-ins of the demo")
        parser.add_argument("--renew", action="store_true", help="drop every table first, and start afresh")

    def handle(self, *args: Any, renew: bool = False, logins: bool = False, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo is for development. These settings don't allow it (DEMO_ALLOWED is off).")
        if logins:
            self.say("\n".join(network.logins()))
            return
        if renew:
            self.say(f"Dropping {drop_every_table()} tables")
            self.say("Making them anew; this takes about 20 seconds")
            call_command("migrate", interactive=False, verbosity=0)
        elif missing_migrations():
            raise CommandError(
                "The database is not up to date. Run manage.py migrate first, or manage.py demo --renew."
            )
        try:
            load_demo(now=timezone.now(), say=self.say)
        except ContentError as error:
            raise CommandError(str(error)) from error
        self.say("The demo is there.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def missing_migrations() -> bool:
    """Whether a migration has not been applied yet."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
