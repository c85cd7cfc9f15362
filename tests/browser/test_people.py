"""Who acts for an organisation, in Italian: invited, accepted, made an administrator; and a session ended elsewhere."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from members.models import Membership, Role
from portal.demo.network import PASSWORD, organisation

from .people import administrator, be_logged_in, said
from .proof import tick

NEW = "chiara@org.example"


def address(name: str, *args: object) -> str:
    with translation.override("it"):
        return reverse(name, args=args)


def press(page: Page, msgid: str, of: str = "") -> None:
    """The button that says so; of several, the one that says whose it is to those who listen."""
    page.get_by_role("button", name=said(msgid)).filter(has_text=of).click()


def test_a_colleague_is_invited_and_then_the_first_one_may_step_back(
    quiet_page: Page, site: str, browser: Browser, mailoutbox: list[Any]
) -> None:
    cache.clear()
    page, boss, of = quiet_page, administrator("esempio"), organisation("esempio")
    be_logged_in(page.context, site, boss)
    page.goto(site + address("members:people", of.uuid))
    press(page, "Make a member", boss.email)
    expect(page.get_by_role("status")).to_contain_text(
        said(
            "An organisation needs an administrator. Please make somebody else an administrator first; nothing was "
            "changed."
        )
    )
    page.locator("[name=email]").fill(NEW)
    press(page, "Send the invitation")
    expect(page.get_by_role("status")).to_contain_text(NEW)

    tick()
    [letter] = [mail for mail in mailoutbox if mail.to == [NEW]]
    found = re.search(r"https?://[^/]+(/\S+/[\w-]{40,}/)", str(letter.body))
    assert found
    theirs, elsewhere = browser.new_context(), browser.new_context()
    new = theirs.new_page()
    new.goto(site + found[1])
    for name, text in [("first_name", "Chiara"), ("last_name", "Esempio"), ("password", PASSWORD)]:
        new.locator(f"[name={name}]").fill(text)
    press(new, "Set up the access and accept")
    expect(new.get_by_role("status")).to_contain_text(of.name)

    page.reload()
    press(page, "Make an administrator", NEW)
    press(page, "Make a member", boss.email)
    expect(page.get_by_role("status")).to_contain_text(said("The role is changed, and a letter says so."))
    roles = {each.person.email: each.role for each in Membership.objects.filter(organisation=of)}
    assert roles == {boss.email: Role.MEMBER, NEW: Role.ADMINISTRATOR}

    phone = elsewhere.new_page()
    phone.goto(site + address("account_login"))
    phone.locator("[name=login]").fill(NEW)
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("main form button[type=submit]").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(said("Overview"))
    new.goto(site + address("usersessions_list"))
    press(new, "Log out everywhere else")
    expect(new.locator("main")).to_contain_text(said("You are logged in nowhere else."))
    phone.reload()
    expect(phone.locator("[name=login]")).to_be_visible()
    for context in (theirs, elsewhere):
        context.close()
