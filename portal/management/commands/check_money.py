"""Prove that the money is right: one line for each breach of an invariant, and exit status 1 if there is any."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from pooling.accounts.bank_books import differences_to_bank, waiting_for_staff
from pooling.invariants import CHECKS, INVARIANTS, breaches


class Command(BaseCommand):
    """See pooling/invariants.py and DESIGN.md section 5 for what is checked."""

    help = "Checks the invariants of all pools. Prints one line per breach; exit status 1 if there is any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bank", action="store_true", help="our payments by transfer against the bank's files, too"
        )

    def handle(self, *args: Any, bank: bool = False, **options: Any) -> None:
        checks = [breaches, differences_to_bank] if bank else [breaches]
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if (
                alone and connection.vendor == "postgresql"
            ):  # one picture of all tables, though the portal goes on working
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = [line for check in checks for line in check()]
            queued = waiting_for_staff()
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        if bank:
            self.stdout.write(f"Our payments by transfer are the bank's. {queued} lines of it wait to be assigned.")
        self.stdout.write(f"The money is right: {INVARIANTS} invariants hold, by {len(CHECKS)} checks.")
