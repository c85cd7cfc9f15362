"""The overview: every page and snippet in every language, and how it stands there. Reads only, in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Model, TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, TranslatableMixin
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.models import Translation, TranslationLog

from home import languages
from home.content_page import ContentPage

from .segments import Progress, progress_of_all


class State(TextChoices):
    NONE = "none", _("not translated")
    DRAFT = "draft", _("draft")
    READY = "ready", _("ready to publish")
    LIVE = "live", _("live")
    OUTDATED = "outdated", _("outdated")


@dataclass(frozen=True)
class Item:
    """A page or a snippet in one language, as it lies in the database."""

    model: type[Model]
    pk: int
    key: UUID
    language: str
    title: str
    live: bool
    place: str = ""  # a page's path in the tree

    @property
    def model_label(self) -> str:
        """How a form names the type, e.g. "home.topic"."""
        return str(self.model._meta.label_lower)


@dataclass(frozen=True)
class Cell:
    """How a page or snippet stands in one language."""

    language: str
    state: State
    item: Item | None = None
    is_source: bool = False
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True)
class Row:
    """A page or snippet in all languages. `source` is what the others are made from."""

    key: UUID
    source: Item
    cells: dict[str, Cell]

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def kind(self) -> str:
        return capfirst(str(self.source.model._meta.verbose_name))


@dataclass(frozen=True)
class Books:
    """What wagtail-localize has written down of a translation."""

    source: str  # the language that it is made from
    changed_at: datetime  # when a text of the source changed
    saved_at: datetime | None  # when the translation was last made from its texts
    progress: Progress


def page_types() -> list[type[Page]]:
    """The portal's own types of pages."""
    return [model for model in _concrete(ContentPage) if not model._meta.abstract]


def _concrete(base: type[Model]) -> list[type[Model]]:
    return [found for model in base.__subclasses__() for found in (model, *_concrete(model))]


def snippet_types() -> list[type[Model]]:
    """What else is translated: topics, experts and the like."""
    return [model for model in get_snippet_models() if issubclass(model, TranslatableMixin)]


def all_types() -> list[type[Model]]:
    return [*page_types(), *snippet_types()]


def rows(*, types: Iterable[type[Model]] | None = None, keys: Iterable[UUID] | None = None) -> list[Row]:
    """Pages in the order of the tree, then snippets by name: all, or those of `types` and `keys`."""
    wanted = all_types() if types is None else list(types)
    items = [*_pages([model for model in wanted if issubclass(model, Page)], keys)]
    for model in wanted:
        if not issubclass(model, Page):
            items += _snippets(model, keys)
    books = _books(None if types is None and keys is None else {item.key for item in items})
    families: dict[UUID, dict[str, Item]] = {}
    for item in items:
        families.setdefault(item.key, {})[item.language] = item
    found = [_row(key, family, books) for key, family in families.items()]
    order = languages.codes()
    return sorted(
        found,
        key=lambda row: (
            not row.source.place,
            order.index(row.source.language) if row.source.place else 0,
            row.source.place or row.kind,
            row.title.casefold(),
        ),
    )


def _pages(types: list[type[Model]], keys: Iterable[UUID] | None) -> list[Item]:
    """Pages that say something of their own. An alias shows another page's text, so it counts as not translated."""
    if not types:
        return []
    kinds = ContentType.objects.get_for_models(*types)
    models = {kind.pk: model for model, kind in kinds.items()}
    pages = Page.objects.filter(content_type__in=models, alias_of=None)
    if keys is not None:
        pages = pages.filter(translation_key__in=keys)
    fields = ("content_type_id", "pk", "translation_key", "locale__language_code", "draft_title", "live", "path")
    return [Item(models[row[0]], *row[1:]) for row in pages.values_list(*fields)]


def _snippets(model: type[Model], keys: Iterable[UUID] | None) -> list[Item]:
    found = model._default_manager.select_related("locale")
    if keys is not None:
        found = found.filter(translation_key__in=keys)
    return [
        Item(model, one.pk, one.translation_key, one.locale.language_code, str(one), getattr(one, "live", True))
        for one in found
    ]


def _books(keys: set[UUID] | None) -> dict[tuple[UUID, str], Books]:
    """By translation key and language. Three queries."""
    translations = Translation.objects.filter(enabled=True)
    if keys is not None:
        translations = translations.filter(source__object_id__in=keys)
    progress = progress_of_all(translations)
    logs = TranslationLog.objects.filter(source__translations__in=translations)
    saved = {
        (source, locale): at
        for source, locale, at in logs.values_list("source", "locale").annotate(at=Max("created_at")).order_by()
    }
    fields = (
        *("pk", "source_id", "target_locale_id", "target_locale__language_code"),
        *("source__object_id", "source__locale__language_code", "source__last_updated_at"),
    )
    return {
        (key, language): Books(source, changed_at, saved.get((source_id, locale)), progress.get(pk, Progress()))
        for pk, source_id, locale, language, key, source, changed_at in translations.values_list(*fields)
    }


def _row(key: UUID, family: dict[str, Item], books: dict[tuple[UUID, str], Books]) -> Row:
    order = languages.codes()
    named = [entry.source for language in order if (entry := books.get((key, language))) and entry.source in family]
    present = [language for language in order if language in family] or list(family)
    source = family[named[0] if named else present[0]]
    cells = {language: _cell(language, family.get(language), source, books.get((key, language))) for language in order}
    return Row(key, source, cells)


def _cell(language: str, item: Item | None, source: Item, books: Books | None) -> Cell:
    if item is None:
        return Cell(language, State.NONE)
    if item is source:
        return Cell(language, State.LIVE if item.live else State.DRAFT, item, is_source=True)
    if books is None:  # written by hand, or no longer tied to its source
        return Cell(language, State.LIVE if item.live else State.DRAFT, item)
    return Cell(language, _state(item, books), item, progress=books.progress)


def _state(item: Item, books: Books) -> State:
    if books.progress.missing:
        # A snippet has no drafts: its row is there from the beginning, in the words of the source.
        begun = issubclass(item.model, Page) or books.progress.missing < books.progress.total
        return State.OUTDATED if item.live and begun else State.DRAFT
    if not item.live:
        return State.READY
    newer = [at for at in (books.changed_at, books.progress.written_at) if at]
    return State.READY if books.saved_at is None or any(at > books.saved_at for at in newer) else State.LIVE
