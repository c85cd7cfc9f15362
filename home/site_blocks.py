"""What stands on every page and is edited with the home page: entries of the menu, columns at the foot, announcements.

Pages that are chosen here are shown in the reader's language where they are translated (home/every_page.py), so
translators have to write the words only.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

LEVELS = [("info", _("Information")), ("wait", _("Please note")), ("trouble", _("Something is wrong"))]


class LinkBlock(blocks.StructBlock):
    """A link to a page of ours or to an address elsewhere."""

    page = blocks.PageChooserBlock(
        required=False,
        label=_("Page"),
        help_text=_("Readers get its translation; without one they get this page, marked with its language."),
    )
    url = blocks.URLBlock(
        required=False, label=_("Or an address elsewhere"), help_text=_("It begins with https:// or http://.")
    )
    label = blocks.CharBlock(
        required=False, max_length=60, label=_("Words of the link"), help_text=_("Without them: the page's title.")
    )

    class Meta:
        icon = "link"
        label = _("Link")

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if bool(value["page"]) == bool(value["url"]):
            error = ValidationError(_("Please choose either a page or an address."), code="link_to_one")
            raise StructBlockValidationError({"page": error})
        if value["url"] and not value["label"].strip():
            error = ValidationError(_("Please write what the link is called."), code="link_unnamed")
            raise StructBlockValidationError({"label": error})
        return value


class MenuBlock(blocks.StreamBlock):
    """The entries of the menu, in their order."""

    link = LinkBlock()


class ColumnBlock(blocks.StructBlock):
    """A column at the foot of every page."""

    title = blocks.CharBlock(
        required=False, max_length=60, label=_("Title"), help_text=_("One or two words. It may stay empty.")
    )
    parts = blocks.StreamBlock(
        [
            ("link", LinkBlock()),
            (
                "text",
                blocks.TextBlock(
                    max_length=400,
                    icon="pilcrow",
                    label=_("Text"),
                    help_text=_("For example the postal address. Each line stays a line."),
                ),
            ),
        ],
        label=_("Content"),
    )

    class Meta:
        icon = "list-ul"
        label = _("Column")


class FooterBlock(blocks.StreamBlock):
    column = ColumnBlock()


class AnnouncementBlock(blocks.StructBlock):
    """A sentence above every page, for a while."""

    level = blocks.ChoiceBlock(
        choices=LEVELS,
        default="info",
        label=_("Importance"),
        help_text=_("It decides the colour. Screen readers say at once that something is wrong."),
    )
    text = blocks.RichTextBlock(
        features=["bold", "link"], max_length=300, label=_("Text"), help_text=_("One or two sentences, with a link.")
    )
    starts_at = blocks.DateTimeBlock(
        required=False, label=_("Shown from"), help_text=_("Without it: from publishing on.")
    )
    ends_at = blocks.DateTimeBlock(
        required=False, label=_("Shown until"), help_text=_("Without it: until it is taken out.")
    )

    class Meta:
        icon = "warning"
        label = _("Announcement")

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value["starts_at"] and value["ends_at"] and value["ends_at"] <= value["starts_at"]:
            error = ValidationError(_("The end must be later than the beginning."), code="announcement_ends_before")
            raise StructBlockValidationError({"ends_at": error})
        return value


class AnnouncementsBlock(blocks.StreamBlock):
    announcement = AnnouncementBlock()
