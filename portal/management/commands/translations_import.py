"""PO files that come back from translators: a ZIP, or single files. Each that is refused is named with the reason."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from home.localising.po_files import NotImportable, import_po, meant, read, unzipped
from members.models import User


class Command(BaseCommand):
    help = "Imports PO files into a language; nothing is published. Ends with 1 if a file was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("files", type=Path, nargs="+", help="ZIP or PO files")
        parser.add_argument("--by", metavar="E-MAIL", help="the person who translated, as the editor names them")

    def handle(self, *args: Any, language: str, files: list[Path], by: str | None = None, **options: Any) -> None:
        person = User.objects.filter(email=by).first() if by else None
        if by and person is None:
            raise CommandError(f"Nobody logs in with {by}.")
        refused = 0
        for path in files:
            try:
                for name, data in contents(path):
                    refused += not self.take(name, data, language=language, by=person)
            except (NotImportable, OSError) as error:
                self.stderr.write(f"{path}: {error}")
                refused += 1
        if refused:
            raise CommandError(f"{refused} files were refused.")

    def take(self, name: str, data: bytes, *, language: str, by: User | None) -> bool:
        """Import one file. Whether it was taken."""
        try:
            po = read(data)
            outcome = import_po(meant(po, language=language), po, by=by)
        except NotImportable as refusal:
            self.stderr.write(f"{name}: {refusal}")
            return False
        self.stdout.write(f"{name}: {outcome.sentence()}")
        return True


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    return unzipped(data) if path.suffix == ".zip" else iter([(path.name, data)])
