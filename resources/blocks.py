"""What resources have beside what all pages have: people, documents to take along, workshops on the same thing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Locale
from wagtail.snippets.blocks import SnippetChooserBlock

from home.blocks import BodyBlock, DownloadBlock
from pooling.workshops.models import Expert


class ExpertBlock(SnippetChooserBlock):
    """An expert, who is shown in the reader's language (resources/related.py): nothing for translators to choose."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Expert, **kwargs)

    def get_translatable_segments(self, value: Expert | None) -> list[Any]:
        return []

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Migrations know it as what it is: a chooser."""
        return "wagtail.snippets.blocks.SnippetChooserBlock", ("workshops.Expert",), self._constructor_args[1]


class PeopleBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    people = blocks.ListBlock(ExpertBlock(label=_("Person")), min_num=1, label=_("People"))

    class Meta:
        icon = "group"
        label = _("People")
        template = "resources/blocks/people.html"
        description = _(
            "Authors and experts, with what they know about. They are kept under “Snippets”, in each language."
        )

    def get_preview_value(self) -> blocks.StructValue:
        """With people of this portal, else with an example."""
        people = list(Expert.objects.filter(locale=Locale.get_active())[:2])
        example = Expert(name="Ada Muster", role=gettext("Data protection in small organisations"))
        return self.normalize({"title": gettext("Who has written this"), "people": people or [example]})


class ResourceBodyBlock(BodyBlock):
    """What the text of a resource consists of: the blocks of all pages, and people."""

    people = PeopleBlock()


class AttachmentsBlock(blocks.StreamBlock):
    """Documents. Translators may choose another one, in their language."""

    document = DownloadBlock()


class WorkshopsBlock(blocks.StreamBlock):
    """Workshops, each in the reader's language where it is translated (resources/related.py)."""

    workshop = blocks.PageChooserBlock(page_type="workshops.WorkshopPage", icon="group", label=_("Workshop"))
