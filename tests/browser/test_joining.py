"""An organisation joins: applies in French, confirms its address, is approved in the admin, and has an overview."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from members import forms
from members.models import Application, Membership, Role, User
from portal.demo.network import PASSWORD

from .people import be_logged_in, said
from .proof import tick

TYPED = {
    "name": "Association Exemple Nouvelle",
    "street": "Rue de l’Exemple",
    "house_number": "3",
    "postcode": "1003",
    "town": "Lausanne",
    "why": "Nous aimerions un nouveau site.",
    "first_name": "Nadia",
    "last_name": "Exemple",
    "email": "nadia@org.example",
}
CHOSEN = {"legal_form": "association", "canton": "VD", "size": "1-5"}


def follow_letter(page: Page, site: str, mailoutbox: list[Any]) -> None:
    """The link of the letter that leaves with the next tick."""
    tick()
    [letter] = [mail for mail in mailoutbox if mail.to == [TYPED["email"]]]
    mailoutbox.clear()
    found = re.search(r"https?://[^/]+(/\S+/[\w-]{40,}/)", str(letter.body))
    assert found
    page.goto(site + found[1])


def test_an_organisation_comes_in_and_reads_what_needs_doing_first(
    quiet_page: Page, site: str, browser: Browser, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    page = quiet_page
    page.goto(f"{site}/fr/participer/")
    monkeypatch.setattr(forms, "QUICKEST", timedelta(seconds=-1))  # nobody waits here
    for name, text in TYPED.items():
        page.locator(f"main [name={name}]").fill(text)
    for name, value in CHOSEN.items():
        page.locator(f"main [name={name}]").select_option(value)
    page.get_by_role("button", name=said("Send the application", "fr")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Please look into your mailbox", "fr"))
    follow_letter(page, site, mailoutbox)
    page.get_by_role("button", name=said("Yes, confirm the address", "fr")).click()
    expect(page.locator("main form")).to_have_count(0)
    application = Application.objects.get(email=TYPED["email"])

    admin = browser.new_context()
    desk = admin.new_page()
    be_logged_in(admin, site, User.objects.get(groups__name="Network manager"))
    desk.goto(site + reverse("applications"))
    desk.get_by_role("link", name=application.name).click()
    desk.locator("button[name=approve]").click()
    expect(desk.locator(".messages .success")).to_contain_text(application.name)
    admin.close()

    follow_letter(page, site, mailoutbox)
    expect(page.locator("[name=first_name]")).to_have_value("Nadia")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=said("Set up the access and accept", "fr")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Overview", "fr"))
    needs_you = page.get_by_role("region", name=said("What needs you", "fr"))
    expect(needs_you).to_contain_text(said("Nothing at the moment. We write to you when something does.", "fr"))
    assert Membership.objects.get(person__email=TYPED["email"]).role == Role.ADMINISTRATOR
