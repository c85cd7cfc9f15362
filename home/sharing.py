"""The picture that stands for a page where somebody shares its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import languages

SIZE = "fill-1200x630"  # what Open Graph's readers show whole


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
    """The first image of a text that says something."""
    for bound in body:
        if bound.block_type == "image" and bound.value and not bound.value.decorative:
            made = bound.value.get_rendition(SIZE)
            return SharedImage(made.url, bound.value.contextual_alt_text or "", made.width, made.height)
    return None
