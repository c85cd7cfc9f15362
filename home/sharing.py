"""The picture that stands for a page where somebody shares its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import languages
from .renditions import SHARED, existing, images_in


@dataclass(frozen=True)
class SharedImage:
    url: str  # as the storage gives it: a path, or a full address where uploads lie elsewhere
    alt: str
    width: int
    height: int

    @property
    def address(self) -> str:
        """The full one, which other sites need."""
        return languages.absolute(self.url)


def image_of(body: Iterable[Any]) -> SharedImage | None:
    """The first image of a text that says something, once its size for sharing is made."""
    for image in images_in(body):
        if not image.decorative:
            made = existing(image, SHARED)
            return (
                SharedImage(made[0].url, image.contextual_alt_text or "", made[0].width, made[0].height)
                if made
                else None
            )
    return None
