"""Pages for tests. The home pages are there already: `ensure_site` makes them after migrate and after a flush."""

from __future__ import annotations

import json
from typing import Any

from django.utils.text import slugify
from wagtail.models import Locale, Page

from home.models import HomePage, StandardPage, Topic
from home.translations import write_translation


def home_page(language: str = "de") -> HomePage:
    """The home page of a language."""
    return HomePage.objects.get(locale__language_code=language)


def page(title: str, *, parent: Page | None = None, model: type[Page] = StandardPage, **fields: Any) -> Any:
    """A live page, by default a plain German one below the home page. Streams are given as lists of raw blocks."""
    parent = parent or home_page()
    values = {name: json.dumps(value) if isinstance(value, list) else value for name, value in fields.items()}
    made = model(title=title, locale=parent.locale, **{"slug": slugify(title), "live": False, **values})
    parent.add_child(instance=made)
    made.save_revision().publish()
    return model.objects.get(pk=made.pk)


def translation_of(source: Any, language: str, title: str, **fields: Any) -> Any:
    """The live, complete translation of `source`."""
    values = {name: json.dumps(value) if isinstance(value, list) else value for name, value in fields.items()}
    texts = {"title": title, "slug": slugify(title), **values}
    return write_translation(source, locale=Locale.objects.get(language_code=language), texts=texts)[0]


def unpublished(made: Any) -> Any:
    """The same page, taken off the site."""
    made.unpublish()
    return type(made).objects.get(pk=made.pk)


def topic(name: str, **names: str) -> Topic:
    """A German topic, with translations: `topic("Datenschutz", fr="Protection des données")`."""
    german = Topic.objects.create(name=name, slug=slugify(name), locale=Locale.objects.get(language_code="de"))
    for language, translated in names.items():
        locale = Locale.objects.get(language_code=language)
        write_translation(german, locale=locale, texts={"name": translated, "slug": slugify(translated)})
    return german
