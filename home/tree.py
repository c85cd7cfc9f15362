"""The site before anybody has written anything: a home page in each language, and a Site that shows them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps as current_apps
from django.conf import settings
from django.db import transaction
from wagtail.models import Collection, Locale, Page, Site

from .languages import codes
from .models import HomePage
from .translations import write_translation


@transaction.atomic
def ensure_site() -> HomePage:
    """Makes what is missing of the locales, the roots of pages and of collections, a live home page in each language,
    and the default Site.

    Returns the German home page. What is there is left as it is. Wagtail's "Welcome" page is deleted.
    """
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in codes()}
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    source_locale = locales[settings.LANGUAGE_CODE]
    home = HomePage.objects.filter(locale=source_locale).first()
    if home is None:
        home = HomePage(title=settings.WAGTAIL_SITE_NAME, slug=settings.LANGUAGE_CODE, locale=source_locale, live=False)
        _root(source_locale).add_child(instance=home)
        home.save_revision().publish()
        home = HomePage.objects.get(pk=home.pk)
    _ensure_default_site(home)
    for code, locale in locales.items():
        if home.get_translation_or_none(locale) is None:
            write_translation(home, locale=locale, texts={"slug": code})
    Site.clear_site_root_paths_cache()
    return home


def _root(locale: Locale) -> Page:
    root = Page.objects.filter(depth=1).first()
    return root or Page.add_root(instance=Page(title="Root", slug="root", locale=locale))


def _ensure_default_site(home: HomePage) -> None:
    site = Site.objects.filter(is_default_site=True).first()
    if site is not None and isinstance(site.root_page.specific, HomePage):
        return
    address = urlsplit(settings.SITE_URL)
    site = site or Site(is_default_site=True)
    site.hostname, site.port = (
        address.hostname or "localhost",
        address.port or (443 if address.scheme == "https" else 80),
    )
    site.site_name = settings.WAGTAIL_SITE_NAME
    site.root_page = home
    site.save()
    # It is of no type of ours, and nobody has put anything below it.
    welcome = (
        Page.objects.child_of(home.get_parent())
        .filter(slug="home", numchild=0, content_type__app_label="wagtailcore")
        .first()
    )
    if welcome is not None:
        welcome.delete()


def ensure_site_after_migrate(*, apps: Any = current_apps, **kwargs: Any) -> None:
    """Receives post_migrate: a new database gets its home pages, and so does one that a test has flushed.

    Does nothing as long as migrations are missing, or once there is a home page: from then on the tree is the editors'.
    """
    for model in (HomePage, Page, Site, Locale):
        try:
            migrated = apps.get_model(model._meta.label)
        except LookupError:
            return
        if {field.column for field in migrated._meta.local_concrete_fields} != {
            field.column for field in model._meta.local_concrete_fields
        }:
            return
    if not HomePage.objects.exists():
        ensure_site()
