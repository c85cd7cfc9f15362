"""Blocks between two lines of `:::` that are more than a text: questions and answers, tables, videos."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .ids import stable_id

RichText = Callable[[list[str], int], str]
QUESTION = re.compile(r"###\s+(.+)")
CELLS = re.compile(r"\|(.+)\|\s*")
RULE = re.compile(r"\s*:?-+:?\s*")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
VIDEO = re.compile(r"(https://\S+)\s+(.+)")


class Misplaced(Exception):
    """A line inside a block can't be used. `line` is counted from the first one inside."""

    def __init__(self, reason: str, line: int = -1) -> None:
        super().__init__(reason)
        self.line = line


def questions(lines: list[str], *, start: int, key: str, rich_text: RichText) -> dict[str, Any]:
    """`### A question`, then its answer, and so on. Raises Misplaced."""
    entries: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines):
        if match := QUESTION.fullmatch(line):
            entries.append((match[1].strip(), number, []))
        elif entries:
            entries[-1][2].append(line)
        elif line.strip():
            raise Misplaced("a block of questions begins with a question: ### and a space.", number)
    if not entries:
        raise Misplaced("a block of questions holds at least one: ### and a space.")
    return {
        "entries": [
            {
                "type": "item",
                "value": {"title": title, "text": rich_text(answer, start + number + 1)},
                "id": stable_id(key, "entry", position),
            }
            for position, (title, number, answer) in enumerate(entries)
        ]
    }


def table(lines: list[str], *, caption: str) -> dict[str, Any]:
    """Headings, a line of hyphens (`---:` for a column of numbers), then a line for each row. Raises Misplaced."""
    rows = []
    for number, line in enumerate(lines):
        if match := CELLS.fullmatch(line.strip()):
            rows.append((number, [cell.strip() for cell in match[1].split("|")]))
        elif line.strip():
            raise Misplaced("a line of a table begins and ends with |.", number)
    if len(rows) < 3 or not all(RULE.fullmatch(cell) for cell in rows[1][1]):
        raise Misplaced("a table has a line of headings, a line of hyphens, and a line for each row.")
    (_number, headings), (_number, rules), *body = rows
    for number, cells in [rows[1], *body]:
        if len(cells) != len(headings):
            raise Misplaced(f"the table has {len(headings)} columns, and this line has {len(cells)}.", number)
    kinds = ["number" if rule.strip().endswith(":") else "text" for rule in rules]
    for number, cells in body:
        for kind, cell in zip(kinds, cells, strict=True):
            if kind == "number" and cell and not NUMBER.fullmatch(cell):
                raise Misplaced(f"{cell} is no number, and its column holds numbers.", number)
    columns = [{"type": kind, "heading": heading} for kind, heading in zip(kinds, headings, strict=True)]
    return {"table": {"columns": columns, "rows": [{"values": cells} for _number, cells in body], "caption": caption}}


def video(lines: list[str], *, title: str) -> dict[str, Any]:
    """`:::video https://... What it is called`, then what is shown. Raises Misplaced."""
    match = VIDEO.fullmatch(title)
    if match is None:
        raise Misplaced(":::video is followed by an address with https:// and a title.")
    text = " ".join(line.strip() for line in lines if line.strip())
    return {"title": match[2].strip(), "url": match[1], "minutes": None, "text": text}


def shape_of(value: dict[str, Any]) -> list[str]:
    """What must be the same in every language beside the kind: entries with their mark-up, rows, columns."""
    found = []
    for entry in value.get("entries", []):
        found += ["item", *re.findall(r"</?\w+", entry["value"]["text"])]
    if made := value.get("table"):
        found += [*("row" for _row in made["rows"]), *(f"column of {column['type']}" for column in made["columns"])]
    return found
