"""A letter's single source: how a rendered template becomes a document, from which text and HTML are made.

The template is plain text; a blank line ends a paragraph. Amounts, facts, buttons and tiles are set by tags
(templatetags/letter.py) that mark them with ASCII's own separators. Values can't hold those, nor a line break (see
`plain`), so that nothing an organisation is called, and no title, can break out of its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise

RECORD = "\x1e"  # ASCII record separator: around a marked part
UNIT = "\x1f"  # ASCII unit separator: between what a part holds
MOST_TILES = 60  # in a line

# Control characters, line and paragraph separators, and the marks that turn the direction of what follows.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Facts:
    rows: tuple[tuple[str, str], ...]
    kind: str = "facts"


@dataclass(frozen=True)
class Amount:
    """What it means for the money, in a word: set large, near the top."""

    label: str
    value: str
    kind: str = "amount"


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    kind: str = "button"


@dataclass(frozen=True)
class Tiles:
    """Shares as tiles: `filled` stand, `missing` are wanted up to the threshold, `free` are beyond it."""

    filled_below: int
    missing: int
    filled_above: int
    free: int
    caption: str
    kind: str = "tiles"

    @property
    def is_shown(self) -> bool:
        """Whether the field fits a line; if not, the words say it better."""
        return 0 < sum(map(len, self.field)) <= MOST_TILES

    @property
    def field(self) -> tuple[str, str]:
        """The tiles before and after the threshold's line."""
        return "■" * self.filled_below + "□" * self.missing, "■" * self.filled_above + "□" * self.free


@dataclass(frozen=True)
class Heading:
    """Above several entries of one kind."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Entry:
    """One of several things that a letter tells: its title leads to `url`."""

    title: str
    url: str
    text: str
    kind: str = "entry"


Part = Paragraph | Amount | Facts | Button | Tiles | Heading | Entry


@dataclass(frozen=True)
class Document:
    """What a letter says, in order."""

    subject: str
    preview: str
    parts: tuple[Part, ...] = field(default=())


def plain(value: object) -> object:
    """A copy of a context's value that stays in its place: one line, without control characters.

    Raises TypeError for anything but plain data: a letter is written from facts, and rendering asks no database.
    """
    match value:
        case None | bool() | int() | Decimal() | date():  # a datetime is a date
            return value
        case str() | Promise():
            return " ".join(_UNFIT.sub(" ", str(value)).split(" ")).strip()
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case Sequence():
            return [plain(item) for item in value]
    raise TypeError(f"A letter is written from plain data, not from {type(value).__name__}.")


def mark(kind: str, *values: str) -> str:
    """A part's mark in the source. Used by the tags only."""
    return RECORD + UNIT.join([kind, *values]) + RECORD


def parse(source: str) -> Document:
    """The document that a rendered template describes.

    Raises ValueError if it has no subject, no paragraph, or a link that is no web address.
    """
    subject = preview = ""
    parts: list[Part] = []
    for index, piece in enumerate(source.split(RECORD)):
        if index % 2 == 0:
            parts += [Paragraph(text) for text in map(one_line, re.split(r"\n\s*\n", piece)) if text]
            continue
        kind, *values = piece.split(UNIT)
        match kind, [one_line(value) for value in values]:
            case "subject", [text]:
                subject = text
            case "preview", [text]:
                preview = text
            case "fact", [label, text]:
                last = parts[-1] if parts else None
                if isinstance(last, Facts):
                    parts[-1] = Facts((*last.rows, (label, text)))
                else:
                    parts.append(Facts(((label, text),)))
            case "amount", [label, text]:
                parts.append(Amount(label, text))
            case "button", [url, text]:
                parts.append(Button(text, web_address(url)))
            case "heading", [text]:
                parts.append(Heading(text))
            case "entry", [url, title, text]:
                parts.append(Entry(title, web_address(url), text))
            case "tiles", [standing, threshold, capacity, text]:
                parts.append(tiles(int(standing), int(threshold), int(capacity), text))
            case _:
                raise ValueError(f"A letter has no part {kind!r} with {len(values)} values.")
    paragraphs = [part.text for part in parts if isinstance(part, Paragraph)]
    if not subject or not paragraphs:
        raise ValueError("A letter needs a subject and a paragraph.")
    return Document(subject=subject, preview=preview or paragraphs[0], parts=tuple(parts))


def tiles(standing: int, threshold: int, capacity: int, caption: str) -> Tiles:
    """The field of a workshop with `standing` of `capacity` shares, and its line after `threshold` of them."""
    below = min(standing, threshold)
    return Tiles(below, threshold - below, standing - below, capacity - max(standing, threshold), caption)


def one_line(text: str) -> str:
    """`text` with its line breaks and runs of spaces as single spaces. No-break spaces stay."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" \t\r\n")


def web_address(url: str) -> str:
    """`url`, if it is one a person may follow. Raises ValueError."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", url):
        raise ValueError(f"A letter links to web addresses only, not to {url!r}.")
    return url
