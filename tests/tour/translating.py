"""A translation that was begun, for the tour: two of its segments are missing, one was written by a machine."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation

from home import languages
from home.localising.actions import start_translation


def begin_translation(source: Any, *, read_in: str) -> Any:
    """Into a language that nobody reads the tour in: the tour needs a page that is only elsewhere."""
    third = next(code for code in languages.codes() if code not in (read_in, source.locale.language_code))
    begun = start_translation(source=source, locale=Locale.objects.get(language_code=third), by=None)
    books = Translation.objects.get(source__object_id=source.translation_key, target_locale=begun.locale)
    title = books.source.stringsegment_set.get(context__path="title")
    StringTranslation.objects.create(
        translation_of=title.string,
        context=title.context,
        locale=begun.locale,
        data="Giro",
        translation_type=StringTranslation.TRANSLATION_TYPE_MACHINE,
    )
    return begun
