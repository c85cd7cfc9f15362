"""The editors' handbook in Wagtail's admin: the Markdown of docs/handbook, in the language of whoever reads it.

A chapter is one file per language with the same name in each. Chapters name each other by their files, and pictures as
they lie beside them, so that the repository shows the same (docs/decisions/0020).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image
from wagtail.admin.menu import MenuItem

FOLDER = settings.BASE_DIR / "docs" / "handbook"
CHAPTER = re.compile(r"\d\d-([a-z-]+)\.md")
PICTURES = "../pictures/"
parser = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Section:
    """A heading below the chapter's title."""

    title: str
    anchor: str


@dataclass(frozen=True)
class Chapter:
    """A file of the handbook. `lead` is its first paragraph."""

    file: Path
    slug: str
    title: str
    lead: str

    @property
    def url(self) -> str:
        return reverse("handbook_chapter", args=[self.slug])


def language() -> str:
    """The language of the admin, German for whoever reads it in one that has no handbook."""
    code = translation.get_language() or "de"
    return code if (FOLDER / code).is_dir() else "de"


def chapters(code: str) -> list[Chapter]:
    """All chapters in the language `code`, in their order."""
    found = []
    for file in sorted((FOLDER / code).glob("*.md")):
        match = CHAPTER.fullmatch(file.name)
        if match:
            title, lead = file.read_text(encoding="utf-8").split("\n\n", 2)[:2]
            found.append(Chapter(file, match[1], title.removeprefix("# "), lead))
    return found


def read(chapter: Chapter) -> tuple[SafeString, list[Section]]:
    """What stands below the title and the first paragraph, as HTML, and its headings."""
    text = chapter.file.read_text(encoding="utf-8").split("\n\n", 2)[2]
    tokens = parser.parse(text)
    sections = []
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            title = inline.content
            sections.append(Section(title, slugify(title, allow_unicode=True)))
            heading.attrSet("id", sections[-1].anchor)
            heading.attrSet("tabindex", "-1")
        for token in inline.children or []:
            lead_there(token)
    # Our own files, and a parser that lets no HTML through.
    return mark_safe(parser.renderer.render(tokens, parser.options, {})), sections  # noqa: S308


def lead_there(token: Token) -> None:
    """Make what a file of the repository names an address of the admin."""
    if token.type == "link_open":
        name, hash_sign, anchor = str(token.attrGet("href")).partition("#")
        match = CHAPTER.fullmatch(name)
        if match:
            token.attrSet("href", f"{reverse('handbook_chapter', args=[match[1]])}{hash_sign}{anchor}")
    elif token.type == "image":
        name = f"handbook/{str(token.attrGet('src')).removeprefix(PICTURES)}"
        token.attrSet("src", static(name))
        token.attrSet("loading", "lazy")
        file = finders.find(name)
        if file:
            with Image.open(file) as picture:
                token.attrSet("width", str(picture.width))
                token.attrSet("height", str(picture.height))


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """All chapters."""
    context = {"chapters": chapters(language()), "page_title": _("Handbook"), "header_icon": "help"}
    return render(request, "portal/admin/handbook.html", context)


@require_safe
def chapter_page(request: HttpRequest, slug: str) -> HttpResponse:
    every = chapters(language())
    place = next((n for n, chapter in enumerate(every) if chapter.slug == slug), None)
    if place is None:
        raise Http404
    text, sections = read(every[place])
    context = {
        "chapters": every,
        "chapter": every[place],
        "before": every[place - 1] if place else None,
        "after": every[place + 1] if place + 1 < len(every) else None,
        "text": text,
        "sections": sections,
        "page_title": every[place].title,
        "header_icon": "help",
    }
    return render(request, "portal/admin/handbook_chapter.html", context)


def menu_item() -> MenuItem:
    return MenuItem(gettext_lazy("Handbook"), reverse("handbook"), name="handbook", icon_name="help", order=100)


def leave_one_handbook(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's own guide and news are in English, elsewhere, and tell of another site. Ours is here."""
    elsewhere = ("editor-guide", "whats-new-in-wagtail")
    items[:] = [item for item in items if not item.name.startswith(elsewhere)]


urlpatterns = [
    path("handbook/", contents, name="handbook"),
    path("handbook/<slug:slug>/", chapter_page, name="handbook_chapter"),
]
