"""Writes a whole translation at once, from texts that lie side by side, so that wagtail-localize counts it as complete.

The demo's content files and the empty site come in all languages at once. Editors translate in the admin instead.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models, transaction
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import (
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationContext,
    TranslationSource,
)
from wagtail_localize.segments import OverridableSegmentValue, StringSegmentValue, TemplateSegmentValue
from wagtail_localize.segments.extract import extract_segments, quote_path_component

from .localising.segments import is_approved
from .localising.sources import record_of

Translatable = TypeVar("Translatable", bound=TranslatableMixin)
Snippet = TypeVar("Snippet", bound=TranslatableMixin)

Segment = StringSegmentValue | TemplateSegmentValue
Pair = tuple[StringSegmentValue, StringSegmentValue]


class TranslationDoesNotFit(ValueError):
    """A translation is not built like its source. `path` says where: the field, then the block's id."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def localised(objects: Iterable[Snippet], locale: Locale) -> list[Snippet]:
    """The translations of `objects` in `locale`; an object without one stays itself."""
    originals = list(objects)
    if not originals:
        return []
    keys = [original.translation_key for original in originals]
    found = type(originals[0]).objects.filter(locale=locale, translation_key__in=keys)
    by_key = {translated.translation_key: translated for translated in found}
    return [by_key.get(original.translation_key, original) for original in originals]


@transaction.atomic
def write_translation(
    source: Translatable, *, locale: Locale, texts: dict[str, Any], force: bool = False
) -> tuple[Translatable, bool]:
    """The translation of `source` into `locale` with `texts` (a value for each text field), live and complete.

    Returns it, and whether anything was written. `force` says that the source has changed: its segments are read anew
    then. A translation that says already what it is to say gets no new revision.
    Raises TranslationDoesNotFit if the texts aren't built like the source's.
    """
    draft = copy.copy(source)
    for field, value in texts.items():
        setattr(draft, field, value)
    pairs, chosen = pair_segments(source, draft), _choices(draft)
    target = source.get_translation_or_none(locale)
    if not force and target is not None and _is_current(source, target, pairs, chosen):
        return target, False

    record = record_of(source)
    translation, _created = Translation.objects.get_or_create(source=record, target_locale=locale)
    _write_strings(translation, pairs)
    _write_links(record, locale, pairs)
    _write_choices(record, locale, ours=_choices(source), theirs=chosen)
    total, translated = translation.get_progress()
    if total != translated:
        raise TranslationDoesNotFit(
            type(source).__name__,
            f"{total - translated} of {total} segments stayed without a translation in {locale.language_code}.",
        )

    if target is not None and _is_current(source, target, pairs, chosen):
        return target, False
    if isinstance(source, Page):
        # Publishing is a step of its own, because wagtail-localize puts it off until the transaction ends.
        translation.save_target(publish=False)
        target = translation.get_target_instance()
        target.get_latest_revision().publish()
        return type(source).objects.get(pk=target.pk), True
    translation.save_target(publish=True)
    return translation.get_target_instance(), True


def pair_segments(source: models.Model, translated: models.Model) -> list[Pair]:
    """The strings of `source` with their counterparts. Raises TranslationDoesNotFit where the two differ in build."""
    ours, theirs = _segments(source), _segments(translated)
    for one, other in zip(ours, theirs, strict=False):
        if one.path != other.path or type(one) is not type(other):
            raise TranslationDoesNotFit(
                min(one.path, other.path, key=len), "one language has a text here that the other lacks."
            )
        if isinstance(one, TemplateSegmentValue) and one.template != other.template:
            raise TranslationDoesNotFit(
                one.path, "the paragraphs, list items or bold passages differ between the languages."
            )
    if len(ours) != len(theirs):
        longer = max(ours, theirs, key=len)
        raise TranslationDoesNotFit(
            longer[min(len(ours), len(theirs))].path, "one language has a text here that the other lacks."
        )
    return [(one, other) for one, other in zip(ours, theirs, strict=True) if isinstance(one, StringSegmentValue)]


def _segments(instance: models.Model) -> list[Segment]:
    return [
        segment
        for segment in extract_segments(instance)
        if isinstance(segment, StringSegmentValue | TemplateSegmentValue)
    ]


def _choices(instance: models.Model) -> dict[str, Any]:
    """What is chosen in blocks (documents, images, pages) by its path, since a translation may choose another one.
    Addresses of links are no choices here: they belong to their strings.
    """
    return {
        segment.path: segment.data
        for segment in extract_segments(instance)
        if isinstance(segment, OverridableSegmentValue) and not segment.path.endswith("'")
    }


