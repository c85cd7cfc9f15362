"""The directory, in French and by keyboard: find an organisation, write to it, and its letter says who to answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from members import forms
from portal.demo.network import organisation

from .people import administrator, follow, said, tab_to
from .proof import tick


def test_a_visitor_finds_an_organisation_and_writes_to_it(
    quiet_page: Page, site: str, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, wanted = quiet_page, organisation("exemple")
    page.goto(f"{site}/fr/")
    menu = page.get_by_role("navigation", name=said("Main navigation", "fr"))
    follow(page, menu.get_by_role("link", name=said("Directory", "fr"), exact=True))
    tab_to(page, page.locator("#q"))
    page.keyboard.type("LAUSANNE")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.context.cookies() == []
    follow(page, page.get_by_role("link", name=wanted.name, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted.name)
    follow(page, page.get_by_role("link", name=said("Write to this organisation", "fr")))
    monkeypatch.setattr(forms, "QUICKEST", timedelta(seconds=-1))  # nobody waits here
    for name, text in [("name", "Nora"), ("message", "Bonjour à vous"), ("email", "nora@org.example")]:
        tab_to(page, page.locator(f"[name={name}]"))
        page.keyboard.type(text)
    tab_to(page, page.locator("[name=may_answer]"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name=said("Send your message", "fr")))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Your message is on its way", "fr"))
    tick()
    [letter] = [mail for mail in mailoutbox if mail.to == [administrator("exemple").email]]
    assert letter.reply_to == ["nora@org.example"]
    assert "Bonjour à vous" in letter.body
