"""Prove that nobody reads what is private: one line for each leak, and exit status 1 if there is any."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.privacy_check import leaks, private_pages


class Command(BaseCommand):
    """See portal/privacy_check.py for what is tried."""

    help = "Looks for private pages and documents as a visitor would. Prints one line per leak; exit status 1 if any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(leaks())
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        self.stdout.write(f"Nobody reads what is private: {len(private_pages())} pages were looked for in all ways.")
