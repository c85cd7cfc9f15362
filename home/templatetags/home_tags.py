"""What templates ask of the site: the navigation, the languages, the lines that stand on every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page, Site

from home import every_page, languages, structured
from home.content_page import ContentPage
from home.models import HomePage, StandardPage

register = template.Library()

Item = dict[str, Any]


def home_of(context: dict[str, Any]) -> HomePage | None:
    """The live home page in the active language. Looked up once per request and language."""
    request, language = context.get("request"), translation.get_language()
    known: dict[str, HomePage | None] = request.__dict__.setdefault("known_home_pages", {}) if request else {}
    if language not in known:
        site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
        known[language] = home_at(site, language, by_the_way=getattr(request, "home_page", None)) if site else None
    return known[language]


def home_at(site: Site, language: str, *, by_the_way: HomePage | None) -> HomePage | None:
    """The live home page of a language; that which the request came by, if it is that one."""
    key = site.root_page.translation_key
    if by_the_way and by_the_way.is_home(key=key, language=language):
        return by_the_way
    return HomePage.objects.live().in_language(language).filter(translation_key=key).first()


def current_page(context: dict[str, Any]) -> ContentPage | None:
    """The page that is being served, if it is one of the CMS."""
    page = context.get("page")
    return page if isinstance(page, ContentPage) else None


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Item]:
    """`{% navigation as items %}`: url, title and current of the pages in the menu, in the active language."""
    home = home_of(context)
    if home is None:
        return []
    if home.menu:
        keys = trail_of(context)
        links = every_page.menu_of(home, pages_of(context, home))
        return [{"url": x.url, "title": x.title, "language": x.language, "current": x.key in keys} for x in links]
    trail = trail_of(context)
    return [_item(link, current=link.key in trail) for link in every_page.marked_pages(home).in_menu]


def trail_of(context: dict[str, Any]) -> set[Any]:
    """The translation keys of the page that is being served and of those above it."""
    page = current_page(context)
    return page.trail if page else set()


def pages_of(context: dict[str, Any], home: HomePage) -> dict[int, Page]:
    """The pages that are chosen for the menu and the foot. Looked up once per request."""
    known: dict[int, dict[int, Page]] = context.render_context.setdefault("chosen_pages", {})
    if home.pk not in known:
        known[home.pk] = every_page.chosen_pages(home)
    return known[home.pk]


@register.simple_tag(takes_context=True)
def announcements(context: dict[str, Any]) -> list[Any]:
    """`{% announcements as items %}`: level and text of what is announced now, in the active language."""
    home = home_of(context)
    return every_page.announcements_of(home, now=timezone.now()) if home and home.announcements else []


@register.simple_tag(takes_context=True)
def footer_columns(context: dict[str, Any]) -> list[every_page.Column]:
    """`{% footer_columns as columns %}`: what editors put at the foot; empty where they have put nothing."""
    home = home_of(context)
    return every_page.columns_of(home, pages_of(context, home)) if home and home.footer else []


@register.simple_tag(takes_context=True)
def footer_pages(context: dict[str, Any]) -> list[Item]:
    """`{% footer_pages as items %}`: url and title of the pages at the foot, in the active language."""
    home = home_of(context)
    if home is None:
        return []
    page = current_page(context)
    links = every_page.marked_pages(home).at_foot
    return [_item(link, current=page is not None and link.key == page.translation_key) for link in links]


@register.simple_tag
def page_for(purpose: str) -> str:
    """`{% page_for "terms" as url %}`: the address of that page, in the active language if there is one.

    Empty where no such page is live.
    """
    pages = (
        StandardPage.objects.live()
        .filter(languages.written_in_its_language(), purpose=purpose)
        .select_related("locale")
    )
    by_language = {page.locale.language_code: page for page in pages}
    page = by_language.get(translation.get_language()) or next(iter(by_language.values()), None)
    return page.get_url() or "" if page else ""


@register.simple_tag(takes_context=True)
def site_texts(context: dict[str, Any]) -> dict[str, str]:
    """`{% site_texts as texts %}`: tagline and footer_line, for every page, and url, the home page's address."""
    home = home_of(context)
    url = languages.home_url(translation.get_language())
    if home is None:
        return {"tagline": "", "footer_line": "", "url": url}
    return {"tagline": home.tagline, "footer_line": home.footer_line, "url": url}


@register.simple_tag(name="languages", takes_context=True)
def languages_tag(context: dict[str, Any]) -> list[Item]:
    """`{% languages as items %}`: code, name, url, current, translated and note for each language of the site.

    `note` says "only in German" where the page that is being served has no translation; it is empty otherwise.
    """
    active = translation.get_language()
    page, request = current_page(context), context.get("request")
    items = []
    for version in page.versions if page else _other_addresses(request):
        only_in = "" if page is None or version.translated else languages.ONLY_IN[page.locale.language_code]
        items.append(
            {
                "code": version.language,
                "name": languages.own_name(version.language),
                "url": version.url,
                "current": version.language == active,
                "translated": version.translated,
                "note": only_in,
            }
        )
    return items


def _other_addresses(request: HttpRequest | None) -> list[languages.Version]:
    """The same view in each language; the home pages where there is no request, as on error pages."""
    if request is None:
        return [languages.Version(code, languages.home_url(code), translated=True) for code in languages.codes()]
    return languages.versions_of(request.get_full_path())


@register.simple_tag(takes_context=True)
def structured_data(context: dict[str, Any]) -> SafeString:
    """`{% structured_data %}`: JSON-LD of the page that is being served, if it has any."""
    page = current_page(context)
    data = page.structured_data() if page else None
    return structured.script(data) if data else mark_safe("")


@register.simple_tag
def territory(language: str) -> str:
    """`{% territory "de" %}`: the language as it is written in Switzerland, as Open Graph names it."""
    return f"{language}_CH"


@register.simple_tag(takes_context=True)
def alternates(context: dict[str, Any]) -> list[Item]:
    """`{% alternates as items %}`: hreflang and address of every translation, with x-default.

    Empty on a page that is shown without a translation of its own, and on one that has none to point to.
    """
    page = current_page(context)
    if page is None or page.locale.language_code != translation.get_language():
        return []
    return languages.alternates(page.versions)


def _item(link: every_page.Link, *, current: bool) -> Item:
    return {"url": link.url, "title": link.title, "current": current}
