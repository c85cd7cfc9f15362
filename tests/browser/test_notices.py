"""Notices, in French and by keyboard: choose what one hears of, and end it from a letter without a log-in."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from members.notices.actions import announce
from members.notices.kinds import Kind, Pace
from members.notices.paces import paces_of
from tests.members.test_notices import MEETING, facts

from .people import administrator, follow, log_in, said, tab_to
from .proof import tick


def test_a_member_chooses_news_at_once_and_ends_it_from_the_letter(
    quiet_page: Page, site: str, mailoutbox: list[Any]
) -> None:
    page, me = quiet_page, administrator("modele")
    log_in(page, site, "modele", "fr")
    follow(page, page.locator(".tabs").get_by_role("link", name=said("Notices", "fr"), exact=True))
    tab_to(page, page.locator("[name=meetings]"))
    page.keyboard.press("Home")
    expect(page.locator("[name=meetings]")).to_have_value(Pace.ONCE)
    tab_to(page, page.get_by_role("button", name=said("Save", "fr"), exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(said("Saved. Letters come as you have chosen from now on.", "fr"))
    announce(key="meeting", template=MEETING, facts=facts("Barcamp"), now=timezone.now())
    tick()
    [letter] = [mail for mail in mailoutbox if mail.to == [me.email]]
    [link] = re.findall(r"<(.+)>", letter.extra_headers["List-Unsubscribe"])
    page.context.clear_cookies()
    page.goto(site + link[link.index("/fr/") :])
    follow(page, page.get_by_role("button", name=said("End these letters", "fr"), exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(said("These letters have ended", "fr"))
    assert page.context.cookies() == []
    assert paces_of(me)[Kind.MEETINGS] == Pace.NEVER
