"""The text of a page, block by block: which level a title has, what can be linked to, what the page contains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

WORTH_A_LIST = 3  # with fewer sections than this one sees at a glance what a page contains


@dataclass(frozen=True)
class Part:
    """One block of a body, where it stands."""

    bound: Any
    title_level: int  # for a title inside the block: one below the heading before it
    anchor: str  # of a heading, for links to it; empty for every other block

    @property
    def opens_a_section(self) -> bool:
        return self.bound.block_type == "heading" and self.bound.value["level"] == "2"


@register.filter
def outline(body: Iterable[Any]) -> list[Part]:
    """`{{ page.body|outline }}`: each block with its place. No two headings of one body have the same anchor."""
    level, parts = 2, []
    seen: Counter[str] = Counter()
    for bound in body:
        anchor = ""
        if bound.block_type == "heading":
            level = int(bound.value["level"]) + 1
            anchor = bound.value.anchor or "section"
            seen[anchor] += 1
            if seen[anchor] > 1:
                anchor = f"{anchor}-{seen[anchor]}"
        parts.append(Part(bound, level, anchor))
    return parts


@register.filter
def in_sections(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts, cut before each heading of the first level, so that they can stand side by side."""
    sections: list[list[Part]] = []
    for part in parts:
        if not sections or part.opens_a_section:
            sections.append([])
        sections[-1].append(part)
    return sections


@register.filter
def contents(parts: Iterable[Part]) -> list[Part]:
    """The headings that a list "On this page" links to; empty where the page is too short for one."""
    headings = [part for part in parts if part.opens_a_section]
    return headings if len(headings) >= WORTH_A_LIST else []
