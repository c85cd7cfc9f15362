"""Bring a development portal to where it can be served: the database's tables, then the demo. For `make run`."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

EVERY = 25  # migrations between two lines of progress


class MigrationProgress(io.StringIO):
    """Takes `migrate`'s output, a line per migration, and says now and then how far it is."""

    def __init__(self, total: int, out: OutputWrapper) -> None:
        super().__init__()
        self.total, self.out, self.done = total, out, 0

    def write(self, text: str) -> int:
        before = self.done
        self.done += text.count(" OK")
        if self.done != before and (self.done % EVERY == 0 or self.done == self.total):
            self.out.write(f"    {self.done} of {self.total} migrations")
        return super().write(text)


class Command(BaseCommand):
    """One process for all of it, because each start of Django costs a second or two. Can be run again at any time."""

    help = "Migrates the database, loads the demo if it isn't there, and prints the demo's log-ins."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.migrate()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        self.stdout.write("==> Demo")
        call_command("demo", stdout=self.stdout)
        call_command("demo", logins=True, stdout=self.stdout)

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            self.stdout.write("==> Database is up to date")
            return
        self.stdout.write(f"==> Migrating the database, {len(plan)} migrations")
        progress = MigrationProgress(len(plan), self.stdout)
        call_command("migrate", interactive=False, no_color=True, stdout=progress)
