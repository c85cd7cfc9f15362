"""The text of a page, block by block: which level a title has, what can be linked to, what the page contains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.images.models import AbstractImage
from wagtail.models import Page

from home import every_page, languages, renditions
from home.people_block import people_for

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
    renditions.prefetch(body)
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


@register.simple_tag
def body_image(image: AbstractImage) -> SafeString:
    """`{% body_image value %}`: an image in the sizes that were made of it when the page was published."""
    alt = "" if image.decorative else image.contextual_alt_text or ""
    made = renditions.existing(image, *renditions.WIDTHS)
    by_width = {each.width: each for each in made}  # an image that is smaller than a size has it but once
    fallback = by_width[sorted(by_width)[len(by_width) // 2]] if by_width else image
    url = fallback.url if made else image.file.url
    srcset = ", ".join(f"{each.url} {width}w" for width, each in sorted(by_width.items()))
    attributes: dict[str, Any] = {"src": url, "width": fallback.width, "height": fallback.height, "alt": alt}
    if len(by_width) > 1:
        attributes |= {"srcset": srcset, "sizes": renditions.SIZES}
    return format_html('<img {} loading="lazy" decoding="async">', as_attributes(attributes))


def as_attributes(attributes: dict[str, Any]) -> SafeString:
    """As attributes of an element; an empty one stays, since `alt=""` says that there is nothing to say."""
    return format_html_join(" ", '{}="{}"', attributes.items())


@register.simple_tag
def pages_to_show(chosen: Iterable[Any]) -> list[Page]:
    """`{% pages_to_show value.pages as pages %}`: each chosen page in the active language where it has a public
    translation, else itself if it is public. As many queries for twenty as for one.
    """
    wanted = [page for page in chosen if page is not None]
    return [page for page in every_page.public_versions(wanted, languages.active_locale_id()) if page is not None]


@register.simple_tag
def people_to_show(chosen: Iterable[Any]) -> list[Any]:
    """`{% people_to_show value.people as people %}`: each in the active language where they are translated."""
    return people_for(chosen, language=translation.get_language() or languages.codes()[0])


@register.filter
def only_in(language: str) -> Any:
    """`{{ "de"|only_in }}`: "only in German"."""
    return languages.ONLY_IN[language]


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
