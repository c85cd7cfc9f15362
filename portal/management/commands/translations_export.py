"""What is missing in a language, as a ZIP of PO files for translators."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from home.localising.po_files import zipped


class Command(BaseCommand):
    help = "Writes a ZIP with a PO file for each page or snippet that lacks segments in a language."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("file", type=Path, help="the ZIP file to write")

    def handle(self, *args: Any, language: str, file: Path, **options: Any) -> None:
        data, count = zipped(language)
        file.write_bytes(data)
        self.stdout.write(f"{file}: {count} PO files")
