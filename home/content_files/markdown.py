"""Reads a content file: YAML front matter, then Markdown, into the blocks that pages are made of.

The format is small on purpose (docs/importing.md), because the languages' files are paired block by block. Whatever
lies outside it is refused with the file and the line.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from home.blocks import BodyBlock

from . import containers, pictures
from .ids import stable_id
from .reading import ContentError, read_front_matter, read_lines

CALLOUTS = {"hint", "caution", "example"}
HEADING = re.compile(r"(#{1,6})\s+(.+)")
CONTAINER = re.compile(r":::\s*(\w+)\s*(.*)")
NO_TEXT = re.compile(rf"#{{1,6}}\s|:::|{pictures.LINE.pattern}$")  # where a text ends
TAGS = {"paragraph": "p", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "strong": "b"}

# Where a link may lead. Markdown knows no limit, and a browser would run javascript:.
LINK = re.compile(r"(?:https?://[^/\s]|mailto:|tel:|#|/(?!/))\S*")

# HTML and every link are taken for what they are, to be refused by name: as text they would only look wrong.
parser = MarkdownIt("commonmark", {"html": True})
parser.validateLink = lambda url: True  # type: ignore[method-assign]  # the parser's own way to be told

BLOCKS = BodyBlock()


@dataclass(frozen=True)
class Block:
    """A block of a page's body, as StreamField keeps it. `line` is where it starts in its file."""

    type: str
    value: Any
    id: str
    line: int

    def raw(self) -> dict[str, Any]:
        return {"type": self.type, "value": self.value, "id": self.id}

    def shape(self) -> tuple[str, ...]:
        """What must be the same in every language: kind and level, paragraphs, list items, bold passages, links."""
        value = self.value if isinstance(self.value, dict) else {"text": self.value}
        items = ["item" for _item in value.get("items", [])]
        markup = re.findall(r"</?\w+", value["text"]) if self.type in {"text", "callout"} else []
        more = containers.shape_of(value)
        kind = value.get("kind", "") or pictures.kind_of(value)
        return (self.type, kind, value.get("level", ""), *items, *markup, *more)


@dataclass(frozen=True)
class Document:
    """One file in one language."""

    path: Path
    front: dict[str, Any]
    blocks: list[Block]

    @property
    def body(self) -> list[dict[str, Any]]:
        """The blocks as raw StreamField data, with ids that are the same in every language."""
        return [block.raw() for block in self.blocks]


def read_document(path: Path, *, key: str, folder: Path | None = None) -> Document:
    """The document at `path`; `key`, e.g. "resources/new-homepage", is for all languages. `folder` is where its
    pictures lie; without one it may have none. Raises ContentError.
    """
    lines = read_lines(path)
    front, start = read_front_matter(path, lines)
    return Document(path, front, read_blocks(path, lines, start, key=key, folder=folder))


def read_blocks(path: Path, lines: list[str], start: int, *, key: str, folder: Path | None = None) -> list[Block]:
    """The blocks of the lines from number `start` on (counted from 0). Raises ContentError."""
    blocks = [
        Block(type, value, stable_id(key, position), line)
        for position, (type, value, line) in enumerate(_Reader(path, key, lines, start, folder).read())
    ]
    for block in blocks:
        require_what_editors_may_write(block, path)
    return blocks


def require_what_editors_may_write(block: Block, path: Path) -> None:
    """Raises ContentError if the editor's form would refuse the block: a heading that is too long, an empty title."""
    if block.type == "image":
        return  # an editor chooses it among the images, where it is not yet
    form = BLOCKS.child_blocks[block.type]
    try:
        form.clean(form.to_python(block.value))
    except ValidationError as error:
        raise ContentError(" ".join(reasons(error)), path=path, line=block.line) from error


def reasons(error: Any) -> list[str]:
    """What an editor's form would say, out of the errors within errors that blocks raise."""
    inside = getattr(error, "block_errors", None)
    if inside:
        inside = inside.values() if isinstance(inside, dict) else inside
        return [reason for each in inside if each is not None for reason in reasons(each)]
    return [str(message) for message in getattr(error, "messages", [str(error)])]


