"""The table of access, as table.txt holds it: blocks of addresses that answer everybody the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .people import COLUMNS

TABLE = Path(__file__).with_name("table.txt")
POST = "POST "


@dataclass(frozen=True)
class Row:
    """`posts`: whether the address only takes what is sent to it; it is sent an empty form then."""

    route: str
    posts: bool
    answers: tuple[str, ...]  # in the order of COLUMNS

    def __str__(self) -> str:
        return f"{POST if self.posts else ''}{self.route}"


def read() -> list[Row]:
    """Raises ValueError for a line that belongs to no block, or a block without one answer for each column."""
    rows, answers = [], ()
    for line in TABLE.read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("="):
            answers = tuple(text[1:].split())
            if len(answers) != len(COLUMNS):
                raise ValueError(f"{len(COLUMNS)} answers are needed: {line}")
        elif text and not answers:
            raise ValueError(f"above it there is no line of answers: {line}")
        elif text:
            rows.append(Row(text.removeprefix(POST), text.startswith(POST), answers))
    return rows


def written(rows: list[Row]) -> str:
    """The text of table.txt for these rows: most open first, in each block in the alphabet's order."""
    blocks: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        blocks[row.answers].append(row)
    widths = [max(len(column), 5) for column in COLUMNS]

    def in_columns(words: tuple[str, ...] | list[str]) -> str:
        return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()

    lines = [f"# {in_columns([column.replace(' ', '-') for column in COLUMNS])}"]
    for answers in sorted(blocks, key=lambda answers: (-sum(word == "200" for word in answers), answers)):
        lines += ["", f"= {in_columns(answers)}", *sorted(map(str, blocks[answers]), key=lambda text: text.split()[-1])]
    return "\n".join(lines) + "\n"
