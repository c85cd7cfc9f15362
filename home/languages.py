"""Which page is there in which language, at which address: the switcher, the fallback and hreflang go by it.

A page has a version in every language. Where no translation is live, that version is the source page, served inside
the other language's interface at an address of its own (DESIGN.md section 3). An alias that wagtail-localize puts under
another language shows the source's text, so it counts as no translation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page
from wagtail_localize.models import TranslationSource

ONLY_IN = {"de": _("only in German"), "fr": _("only in French"), "it": _("only in Italian")}
ONLY_IN_SENTENCE = {
    "de": _("This page is only available in German."),
    "fr": _("This page is only available in French."),
    "it": _("This page is only available in Italian."),
}


@dataclass(frozen=True)
class Version:
    """A page in one language: a translation of its own, or the source page inside that language's interface."""

    language: str
    url: str  # a path, e.g. /fr/ressources/
    translated: bool


def codes() -> list[str]:
    """The site's languages in their order."""
    return [code for code, _name in settings.LANGUAGES]


def written_in_its_language() -> Q:
    """Matches pages but for aliases across languages, which show another language's text."""
    # Joined to itself by alias_of__locale, the table of pages would be read whole for every list.
    own_aliases = Page.objects.filter(alias_of__isnull=False, alias_of__locale=F("locale"))
    return Q(alias_of=None) | Q(pk__in=own_aliases.order_by().values("pk"))


def active_locale_id() -> int:
    """The row of the language that is being answered in. Wagtail keeps no such rows in memory: a query."""
    return Locale.get_active().pk


def own_name(language: str) -> str:
    """What a language is called in that language, e.g. "Français"."""
    return translation.get_language_info(language)["name_local"].capitalize()


def name_in_a_sentence(language: str) -> str:
    """What the reader calls a language, as written within a sentence: French and Italian write it small."""
    name = str(translation.get_language_info(language)["name_translated"])
    return name.lower() if translation.get_language() in ("fr", "it") else name


def home_url(language: str) -> str:
    """The address of the home page in `language`, e.g. /fr/."""
    with translation.override(language):
        return reverse("wagtail_serve", args=("",))


def absolute(url: str) -> str:
    """The full address of a path on this site; uploads that lie elsewhere have one already."""
    return url if "://" in url else settings.SITE_URL + url


def is_foreign_alias(page: Page) -> bool:
    """Whether `page` is an alias that shows the text of another language."""
    return page.alias_of_id is not None and page.alias_of.locale_id != page.locale_id


def translations_of(pages: Iterable[Page]) -> dict[tuple[object, str], Page]:
    """The live pages that are translations of `pages` (themselves included), by translation key and language."""
    keys = {page.translation_key for page in pages}
    found = Page.objects.filter(written_in_its_language(), translation_key__in=keys, live=True).select_related("locale")
    return {(page.translation_key, page.locale.language_code): page for page in found}


def chain_of(page: Page) -> list[Page]:
    """The pages from the home page down to `page`."""
    return list(page.get_ancestors(inclusive=True).filter(depth__gte=2))


def versions(page: Page) -> list[Version]:
    """`page` in every language of the site, in their order."""
    return versions_at(chain_of(page))


def versions_at(chain: list[Page]) -> list[Version]:
    """The last page of a chain in every language."""
    live = translations_of(chain)
    return [_version(chain, live, language) for language in codes()]


def versions_of(path: str) -> list[Version]:
    """The view at `path`, which is no page of the CMS, in every language."""
    return [Version(code, translate_url(path, code), translated=True) for code in codes()]


def address_in(page: Page, language: str) -> str:
    """The address of `page` for somebody who reads in `language`."""
    if page.locale.language_code == language:
        return page.get_url() or ""
    return next(version.url for version in versions(page) if version.language == language)


def _version(chain: list[Page], live: dict[tuple[object, str], Page], language: str) -> Version:
    """The last page of `chain` in `language`: below its nearest translated ancestor if it has no translation itself."""
    for position in range(len(chain) - 1, -1, -1):
        if base := live.get((chain[position].translation_key, language)):
            below = chain[position + 1 :]
            return Version(language, _join(base.get_url(), below), translated=not below)
    return Version(language, _join(home_url(language), chain[1:]), translated=False)


def _join(base: str, pages: list[Page]) -> str:
    return base + "".join(f"{page.slug}/" for page in pages)


def find_in_other_language(parent: Page, path_components: list[str]) -> Page | None:
    """The live page that lies under a translation of `parent` at the path that `path_components` say, if any.

    German first where several languages have such a page.
    """
    path = "/".join(path_components) + "/"
    places = Page.objects.filter(translation_key=parent.translation_key).values_list("url_path", flat=True)
    found = (
        Page.objects.filter(written_in_its_language(), url_path__in=[place + path for place in places], live=True)
        .select_related("locale")
        .order_by("pk")
    )
    by_language = {page.locale.language_code: page for page in found}
    return next((by_language[code] for code in codes() if code in by_language), None)


def source_of(page: Page) -> Page:
    """The page that `page` was translated from if that is live, else `page` itself."""
    source = TranslationSource.objects.filter(object_id=page.translation_key, translations__enabled=True).exclude(
        locale=page.locale_id
    )
    return (
        Page.objects.filter(translation_key=page.translation_key, live=True, locale__in=source.values("locale")).first()
        or page
    )


def alternates(of_page: list[Version]) -> list[dict[str, str]]:
    """hreflang and full address of each translation, and x-default; empty where there is one language only.

    Every translation of a page gives the same list, so the links are reciprocal, as search engines want them.
    Source: https://developers.google.com/search/docs/specialty/international/localized-versions
    """
    translated = [version for version in of_page if version.translated]
    if len(translated) < 2:
        return []
    links = [{"hreflang": version.language, "url": absolute(version.url)} for version in translated]
    return [*links, {"hreflang": "x-default", "url": links[0]["url"]}]
