"""Authors and experts in a text. Who they are is kept in a snippet of an app above (pooling/workshops/models.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Locale
from wagtail.snippets.blocks import SnippetChooserBlock

EXPERT = "workshops.Expert"


class PersonBlock(SnippetChooserBlock):
    """A person, who is shown in the reader's language (`people_for`): nothing for translators to choose."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(EXPERT, **kwargs)

    def get_translatable_segments(self, value: Any) -> list[Any]:
        return []

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Migrations know it as what it is: a chooser."""
        return "wagtail.snippets.blocks.SnippetChooserBlock", (EXPERT,), self._constructor_args[1]


class PeopleBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    people = blocks.ListBlock(PersonBlock(label=_("Person")), min_num=1, label=_("People"))

    class Meta:
        icon = "group"
        label = _("People")
        template = "home/blocks/people.html"
        description = _(
            "Authors and experts, with what they know about. They are kept under “Snippets”, in each language."
        )

    def get_preview_value(self) -> blocks.StructValue:
        """With people of this portal, else with an example."""
        model = self.child_blocks["people"].child_block.target_model
        people = list(model.objects.filter(locale=Locale.get_active())[:2])
        example = model(name="Ada Muster", role=gettext("Data protection in small organisations"))
        return self.normalize({"title": gettext("Who has written this"), "people": people or [example]})


def people_for(chosen: Iterable[Any], *, language: str) -> list[Any]:
    """Each chosen person in `language` where they are translated, else as chosen. One query however many they are, and
    none for none.
    """
    people = [person for person in chosen if person is not None]
    if not people:
        return []
    versions = type(people[0]).objects.filter(translation_key__in={person.translation_key for person in people})
    found = {
        (row.translation_key, row.locale.language_code): row
        for row in versions.select_related("locale").order_by("-pk")
    }
    by_pk = {row.pk: row for row in found.values()}
    return [found.get((person.translation_key, language)) or by_pk.get(person.pk) or person for person in people]


def people_in(body: Iterable[Any]) -> list[Any]:
    """Whoever a text shows, in its order, as they were chosen."""
    shown = (person for bound in body if bound.block_type == "people" for person in bound.value["people"])
    return [person for person in shown if person is not None]
