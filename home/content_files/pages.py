"""Puts pages and snippets in every language into the database, as an editor and two translators would have done.

Loading again compares first: what is there already gets no new revision, and what a person has changed since stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.models import TranslationSource

from home.languages import codes, written_in_its_language
from home.translations import TranslationDoesNotFit, write_translation

from .markdown import stable_id
from .reading import ContentError

AnyPage = TypeVar("AnyPage", bound=Page)
AnySnippet = TypeVar("AnySnippet", bound=TranslatableMixin)
Texts = dict[str, dict[str, Any]]  # by language, then by field


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


@dataclass
class Outcome(Generic[AnyPage]):
    """What became of a page in its languages: which were written, which are a person's by now and were left alone, and
    which don't fit the source.
    """

    page: AnyPage
    written: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    refused: dict[str, TranslationDoesNotFit] = field(default_factory=dict)


def source_language_of(key: str, texts: Texts) -> str:
    """The language that the others are translated from: what it is already, else the first that there is a text in."""
    pages = Page.objects.filter(written_in_its_language(), translation_key=stable_id(key))
    there = set(pages.values_list("locale__language_code", flat=True))
    source = TranslationSource.objects.filter(object_id=stable_id(key)).values_list("locale__language_code", flat=True)
    known = [code for code in source if code in there] or [code for code in codes() if code in there]
    return known[0] if known else next(code for code in codes() if code in texts)


@transaction.atomic
def write_page(
    model: type[AnyPage],
    *,
    key: str,
    parent: Page,
    texts: Texts,
    shared: dict[str, Any] | None = None,
    initial: dict[str, Any] | None = None,
    existing: AnyPage | None = None,
) -> Outcome[AnyPage]:
    """The page with `key` below `parent`, in the parent's language, live, and translated into the other languages of
    `texts`.

    `texts` holds the text fields by language (streams as raw data), `shared` the fields that are the same in every
    language (many-to-many fields as lists of objects in the source's language), `initial` those that are set when the
    page is made and left alone afterwards, such as dates relative to today. `existing` is the page to fill if it has no
    key of ours.
    """
    source_language = parent.locale.language_code if existing is None else existing.locale.language_code
    values = {**texts[source_language], **(shared or {})}
    page = (
        existing or model.objects.filter(translation_key=stable_id(key), locale__language_code=source_language).first()
    )
    if page is not None and is_in_other_hands(page):
        return Outcome(page, left=list(texts))
    changed = page is None or bool(differing(page, values))
    if page is None:
        page = model(translation_key=stable_id(key), locale=parent.locale, live=False)
        assign(page, {**(initial or {}), **values})
        parent.add_child(instance=page)
    if changed:
        assign(page, values)
        page.save_revision().publish()
        page = model.objects.get(pk=page.pk)
    outcome = Outcome(page, written=[source_language] if changed else [])
    _translate(outcome, texts=texts, force=changed)
    return outcome


@transaction.atomic
def ensure_translated_page(model: type[AnyPage], *, key: str, texts: Texts, **how: Any) -> tuple[AnyPage, bool]:
    """As `write_page`: all languages of `texts` or none. Returns the page, and whether anything was written.

    Raises ContentError.
    """
    outcome = write_page(model, key=key, texts=texts, **how)
    refuse_by_name(key, outcome)
    return outcome.page, bool(outcome.written)


def refuse_by_name(key: str, outcome: Outcome[Any]) -> None:
    for language, error in outcome.refused.items():
        raise ContentError(f"{key} in {language}: {error}") from error


def ensure_translated_snippet(
    model: type[AnySnippet], *, key: str, texts: Texts, shared: dict[str, Any] | None = None
) -> tuple[AnySnippet, bool]:
    """The German snippet with `key`, translated, and whether anything was written. Raises ContentError."""
    source_language = codes()[0]
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
        outcome: Outcome[Any] = Outcome(snippet, written=[source_language] if changed else [])
        _translate(outcome, texts=texts, force=changed)
        refuse_by_name(key, outcome)
    return snippet, bool(outcome.written)


def is_in_other_hands(page: Page) -> bool:
    """Whether a person has changed the page since it was loaded, or has taken it off the site."""
    return not page.live or is_edited(page)


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


def _translate(outcome: Outcome[Any], *, texts: Texts, force: bool) -> None:
    """Translates the page or snippet into the other languages of `texts`, and notes how it went."""
    source: Any = outcome.page
    for language in [code for code in codes() if code in texts and code != source.locale.language_code]:
        locale = Locale.objects.get(language_code=language)
        target = source.get_translation_or_none(locale)
        if isinstance(target, Page) and not target.alias_of_id and is_in_other_hands(target):
            outcome.left.append(language)
            continue
        fields = {name: _for_field(source._meta.get_field(name), value) for name, value in texts[language].items()}
        try:
            _target, written = write_translation(source, locale=locale, texts=fields, force=force)
        except TranslationDoesNotFit as error:
            outcome.refused[language] = error
        else:
            outcome.written += [language] if written else []
