"""Writes what search knows of all live pages anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from resources.indexing import index_all


class Command(BaseCommand):
    """Needed once after an update from a version without search, and after a change of the stemmers."""

    help = "Writes the entries of the search anew, for all live pages. Can be run while the portal works."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        written, gone = index_all()
        self.stdout.write(f"{written} pages can be found; {gone} entries of pages that are not live any more are gone.")
