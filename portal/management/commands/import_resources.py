"""Imports resources from Markdown files: docs/importing.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from home.content_files.reading import ContentError
from resources.importing import import_resources


class Command(BaseCommand):
    """Each file by itself: one that is refused hinders none of the others."""

    help = (
        "Imports resources from a folder that holds a folder per language (de, fr, it) with Markdown files; the format "
        "is described in docs/importing.md. Can be run again: only what has changed is written. Prints each file that "
        "was refused and why; exit status 1 if there was one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        with translation.override("en"):  # what forms object to, in the language of the rest
            try:
                report = import_resources(folder, say=self.say)
            except ContentError as error:
                raise CommandError(str(error)) from error
        for key, languages in report.left.items():
            self.say(f"{key} ({', '.join(languages)}): changed in the CMS since it was imported, left alone")
        for refusal in report.refused:
            self.stderr.write(str(refusal))
        written, unchanged, left = report.numbers
        self.say(f"{written} written, {unchanged} unchanged, {left} left alone, {len(report.refused)} refused")
        if report.refused:
            sys.exit(1)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
