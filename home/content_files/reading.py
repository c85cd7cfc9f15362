"""The lines and the front matter of a content file that somebody else may have written: nothing in it is trusted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 200_000  # a long article has 20,000
# What no text needs: control characters, which PostgreSQL partly refuses, and marks that turn the direction of writing,
# with which a text shows something else than it says.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


class ContentError(Exception):
    """A content file can't be used. `path` and `line`, counted from 1, say where, as far as there is a place."""

    def __init__(self, reason: str, *, path: Path | None = None, line: int | None = None) -> None:
        place = f"line {line}" if line else ""
        where = ", ".join(filter(None, [str(path or ""), place]))
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = f"{place}: {reason}" if place else reason


def read_lines(path: Path) -> list[str]:
    """The lines of a text file of reasonable size. Raises ContentError."""
    if path.is_symlink() or not path.is_file():
        raise ContentError("is not a file of its own.", path=path)
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ContentError(f"is too big: at most {MOST_BYTES // 1000} kB.", path=path)
    try:
        text = content.decode("utf-8-sig")  # Windows puts a mark before
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ContentError("is not UTF-8. Save the file with that encoding.", path=path, line=line) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ContentError(f"has the control character U+{ord(found[0]):04X}.", path=path, line=line)
    return text.split("\n")


class _PlainLoader(yaml.SafeLoader):
    """YAML without references, with which a small file grows without end, and without a name that stands twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="references (*name) are not allowed", problem_mark=self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = set()
        for name, _value in node.value:
            if name.value in names if isinstance(name, yaml.ScalarNode) else True:
                raise yaml.MarkedYAMLError(problem="a name stands twice", problem_mark=name.start_mark)
            names.add(name.value)
        return super().construct_mapping(node, deep=deep)


def read_front_matter(path: Path, lines: list[str]) -> tuple[dict[str, Any], int]:
    """What stands between the two lines of ---, and the number of the line after them, from 0. Raises ContentError."""
    end = lines.index("---", 1) if lines[:1] == ["---"] and "---" in lines[1:] else None
    if end is None:
        raise ContentError("the front matter must stand between two lines of ---.", path=path)
    try:
        front = yaml.load("\n".join(lines[1:end]), Loader=_PlainLoader) or {}  # noqa: S506  # a safe loader of ours
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else None
        raise ContentError(f"the front matter is no valid YAML: {error.problem}.", path=path, line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ContentError(f"the front matter is no valid YAML: {type(error).__name__}.", path=path) from error
    if not isinstance(front, dict) or not all(isinstance(name, str) for name in front):
        raise ContentError("the front matter must consist of lines with a name, a colon and a value.", path=path)
    return front, end + 1
