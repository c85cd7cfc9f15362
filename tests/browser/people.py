"""What people do in the browser, and what the demo holds for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import translation
from playwright.sync_api import BrowserContext, Locator, Page, expect

from members.models import Organisation, User
from pooling.models import Pool
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
from portal.demo.markdown import stable_id
from portal.demo.network import PASSWORD, organisation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MOST_STOPS = 80  # of the Tab key on one page


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
    """Log in from the home page, as the administrator of a demo organisation."""
    page.goto(f"{site}/{language}/")
    page.get_by_role("link", name=said("Log in", language), exact=True).click()
    page.locator("[name=login]").fill(administrator(key).email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Overview", language))


def be_logged_in(context: BrowserContext, site: str, person: User) -> None:
    """Without the form."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])


def open_workshop(page: Page, name: str, language: str = "it") -> None:
    """By the menu and the list, to the workshop's page."""
    title = workshop(name, language).title
    menu = page.get_by_role("navigation", name=said("Main navigation", language))
    menu.get_by_role("link", name=workshop_list(language).title, exact=True).click()
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, and see that one sees it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", "the focus can't be seen"
            return
    raise AssertionError(f"Tab does not lead to {target}")
