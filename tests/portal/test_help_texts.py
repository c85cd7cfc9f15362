"""Whatever an editor fills in says what it is for, where its name alone does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from wagtail.admin.panels import FieldPanel, Panel, PanelGroup, get_edit_handler
from wagtail.blocks import BaseStreamBlock, BaseStructBlock, Block, ListBlock
from wagtail.fields import StreamField
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

pytestmark = pytest.mark.django_db

# Fields whose names say all: with the name of the page's kind or the block, but for those that every page has.
SAY_ALL = {
    "Expert.name",
    "go_live_at",
    "expire_at",
    "accordion.entries",
    "accordion.text",
    "accordion.title",
    "callout.text",
    "callout.title",
    "checklist.title",
    "column.parts",
    "downloads.documents",
    "downloads.title",
    "heading.text",
    "image.image",
    "people.people",
    "people.title",
    "quote.text",
    "related.pages",
    "related.title",
    "step.text",
    "step.title",
    "video.title",
}


def field_panels(panel: Panel) -> Iterator[FieldPanel]:
    if isinstance(panel, PanelGroup):
        for child in panel.children:
            yield from field_panels(child)
    elif isinstance(panel, FieldPanel):
        yield panel


def fields_of_blocks(block: Block, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each field of each block that consists of fields: "callout.title", and the block in it."""
    if isinstance(block, ListBlock):
        yield from fields_of_blocks(block.child_block, name)
    elif isinstance(block, BaseStreamBlock):
        for kind, child in block.child_blocks.items():
            yield from fields_of_blocks(child, kind)
    elif isinstance(block, BaseStructBlock):
        for field, child in block.child_blocks.items():
            yield f"{name}.{field}", child
            yield from fields_of_blocks(child, name)


def help_of(block: Any) -> str:
    return str(getattr(getattr(block, "field", None), "help_text", "") or getattr(block.meta, "help_text", ""))


def everything() -> dict[str, str]:
    """What editors fill in, with its help."""
    found: dict[str, str] = {}
    for model in [*get_page_models(), *get_snippet_models()]:
        if model.__module__.startswith("wagtail"):
            continue
        handler = model.get_edit_handler() if hasattr(model, "get_edit_handler") else get_edit_handler(model)
        form = handler.get_form_class()
        for panel in field_panels(handler):
            name = panel.field_name
            found[f"{model.__name__}.{name}"] = str(panel.help_text or form.base_fields[name].help_text)
            field = model._meta.get_field(name)
            if isinstance(field, StreamField):
                found |= {place: help_of(block) for place, block in fields_of_blocks(field.stream_block)}
    return found


def without_help() -> set[str]:
    """As SAY_ALL calls them: what every page has by its own name only."""
    bare = {place for place, help in everything().items() if not help}
    return {name if (name := place.partition(".")[2]) in SAY_ALL else place for place in bare}


def test_what_editors_fill_in_says_what_it_is_for() -> None:
    found = everything()
    assert {"StandardPage.title", "WorkshopPage.experts", "Topic.name", "callout.kind", "link.url"} <= found.keys()
    assert sorted(without_help() - SAY_ALL) == []


def test_the_list_of_what_needs_no_help_holds_nothing_else() -> None:
    assert sorted(SAY_ALL - without_help()) == []
