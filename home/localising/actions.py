"""What the overview does: begin a translation."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.operations import translate_object


class NotStarted(Exception):
    """The translation could not be made: for example because a field's value is not valid any more."""


@transaction.atomic
def start_translation(*, source: TranslatableMixin, locale: Locale, by: Any) -> TranslatableMixin:
    """The translation of `source` into `locale`, as a draft to be filled in. What is there already stays as it is.

    A snippet has no drafts: until it is translated, its new row says what the source says. Raises NotStarted.
    """
    existing = source.get_translation_or_none(locale)
    if existing is None or (isinstance(existing, Page) and existing.alias_of_id):
        translate_object(source, [locale], user=by)
        existing = source.get_translation_or_none(locale)
    if existing is None or (isinstance(existing, Page) and existing.alias_of_id):
        raise NotStarted
    return existing
