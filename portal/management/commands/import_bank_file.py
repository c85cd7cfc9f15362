"""Imports files of the bank."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone, translation

from pooling.actions.bank_files import Imported, import_bank_file
from pooling.invoices.camt import LARGEST
from pooling.invoices.camt_errors import BankFileRefused
from pooling.money import format_chf


class Command(BaseCommand):
    """Each file by itself: one that is refused hinders none of the others."""

    help = "Imports camt.053 and camt.054 files. Prints a line for each; exit status 1 if one was refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        refused = False
        with translation.override(settings.LANGUAGE_CODE):
            for path in files:
                try:
                    with path.open("rb") as file:
                        content = file.read(LARGEST + 1)
                    imported = import_bank_file(content=content, by=None, now=timezone.now())
                except (BankFileRefused, OSError) as refusal:
                    refused = True
                    self.stderr.write(f"{path}: {refusal}")
                else:
                    self.stdout.write(f"{path}: {told(imported)}")
        if refused:
            sys.exit(1)


def told(imported: Imported) -> str:
    """What an import did, for the operator's log."""
    if imported.is_known:
        return f"imported before, nothing added; {imported.queued} wait to be assigned"
    return (
        f"{imported.added} new, {imported.file.seen} known, {imported.file.skipped} skipped; {imported.booked} booked "
        f"({format_chf(imported.amount)}), {imported.booked_back} taken back; {imported.sent_back} paid back; "
        f"{imported.queued} wait to be assigned"
    )
