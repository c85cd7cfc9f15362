"""What resources have beside what all pages have: documents to take along, workshops on the same thing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks import DownloadBlock


class AttachmentsBlock(blocks.StreamBlock):
    """Documents. Translators may choose another one, in their language."""

    document = DownloadBlock()


class WorkshopsBlock(blocks.StreamBlock):
    """Workshops, each in the reader's language where it is translated (resources/related.py)."""

    workshop = blocks.PageChooserBlock(page_type="workshops.WorkshopPage", icon="group", label=_("Workshop"))
