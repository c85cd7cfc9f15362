"""What people do in the browser, and what the demo holds for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import translation
from playwright.sync_api import BrowserContext, Locator, Page, expect

from home.content_files.markdown import stable_id
from members.models import Organisation, User
from pooling.models import Pool
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
from portal.demo.network import PASSWORD, organisation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MOST_STOPS = 80  # of the Tab key on one page
# A card's link shows its focus around the whole card, by what it has ::after itself.
OUTLINES = "element => [null, '::after'].map(part => getComputedStyle(element, part).outlineStyle)"


def said(msgid: str, language: str = "it", /, **values: Any) -> str:
    """What the interface says for `msgid`. A message without a translation is no text to look for."""
    with translation.override(language):
        text = translation.gettext(msgid)
    assert text != msgid, f"not translated into {language}: {msgid}"
    return text % values if values else text


def workshop(name: str, language: str = "it") -> WorkshopPage:
    """A workshop of the demo by the name of its file."""
    return WorkshopPage.objects.get(translation_key=stable_id(f"workshops/{name}"), locale__language_code=language)


def workshop_list(language: str = "it") -> WorkshopIndexPage:
    return WorkshopIndexPage.objects.get(locale__language_code=language)


def pool_of(name: str) -> Pool:
    return Pool.objects.get(page_key=stable_id(f"workshops/{name}"))


def administrator(key: str) -> User:
    """Whoever acts for the demo's organisation with this key."""
    of: Organisation = organisation(key)
    return of.administrators()[0]


def log_in(page: Page, site: str, key: str, language: str = "it") -> None:
    """Log in from the home page, as the administrator of a demo organisation. By keyboard alone."""
    page.goto(f"{site}/{language}/")
    follow(page, page.get_by_role("link", name=said("Log in", language), exact=True))
    for name, text in [("login", administrator(key).email), ("password", PASSWORD)]:
        tab_to(page, page.locator(f"[name={name}]"))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Overview", language))


def be_logged_in(context: BrowserContext, site: str, person: User) -> None:
    """Without the form."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])


def open_workshop(page: Page, name: str, language: str = "it") -> None:
    """By the menu and the list, to the workshop's page. By keyboard alone."""
    title = workshop(name, language).title
    menu = page.get_by_role("navigation", name=said("Main navigation", language))
    follow(page, menu.get_by_role("link", name=workshop_list(language).title, exact=True))
    follow(page, page.get_by_role("link", name=title, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def follow(page: Page, link: Locator) -> None:
    """Go where `link` leads, by keyboard."""
    tab_to(page, link)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, and see that one sees it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert set(target.evaluate(OUTLINES)) != {"none"}, "the focus can't be seen"
            return
    raise AssertionError(f"Tab does not lead to {target}")


def choose_a_new_card(page: Page) -> None:
    """By keyboard, wherever it stands in the list of ways to pay."""
    ways = page.locator("[name=method]")
    new = page.locator("[name=method][value=new]")
    tab_to(page, page.locator("[name=method]:checked"))
    for _ in range(ways.count()):
        if new.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(new).to_be_checked()
