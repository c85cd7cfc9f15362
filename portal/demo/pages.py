"""Puts pages and snippets in every language into the database, as an editor and two translators would have done.

Loading again compares first: what is there already gets no new revision, and what a person has changed since stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, TranslatableMixin

from home.translations import TranslationDoesNotFit, write_translation

from .files import LANGUAGES, Texts
from .markdown import ContentError, stable_id

AnyPage = TypeVar("AnyPage", bound=Page)
AnySnippet = TypeVar("AnySnippet", bound=TranslatableMixin)


@dataclass
class Progress:
    """Counts what a step went through, and says what it wrote."""

    say: Callable[[str], None]
    total: int = 0
    written: list[str] = field(default_factory=list)

    def note(self, key: str, *, changed: bool) -> None:
        self.total += 1
        if changed:
            self.written.append(key)
            self.say(f"  {key}")


def ensure_translated_page(
    model: type[AnyPage],
    *,
    key: str,
    parent: Page,
    texts: Texts,
    shared: dict[str, Any] | None = None,
    initial: dict[str, Any] | None = None,
    existing: AnyPage | None = None,
) -> tuple[AnyPage, bool]:
    """The German page with `key` below `parent`, live in every language, and whether anything was written.

    `texts` holds the text fields by language (streams as raw data), `shared` the fields that are the same in every
    language (many-to-many fields as lists of German objects), `initial` those that are set when the page is made and
    left alone afterwards, such as dates relative to today. `existing` is the page to fill if it has no key of ours.
    Raises ContentError.
    """
    source_language = LANGUAGES[0]
    values = {**texts[source_language], **(shared or {})}
    page = (
        existing or model.objects.filter(translation_key=stable_id(key), locale__language_code=source_language).first()
    )
    with transaction.atomic():
        changed = page is None or (not is_edited(page) and (not page.live or bool(differing(page, values))))
        if page is None:
            page = model(translation_key=stable_id(key), locale=parent.locale, live=False)
            assign(page, {**(initial or {}), **values})
            parent.add_child(instance=page)
        if changed:
            assign(page, values)
            page.save_revision().publish()
            page = model.objects.get(pk=page.pk)
        elif is_edited(page):
            return page, False
        changed |= _translate(page, key=key, texts=texts, force=changed)
    return page, changed


def ensure_translated_snippet(
    model: type[AnySnippet], *, key: str, texts: Texts, shared: dict[str, Any] | None = None
) -> tuple[AnySnippet, bool]:
    """The German snippet with `key`, translated, and whether anything was written. Raises ContentError."""
    source_language = LANGUAGES[0]
    values = {**texts[source_language], **(shared or {})}
    locale = Locale.objects.get(language_code=source_language)
    with transaction.atomic():
        snippet = model.objects.filter(translation_key=stable_id(key), locale=locale).first()
        changed = snippet is None or bool(differing(snippet, values))
        if changed:
            snippet = snippet or model(translation_key=stable_id(key), locale=locale)
            assign(snippet, values)
            snippet.full_clean()
            snippet.save()
        changed |= _translate(snippet, key=key, texts=texts, force=changed)
    return snippet, changed


def is_edited(page: Page) -> bool:
    """Whether a person has changed the page since it was loaded: the loader's own revisions have no author."""
    revision = page.latest_revision
    return revision is not None and revision.user_id is not None


def differing(instance: models.Model, values: dict[str, Any]) -> list[str]:
    """The fields whose value isn't what `values` says."""
    return [name for name, value in values.items() if _differs(instance, instance._meta.get_field(name), value)]


def assign(instance: models.Model, values: dict[str, Any]) -> None:
    """Sets fields from plain values."""
    for name, value in values.items():
        setattr(instance, name, _for_field(instance._meta.get_field(name), value))


def _for_field(model_field: Any, value: Any) -> Any:
    return json.dumps(value) if isinstance(model_field, StreamField) else value


def _differs(instance: models.Model, model_field: Any, value: Any) -> bool:
    current = getattr(instance, model_field.name)
    if isinstance(model_field, StreamField):
        wanted = StreamValue(model_field.stream_block, value, is_lazy=True)
        return bool(current.get_prep_value() != wanted.get_prep_value())
    if model_field.many_to_many:
        return {item.pk for item in current.all()} != {item.pk for item in value}
    return bool(current != value)


def _translate(instance: Any, *, key: str, texts: Texts, force: bool) -> bool:
    """Translates `instance` into every other language. Returns whether anything was written."""
    changed = False
    for language in LANGUAGES[1:]:
        locale = Locale.objects.get(language_code=language)
        target = instance.get_translation_or_none(locale)
        if isinstance(target, Page) and not target.alias_of_id and is_edited(target):
            continue
        fields = {name: _for_field(instance._meta.get_field(name), value) for name, value in texts[language].items()}
        try:
            _target, written = write_translation(instance, locale=locale, texts=fields, force=force)
        except TranslationDoesNotFit as error:
            raise ContentError(f"{key} in {language}: {error}") from error
        changed |= written
    return changed
