"""Make the sizes of images that pages lack: after an update, or when files were restored without them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from home.renditions import make_missing


class Command(BaseCommand):
    """What is there already is left as it is, so it can be run at any time."""

    help = "Makes the sizes of images that live pages lack. Publishing makes them; this is for what was missed."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for page, count in make_missing():
            total += count
            self.stdout.write(f"  {page.get_url() or page.pk}: {count}")
        self.stdout.write(f"The images of all live pages were looked at: {total}.")
