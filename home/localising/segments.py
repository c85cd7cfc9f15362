"""How many segments of a translation are missing: without a text, with one that has an error, or not yet approved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery
from wagtail_localize.models import StringSegment, StringTranslation, Translation


@dataclass(frozen=True)
class Progress:
    """Of one translation, in segments. What a machine wrote is missing until a person has approved it."""

    total: int = 0
    missing: int = 0
    unreviewed: int = 0  # those of the missing that a machine wrote
    written_at: datetime | None = None  # when the newest text was written


def texts_for(locale: str) -> QuerySet[StringTranslation]:
    """The texts for a segment, in a subquery; `locale` is the outer field that holds the language."""
    return StringTranslation.objects.filter(
        translation_of_id=OuterRef("string_id"), context_id=OuterRef("context_id"), locale_id=OuterRef(locale)
    )


def approved(texts: QuerySet[StringTranslation]) -> QuerySet[StringTranslation]:
    return texts.filter(has_error=False, translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL)


def is_approved(text: StringTranslation) -> bool:
    return not text.has_error and text.translation_type == StringTranslation.TRANSLATION_TYPE_MANUAL


def unreviewed(texts: QuerySet[StringTranslation]) -> QuerySet[StringTranslation]:
    return texts.filter(has_error=False, translation_type=StringTranslation.TRANSLATION_TYPE_MACHINE)


def progress_of_all(translations: Iterable[Translation] | QuerySet[Translation]) -> dict[int, Progress]:
    """The progress of each translation, by its primary key. One query, however many there are."""
    texts = texts_for("source__translations__target_locale_id")
    rows = (
        StringSegment.objects.filter(source__translations__in=translations)
        .values(translation=F("source__translations"))
        .annotate(
            total=Count("pk"),
            missing=Count("pk", filter=~Exists(approved(texts))),
            unreviewed=Count("pk", filter=Exists(unreviewed(texts))),
            written_at=Max(Subquery(texts.values("updated_at")[:1])),
        )
    )
    return {
        row["translation"]: Progress(row["total"], row["missing"], row["unreviewed"], row["written_at"]) for row in rows
    }


def missing_of(translation: Translation) -> QuerySet[StringSegment]:
    """The segments that `translation` lacks, in the order of the page."""
    segments = StringSegment.objects.filter(source=translation.source_id, source__translations=translation)
    return segments.exclude(Exists(approved(texts_for("source__translations__target_locale_id")))).order_by("order")