def _is_current(source: models.Model, target: models.Model, pairs: list[Pair], chosen: dict[str, Any]) -> bool:
    """Whether `target` is live, says what `pairs` say, and shows what is `chosen`."""
    if isinstance(target, Page) and (not target.live or target.has_unpublished_changes or target.alias_of_id):
        return False
    translation = Translation.objects.filter(
        source__object_id=target.translation_key, target_locale=target.locale_id, enabled=True
    ).first()
    if translation is None or len(set(translation.get_progress())) != 1:
        return False
    for field in get_translatable_fields(type(source)):
        if field.is_translated(source) or not field.get_field(type(source)).concrete:
            continue
        ours, theirs = field.get_value(source), field.get_value(target)
        if field.get_field(type(source)).many_to_many:
            ours, theirs = ({getattr(each, "translation_key", each.pk) for each in of.all()} for of in (ours, theirs))
        if ours != theirs:
            return False
    if _choices(target) != chosen:
        return False
    wanted = [(other.path, other.string.data, other.attrs) for _one, other in pairs]
    return wanted == [
        (found.path, found.string.data, found.attrs)
        for found in _segments(target)
        if isinstance(found, StringSegmentValue)
    ]


def _write_strings(translation: Translation, pairs: list[Pair]) -> None:
    """Fills the translation's segments, and forgets translations of strings that are gone."""
    wanted: dict[tuple[str, str], str] = {}
    for one, other in pairs:
        if wanted.setdefault((one.path, one.string.data), other.string.data) != other.string.data:
            raise TranslationDoesNotFit(one.path, f"“{one.string.data}” stands here twice with different translations.")
    locale = translation.target_locale
    segments = StringSegment.objects.filter(source=translation.source).select_related("context", "string")
    by_place = {(segment.context_id, segment.string_id): segment for segment in segments}
    # What is there already stays: a new row would be a new text, which waits to be published.
    gone = []
    for found in StringTranslation.objects.filter(context__object_id=translation.source.object_id, locale=locale):
        segment = by_place.get((found.context_id, found.translation_of_id))
        if segment and is_approved(found) and found.data == wanted[segment.context.path, segment.string.data]:
            del by_place[found.context_id, found.translation_of_id]
        else:
            gone.append(found.pk)
    StringTranslation.objects.filter(pk__in=gone).delete()
    StringTranslation.objects.bulk_create(
        StringTranslation(
            translation_of=segment.string,
            context=segment.context,
            locale=locale,
            data=wanted[segment.context.path, segment.string.data],
            translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
        )
        for segment in by_place.values()
    )


def _write_links(record: TranslationSource, locale: Locale, pairs: list[Pair]) -> None:
    """Links that lead elsewhere in the other language become overrides, as in wagtail-localize's editor."""
    wanted: dict[str, str] = {}
    for one, other in pairs:
        ours, theirs = one.attrs or {}, other.attrs or {}
        if ours.keys() != theirs.keys():
            raise TranslationDoesNotFit(one.path, "the number of links differs between the languages.")
        for element, attributes in ours.items():
            href, target = attributes.get("href", ""), theirs[element].get("href", "")
            if wanted.setdefault(f"{one.path}.{quote_path_component(href)}", target) != target:
                raise TranslationDoesNotFit(
                    one.path, f"the link {href} stands here twice and leads to different places in the translation."
                )
    contexts = {
        context.path: context
        for context in TranslationContext.objects.filter(object_id=record.object_id, path__in=wanted)
    }
    existing = SegmentOverride.objects.filter(locale=locale, context__object_id=record.object_id)
    existing.exclude(context__in=contexts.values()).filter(context__path__contains=".'").delete()
    for path, context in contexts.items():
        SegmentOverride.objects.update_or_create(
            locale=locale, context=context, defaults={"data_json": json.dumps(wanted[path]), "has_error": False}
        )


def _write_choices(record: TranslationSource, locale: Locale, *, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """What the translation chooses otherwise than its source becomes an override, as in wagtail-localize's editor."""
    other = {path: data for path, data in theirs.items() if ours.get(path, data) != data}
    contexts = TranslationContext.objects.filter(object_id=record.object_id, path__in=ours)
    by_path = {context.path: context for context in contexts}
    existing = SegmentOverride.objects.filter(locale=locale, context__in=by_path.values())
    existing.exclude(context__path__in=other).delete()
    for path in other.keys() & by_path.keys():
        SegmentOverride.objects.update_or_create(
            locale=locale, context=by_path[path], defaults={"data_json": json.dumps(other[path]), "has_error": False}
        )