class _Reader:
    """Cuts the lines after the front matter into blocks."""

    def __init__(self, path: Path, key: str, lines: list[str], start: int, folder: Path | None) -> None:
        self.path, self.key, self.lines, self.at, self.folder = path, key, lines, start, folder
        self.found: list[tuple[str, Any, int]] = []

    def read(self) -> list[tuple[str, Any, int]]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if match := HEADING.fullmatch(line):
                self._heading(match)
            elif match := CONTAINER.fullmatch(line):
                self._container(*match.groups())
            elif (match := pictures.LINE.fullmatch(line)) and self.folder is not None:
                self._picture(match, self.folder)
            elif line.strip():
                self._text()
            self.at += 1
        return self.found

    def refuse(self, reason: str, line: int | None = None) -> ContentError:
        return ContentError(reason, path=self.path, line=(self.at if line is None else line) + 1)

    def _heading(self, match: re.Match[str]) -> None:
        level = str(len(match[1]))
        if level not in {"2", "3"}:
            raise self.refuse("headings have level 2 or 3.")
        self.found.append(("heading", {"level": level, "text": match[2].strip()}, self.at + 1))

    def _picture(self, match: re.Match[str], folder: Path) -> None:
        try:
            self.found.append(("image", pictures.picture(*match.groups(), folder=folder), self.at + 1))
        except containers.Misplaced as error:
            raise self.refuse(str(error)) from error

    def _container(self, kind: str, title: str) -> None:
        start = self.at
        end = next((n for n in range(start + 1, len(self.lines)) if self.lines[n].strip() == ":::"), None)
        if end is None:
            raise self.refuse(f":::{kind} has no line ::: that ends it.")
        inside = self.lines[start + 1 : end]
        if kind in CALLOUTS:
            found = ("callout", {"kind": kind, "title": title, "text": self._rich_text(inside, start + 1)})
        elif kind == "checklist":
            found = ("checklist", {"title": title, "items": self._items(inside, start + 1)})
        elif kind == "quote":
            found = ("quote", {"text": " ".join(line.strip() for line in inside if line.strip()), "source": title})
        elif kind in ("questions", "table", "video"):
            found = self._more(kind, title, inside, start)
        else:
            raise self.refuse(
                f":::{kind} is not a kind of block; there are hint, caution, example, checklist, quote, questions, "
                "table and video."
            )
        self.found.append((*found, start + 1))
        self.at = end

    def _more(self, kind: str, title: str, inside: list[str], start: int) -> tuple[str, dict[str, Any]]:
        try:
            if kind == "questions":
                key = stable_id(self.key, len(self.found))
                value = containers.questions(inside, start=start + 1, key=key, rich_text=self._rich_text)
                return "accordion", value
            if kind == "table":
                return "table", containers.table(inside, caption=title)
            return "video", containers.video(inside, title=title)
        except containers.Misplaced as error:
            raise self.refuse(str(error), start + 1 + error.line) from error

    def _items(self, lines: list[str], start: int) -> list[dict[str, str]]:
        texts = []
        for number, line in enumerate(lines):
            if line.startswith("- "):
                texts.append(line[2:].strip())
            elif line.strip():
                raise self.refuse("a checklist holds lines that start with a hyphen and a space.", start + number)
        position = len(self.found)
        return [{"type": "item", "value": text, "id": stable_id(self.key, position, n)} for n, text in enumerate(texts)]

    def _text(self) -> None:
        start = self.at
        while self.at + 1 < len(self.lines) and not NO_TEXT.match(self.lines[self.at + 1]):
            self.at += 1
        self.found.append(("text", self._rich_text(self.lines[start : self.at + 1], start), start + 1))

    def _rich_text(self, lines: list[str], start: int) -> str:
        return "".join(self._html(token, start) for token in parser.parse("\n".join(lines)))

    def _html(self, token: Token, start: int) -> str:
        if token.type == "inline":
            return "".join(self._html(child, start + (token.map or [0])[0]) for child in token.children or [])
        if token.type == "text":
            return html.escape(token.content, quote=False)
        if token.type == "softbreak":
            return " "
        if token.type == "link_open":
            if not LINK.fullmatch(str(token.attrs["href"])):
                raise self.refuse(
                    "a link leads to https://, http://, mailto:, tel:, a path or a # on this site.", start
                )
            return f'<a href="{html.escape(str(token.attrs["href"]))}">'
        if token.type == "link_close":
            return "</a>"
        if token.type in {"html_inline", "html_block"}:
            raise self.refuse("HTML is not part of the format; a < that is meant as such is written \\<.", start)
        name, _, side = token.type.rpartition("_")
        if token.type == "image" and self.folder is not None:
            raise self.refuse(pictures.HOW, start)
        if name not in TAGS:
            raise self.refuse(f"{name or token.type} is not part of the format.", start)
        if token.hidden:  # the paragraph that Markdown puts into every list item
            return ""
        return f"<{TAGS[name]}>" if side == "open" else f"</{TAGS[name]}>"


def require_same_blocks(source: Document, translated: Document) -> None:
    """Raises ContentError with the first place where `translated` is not built like `source`."""
    for position, (one, other) in enumerate(zip(source.blocks, translated.blocks, strict=False), start=1):
        if one.shape() != other.shape():
            raise ContentError(
                f"block {position} has {_describe(other)}, but in {source.path} (line {one.line}) it has "
                f"{_describe(one)}.",
                path=translated.path,
                line=other.line,
            )
    if len(source.blocks) != len(translated.blocks):
        raise ContentError(
            f"has {len(translated.blocks)} blocks, but {source.path} has {len(source.blocks)}.", path=translated.path
        )


def _describe(block: Block) -> str:
    kind, *details = block.shape()
    counts = Counter(details)
    names = {"<p": "paragraphs", "<li": "list items", "item": "points", "<b": "bold passages", "<a": "links"}
    names |= {"row": "rows", "column of text": "columns of text", "column of number": "columns of numbers"}
    parts = [f"{counts[tag]} {name}" for tag, name in names.items() if counts[tag]]
    return f"the kind {' '.join(filter(None, [kind, *details[:2]]))}" + (f" with {', '.join(parts)}" if parts else "")
