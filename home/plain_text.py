"""Plain text: of what editors write, for search, snippets and reading times; and how words are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any

from django.utils.html import strip_tags

# Choices of an editor in a block, and addresses: nobody reads these.
CHOICES = frozenset({"drawing", "kind", "level", "type", "url"})

# Spaces that lines may break at; before a French colon there is one that they may not.
SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")

# Where one text ends and the next begins: at every tag but those within a sentence, perhaps just before its comma.
BREAK = re.compile(r"<(?!/?(a|b|code|del|em|i|s|strong|sub|sup)\b)")


def plain_text(value: Any) -> str:
    """What a reader reads of a text, of rich text, or of a stream's raw data: words with a space between them."""
    return SPACES.sub(" ", " ".join(texts(value))).strip()


def texts(value: Any) -> Iterator[str]:
    """Every text in the raw data of a stream, in order, without its mark-up."""
    if isinstance(value, str):
        yield unescape(strip_tags(BREAK.sub(" <", value)))
    elif isinstance(value, dict):
        if "type" in value and "value" in value:
            yield from texts(value["value"])
        else:
            for name, child in value.items():
                if name not in CHOICES:
                    yield from texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child)


def fold(text: str) -> str:
    """In lower case, without accents, ligatures and sharp s: "Größe", "grosse" and "GRÖSSE" are the same."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
