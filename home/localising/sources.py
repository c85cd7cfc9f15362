"""Keeps what wagtail-localize knows of a source as new as the source: a translation is outdated at once when it is.

Out of the box the copy that translators work from is renewed by a button. Here it is renewed whenever a source page is
published or a source snippet is saved. The live translations stay as they are; they only lack segments from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_save
from wagtail.models import Page, TranslatableMixin
from wagtail.signals import page_published
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.models import TranslationSource

Texts = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def connect() -> None:
    """Listen to Wagtail and to the snippets. Called once, when the app is ready."""
    page_published.connect(hear_of_publication, dispatch_uid="localising")
    post_save.connect(hear_of_snippet, dispatch_uid="localising")


@transaction.atomic
def renew_source(instance: TranslatableMixin) -> None:
    """Read the segments of `instance` anew if it is the source of a translation.

    When the source counts as changed (`last_updated_at`) is kept if no text changed: a new date or format, or
    publishing again, makes no translation outdated.
    """
    source = TranslationSource.objects.filter(
        object_id=instance.translation_key, locale=instance.locale_id, translations__enabled=True
    ).first()
    if source is not None:
        _renew(source, source.update_from_db)


@transaction.atomic
def record_of(instance: TranslatableMixin) -> TranslationSource:
    """wagtail-localize's copy of `instance`, made or renewed from it: it need not be saved or published."""
    source = TranslationSource.objects.get_for_instance_or_none(instance)
    if source is None:
        return TranslationSource.get_or_create_from_instance(instance)[0]
    _renew(source, lambda: TranslationSource.update_or_create_from_instance(instance))
    return source


def _renew(source: TranslationSource, read: Callable[[], object]) -> None:
    """Have the copy read anew; it counts as changed only if a text did."""
    before, changed_at = texts_of(source), source.last_updated_at
    read()
    if texts_of(source) == before:
        TranslationSource.objects.filter(pk=source.pk).update(last_updated_at=changed_at)
    source.refresh_from_db()


def texts_of(source: TranslationSource) -> Texts:
    """What there is to translate and how it is built, in the order of the page."""
    strings = source.stringsegment_set.order_by("order", "pk").values_list("context_id", "string_id", "attrs")
    templates = source.templatesegment_set.order_by("order", "pk").values_list("context_id", "template_id")
    return list(strings), list(templates)


def hear_of_publication(*, instance: Page, **kwargs: Any) -> None:
    """A page was published, or is planned to be: then it isn't live yet, and this is heard again."""
    if instance.live and instance.alias_of_id is None:
        renew_source(instance)


def hear_of_snippet(*, sender: type[models.Model], instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
    if not raw and issubclass(sender, TranslatableMixin) and sender in get_snippet_models():
        renew_source(instance)
