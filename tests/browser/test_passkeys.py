"""A passkey as the second factor, with a device that chromium makes up: added, asked for at log-in, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import CDPSession, Page, expect

from portal.demo.network import PASSWORD

from .people import administrator, follow, said, tab_to

LANGUAGE = "it"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def address(name: str, *args: object) -> str:
    with translation.override(LANGUAGE):
        return reverse(name, args=args)


@pytest.fixture
def authenticator(quiet_page: Page) -> Iterator[CDPSession]:
    """Chromium's own: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/"""
    session = quiet_page.context.new_cdp_session(quiet_page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield session
    session.detach()


def press(page: Page, text: str) -> None:
    tab_to(page, page.locator("main").get_by_role("button", name=said(text, LANGUAGE)))
    page.keyboard.press("Enter")


def log_in(page: Page, site: str) -> None:
    page.goto(site + address("account_login"))
    for name, text in [("login", administrator("esempio").email), ("password", PASSWORD)]:
        tab_to(page, page.locator(f"[name={name}]"))
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def log_out(page: Page) -> None:
    follow(page, page.locator(f".account a[href='{address('account_logout')}']"))
    press(page, "Log out")
    page.wait_for_url(f"**{address('account_login')}")


def test_a_passkey_by_keyboard(quiet_page: Page, site: str, authenticator: CDPSession) -> None:
    page = quiet_page
    assert site.startswith("http://localhost:"), "browsers give passkeys to nobody else without https"
    log_in(page, site)
    page.wait_for_url(f"**{address('dashboard')}")
    page.goto(site + address("mfa_index"))
    follow(page, page.locator(f"main a[href='{address('mfa_add_webauthn')}']"))
    tab_to(page, page.locator("[name=password]"))  # who changes the ways in is asked who they are
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address('mfa_add_webauthn')}")
    name = page.locator("[name=name]")
    expect(name).to_have_value("Chrome, Linux")
    name.fill("Il mio portatile")
    name.press("Enter")  # in the field, as well as on the button
    page.wait_for_url(f"**{address('mfa_view_recovery_codes')}")
    expect(page.locator(".codes code")).to_have_count(10)

    log_out(page)
    log_in(page, site)
    page.wait_for_url(f"**{address('mfa_authenticate')}")
    press(page, "Use the passkey")
    page.wait_for_url(f"**{address('dashboard')}")

    page.goto(site + address("mfa_list_webauthn"))
    expect(page.locator(".ledger")).to_contain_text("Il mio portatile")
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    follow(page, page.locator(f"a[href='{address('mfa_remove_webauthn', passkey.pk)}']"))
    by_passkey = address("mfa_reauthenticate_webauthn")
    follow(page, page.locator(f"main a[href^='{by_passkey}']"))  # instead of the password
    press(page, "Use the passkey")
    page.wait_for_url(f"**{address('mfa_remove_webauthn', passkey.pk)}")
    press(page, "Remove it")
    page.wait_for_url(f"**{address('mfa_list_webauthn')}")
    expect(page.locator("main")).to_contain_text(said("You have no passkey.", LANGUAGE))
    log_out(page)
    log_in(page, site)
    page.wait_for_url(f"**{address('dashboard')}")  # the password is enough again


def test_what_went_wrong_is_said_where_it_happened(quiet_page: Page, site: str, authenticator: CDPSession) -> None:
    page, trouble = quiet_page, quiet_page.get_by_role("alert")
    log_in(page, site)
    page.wait_for_url(f"**{address('dashboard')}")
    add = address("mfa_add_webauthn")
    page.goto(site + address("account_reauthenticate") + f"?next={add}")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{add}")
    press(page, "Add the passkey")
    page.wait_for_url(f"**{address('mfa_view_recovery_codes')}")
    page.goto(site + add)
    expect(trouble).to_be_hidden()
    press(page, "Add the passkey")
    expect(trouble).to_have_text(said("This device already has a passkey for your account.", LANGUAGE))

    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(site + add)
    expect(trouble).to_contain_text(
        said("This browser can't use passkeys. Please take another one, or a code.", LANGUAGE)
    )
