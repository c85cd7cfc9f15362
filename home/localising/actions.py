"""What editors do with translations: begin one, approve what a machine wrote."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.operations import translate_object


class NotStarted(Exception):
    """The translation could not be made: for example because a field's value is not valid any more."""


@transaction.atomic
def approve_machine_texts(*, translation: Translation, by: Any) -> int:
    """What a machine wrote of `translation` counts from now on as written by a person. Returns how many segments."""
    texts = StringTranslation.objects.select_for_update().filter(
        locale=translation.target_locale_id,
        context__object_id=translation.source.object_id,
        translation_type=StringTranslation.TRANSLATION_TYPE_MACHINE,
        has_error=False,
    )
    return texts.update(
        translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL, last_translated_by=by, updated_at=timezone.now()
    )


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
