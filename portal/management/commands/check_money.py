"""Prove that the money is right: one line for each breach of an invariant, and exit status 1 if there is any."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from pooling.accounts.bank_books import differences_to_bank, waiting_for_staff
from pooling.accounts.provider_books import differences
from pooling.invariants import CHECKS, INVARIANTS, breaches
from pooling.payments import provider
from pooling.payments.base import Books, OutcomeUnknown, RequestRefused


class Command(BaseCommand):
    """See pooling/invariants.py and DESIGN.md section 5 for what is checked."""

    help = "Checks the invariants of all pools. Prints one line per breach; exit status 1 if there is any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bank", action="store_true", help="our payments by transfer against the bank's files, too"
        )
        parser.add_argument(
            "--stripe", action="store_true", help="our payments, refunds and disputes against Stripe's books, too"
        )

    def handle(self, *args: Any, bank: bool = False, stripe: bool = False, **options: Any) -> None:
        books = books_of_stripe() if stripe else None  # asked for outside the transaction
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
            if books:
                found += [each.line for each in differences("stripe", books)]
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        if bank:
            self.stdout.write(f"Our payments by transfer are the bank's. {queued} lines of it wait to be assigned.")
        if books:
            counted = f"{len(books.payments)} payments, {len(books.refunds)} refunds, {len(books.disputes)} disputes"
            self.stdout.write(f"Our rows are Stripe's: {counted}.")
        self.stdout.write(f"The money is right: {INVARIANTS} invariants hold, by {len(CHECKS)} checks.")


def books_of_stripe() -> Books:
    """All that Stripe holds. Raises CommandError where it can't be asked."""
    stripe = provider("stripe")
    if not stripe.has_books():
        raise CommandError("STRIPE_SECRET_KEY is not set, so there are no books of Stripe's to compare with.")
    try:
        return stripe.books(since=datetime.fromtimestamp(0, tz=UTC), until=timezone.now())
    except (OutcomeUnknown, RequestRefused) as error:
        raise CommandError(f"Stripe's books could not be read ({error}). Nothing was compared; try again.") from error
