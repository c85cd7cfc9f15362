"""Prove that the money is right: one line for each breach of an invariant, and exit status 1 if there is any."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from pooling.invariants import CHECKS, INVARIANTS, breaches


class Command(BaseCommand):
    """See pooling/invariants.py and DESIGN.md section 5 for what is checked."""

    help = "Checks the invariants of all pools. Prints one line per breach; exit status 1 if there is any."

    def handle(self, *args: Any, **options: Any) -> None:
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if (
                alone and connection.vendor == "postgresql"
            ):  # one picture of all tables, though the portal goes on working
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = list(breaches())
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        self.stdout.write(f"The money is right: {INVARIANTS} invariants hold, by {len(CHECKS)} checks.")
