"""The second factor, by keyboard alone: set up, asked for at log-in, and a recovery code when the phone is lost."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect

from portal.demo.network import PASSWORD
from tests.portal.account import code_of

from .people import administrator, tab_to

LANGUAGE = "it"
HERE = "[aria-current=page]"


def address(name: str) -> str:
    with translation.override(LANGUAGE):
        return reverse(name)


def go_by_keyboard(page: Page, name: str) -> None:
    """To the link to the page with this name, and through it."""
    tab_to(page, page.locator(f"main a[href='{address(name)}']").first)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address(name)}*")


def fill_in(page: Page, **values: str) -> None:
    """Type into the fields in turn, then send the form from its button."""
    for name, value in values.items():
        tab_to(page, page.locator(f"[name={name}]"))
        page.keyboard.type(value)
    tab_to(page, page.locator("main form button[type=submit]").first)
    page.keyboard.press("Enter")


def log_in(page: Page, site: str) -> None:
    page.goto(site + address("account_login"))
    fill_in(page, login=administrator("esempio").email, password=PASSWORD)


def test_the_second_factor_by_keyboard(quiet_page: Page, site: str) -> None:
    page, person = quiet_page, administrator("esempio")
    log_in(page, site)
    page.wait_for_url(f"**{address('dashboard')}")
    go_by_keyboard(page, "mfa_index")
    expect(page.locator(f".tabs {HERE}")).to_be_visible()
    tab_to(page, page.locator(f"main a.button[href='{address('mfa_activate_totp')}']"))
    page.keyboard.press("Enter")
    fill_in(page, password=PASSWORD)  # who changes the ways in is asked who they are
    page.wait_for_url(f"**{address('mfa_activate_totp')}")
    fill_in(page, code="000000")
    expect(page.locator(".error-summary")).to_be_focused()
    secret = page.locator(".key").inner_text().replace(" ", "")
    fill_in(page, code=code_of(secret, at=time.time()))
    page.wait_for_url(f"**{address('mfa_view_recovery_codes')}")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    assert Authenticator.objects.filter(user=person).count() == 2  # the app, and the codes

    tab_to(page, page.locator(f".account a[href='{address('account_logout')}']"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("main form button[type=submit]"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address('account_login')}")
    expect(page.get_by_role("status")).to_be_visible()

    cache.clear()  # the tries of before
    log_in(page, site)
    page.wait_for_url(f"**{address('mfa_authenticate')}")
    fill_in(page, code=codes[0])
    page.wait_for_url(f"**{address('dashboard')}")
