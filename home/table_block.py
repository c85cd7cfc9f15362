"""A table that anybody can follow: with a caption, headings of columns, and rows that are named by their first cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock, TypedTableBlockValidationError
from wagtail_localize.segments import StringSegmentValue

from .block_previews import table


class TranslatableTableBlock(TypedTableBlock):
    """Wagtail's table with typed columns. wagtail-localize does not know it, so it tells its own segments.

    A segment is called by its place: a cell that moves has to be looked at again by the translator.
    """

    def clean(self, value: TypedTable) -> TypedTable:
        value = super().clean(value)
        if not (value.caption or "").strip():
            problem = ValidationError(_("Please say in the caption what the table shows."), code="table_caption")
            raise TypedTableBlockValidationError(non_block_errors=[problem])
        if not value.row_data or not all(column["heading"].strip() for column in value.columns):
            problem = ValidationError(_("Each column needs a heading, and the table a row."), code="table_headings")
            raise TypedTableBlockValidationError(non_block_errors=[problem])
        return value

    def get_translatable_segments(self, value: TypedTable) -> list[StringSegmentValue]:
        found = [StringSegmentValue("caption", value.caption or "")]
        for number, column in enumerate(value.columns):
            found.append(StringSegmentValue(f"column-{number}", column["heading"]))
        for row, column, text in words(value):
            found.append(StringSegmentValue(f"cell-{row}-{column}", text))
        return [segment for segment in found if not segment.is_empty()]

    def restore_translated_segments(self, value: TypedTable, segments: Iterable[Any]) -> TypedTable:
        texts: dict[str, str] = defaultdict(str)
        for segment in segments:
            texts[segment.path] = segment.render_text()
        columns = [
            {**column, "heading": texts.get(f"column-{number}", column["heading"])}
            for number, column in enumerate(value.columns)
        ]
        rows = [
            {
                "values": [
                    texts.get(f"cell-{row}-{number}", cell) if isinstance(cell, str) else cell
                    for number, cell in enumerate(data["values"])
                ]
            }
            for row, data in enumerate(value.row_data)
        ]
        return TypedTable(columns, rows, texts.get("caption", value.caption))


def words(value: TypedTable) -> Iterable[tuple[int, int, str]]:
    """The cells that hold text: row, column, text."""
    for row, data in enumerate(value.row_data):
        for column, cell in enumerate(data["values"]):
            if isinstance(cell, str):
                yield row, column, cell


class TableBlock(blocks.StructBlock):
    table = TranslatableTableBlock(
        [
            ("text", blocks.CharBlock(required=False, max_length=300, label=_("Text"))),
            ("number", blocks.DecimalBlock(required=False, label=_("Number"))),
        ],
        label=_("Table"),
        help_text=_("The first cell of a row says what the row is about. Amounts in francs stand in columns of text."),
    )

    class Meta:
        icon = "table"
        label = _("Table")
        template = "home/blocks/table.html"
        description = _("Figures or facts side by side. On phones it can be moved sideways.")

    def get_preview_value(self) -> blocks.StructValue:
        return self.to_python(table())
