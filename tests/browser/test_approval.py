"""Approval by the board, by keyboard alone: asked for with the pledge, given by the letter's link without log-in."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from pooling.models import Approval, ApprovalState, Pledge, PledgeState
from portal.demo.network import organisation

from .people import administrator, be_logged_in, choose_a_new_card, log_in, open_workshop, pool_of, said, tab_to
from .proof import letter_about, money_is_right, tick

WORKSHOP = "social-media-plan"


def ask_by_keyboard(page: Page) -> None:
    """From the workshop's page to the request; the fields about the approver appear with their box."""
    tab_to(page, page.get_by_role("link", name=said("Pledge shares"), exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("#id_approver_name")).to_be_hidden()
    choose_a_new_card(page)
    tab_to(page, page.locator("#id_needs_approval"))
    page.keyboard.press("Space")
    name = page.locator("#id_approver_name")
    expect(name).to_be_visible()
    tab_to(page, name)
    page.keyboard.type("Rita Cassiera")
    tab_to(page, page.locator("#id_approver_email"))
    page.keyboard.type("cassa@esempio.example")
    tab_to(page, page.locator("#id_accept"))
    page.keyboard.press("Space")
    button = page.locator("#consent button")
    expect(button.locator(".unless-approval")).to_be_hidden()
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator(".notice-wait")).to_contain_text("Rita Cassiera")


def test_the_treasurer_approves_without_log_in_and_the_administrator_finishes(
    quiet_page: Page, site: str, mailoutbox: list[Any]
) -> None:
    page, pool = quiet_page, pool_of(WORKSHOP)
    log_in(page, site, "esempio")
    open_workshop(page, WORKSHOP)
    ask_by_keyboard(page)
    pledge = Pledge.objects.select_related("organisation").get(pool=pool, organisation=organisation("esempio"))
    own = page.url

    tick()
    [letter] = [mail for mail in mailoutbox if mail.to == ["cassa@esempio.example"]]
    [link] = re.findall(rf"^{re.escape(site)}\S+$", letter.body, re.MULTILINE)[:1]
    page.context.clear_cookies()
    page.goto(link)
    expect(page.locator("html")).to_have_attribute("lang", "it")
    expect(page.locator("main")).to_contain_text("CHF\u00a0300.00")
    approve = page.locator("button[value=approve]")
    tab_to(page, approve)
    page.keyboard.press("Enter")
    expect(page.locator(".notice-done")).to_be_visible()
    expect(approve).to_have_count(0)
    assert Approval.objects.get(pledge=pledge).state == ApprovalState.APPROVED
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.PENDING

    tick()
    assert own in letter_about_approval(pledge)
    be_logged_in(page.context, site, administrator("esempio"))
    page.goto(own)
    tab_to(page, page.get_by_role("button", name=said("Give a payment method")))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("button[value=pays]"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(said("Thank you. Your pledge stands; a letter confirms it."))
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.STANDING
    tick()
    letter_about(pledge, "pledged")
    assert money_is_right()


def letter_about_approval(pledge: Pledge) -> str:
    """What the administrators were written when it was approved."""
    [letter] = pledge.organisation.letters.filter(template="pooling/letters/approval_given.txt")
    assert letter.sent_at is not None
    return str(letter.text)
