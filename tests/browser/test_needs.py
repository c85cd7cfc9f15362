"""Needs, in Italian and by keyboard: write one, see a similar one meanwhile, and say there that one needs it too."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from members.needs.models import Need
from portal.demo.network import organisation

from .people import follow, log_in, said, tab_to


def test_a_member_finds_a_similar_need_while_writing_and_needs_it_too(quiet_page: Page, site: str) -> None:
    page, old = quiet_page, Need.objects.get(organisation=organisation("esempio"))
    log_in(page, site, "modello")
    follow(page, page.locator("main").get_by_role("link", name=said("Write a need"), exact=True))
    tab_to(page, page.locator("[name=title]"))
    page.keyboard.type("Donazioni in rete")
    similar = page.locator("#similar").get_by_role("link", name=old.title)
    expect(similar).to_be_visible()
    expect(page.locator("[name=title]")).to_be_focused()
    assert Need.objects.filter(organisation=organisation("modello")).count() == 0
    follow(page, similar)
    expect(page.get_by_role("heading", level=1)).to_have_text(old.title)
    tab_to(page, page.locator("[name=sentence]"))
    page.keyboard.type("Anche con TWINT")
    tab_to(page, page.get_by_role("button", name=said("We need it too")))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Anche con TWINT")
    assert old.supports.get(organisation=organisation("modello")).sentence == "Anche con TWINT"
