"""The main job from end to end in Italian, with the sandbox: the last share is pledged, everybody is charged once.

From logging in to the pledge's own page by keyboard alone: each stop of the Tab key shows that it has the focus.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from members.letters.models import Letter
from pooling.models import HOLD, Charge, Pledge, PledgeState, PoolState, SandboxEntry
from pooling.tick import STEPS
from portal.demo.network import organisation

from .people import choose_a_new_card, follow, log_in, open_workshop, pool_of, said, tab_to, workshop
from .proof import letter_about, money_is_right, standing, the_charge, tick

WORKSHOP = "social-media-plan"


def pledge_by_keyboard(page: Page) -> None:
    """From the workshop's page to the page that asks for a payment method, with a new card.

    The figures above the button come late: whoever is on the button by then has to stay there.
    """
    late: list[Route] = []
    page.route("**/cifre/**", lambda route: late.append(route))  # playwright marks the function
    follow(page, page.get_by_role("link", name=said("Pledge shares"), exact=True))
    shares = page.locator("#id_shares")
    # Before htmx listens, a number that was typed is heard of later, and one that is the same as before is not.
    page.wait_for_function("document.querySelector('form[data-hx-get]')?.['htmx-internal-data']")
    tab_to(page, shares)
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    for _ in range(100):  # a form that is not complete yet has its figures, too
        if late:
            break
        page.wait_for_timeout(100)
    choose_a_new_card(page)
    accept = page.locator("#id_accept")
    tab_to(page, accept)
    page.keyboard.press("Space")
    expect(accept).to_be_checked()
    button = page.locator("#consent button")
    tab_to(page, button)
    with page.expect_response("**/cifre/**"):
        late[0].continue_()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Give a payment method"))


def test_the_missing_share_is_pledged_and_every_pledge_is_charged_once(
    quiet_page: Page, site: str, mailoutbox: list[Any]
) -> None:
    page, start = quiet_page, timezone.now()
    pool, title = pool_of(WORKSHOP), workshop(WORKSHOP).title
    assert pool.missing == 1

    log_in(page, site, "esempio")
    open_workshop(page, WORKSHOP)
    expect(page.locator(".pool .state")).to_have_text(said("Open for pledges"))
    expect(page.locator("html")).to_have_attribute("lang", "it")
    address = page.url

    pledge_by_keyboard(page)
    tab_to(page, page.locator("button[value=pays]"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("status")).to_have_text(said("Thank you. Your pledge stands; a letter confirms it."))
    own = Pledge.objects.get(pool=pool, organisation=organisation("esempio"))
    assert page.url == f"{site}/it/impegni/{own.uuid}/"

    tick()
    tick()
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED
    pledges = standing(pool)
    assert sum(pledge.shares for pledge in pledges) == pool.threshold
    assert len({pledge.organisation.language for pledge in pledges}) == 3
    for pledge in pledges:
        charge = the_charge(pledge)
        paid = SandboxEntry.objects.get(kind="payment", state="succeeded", data__pledge=str(pledge.uuid))
        assert paid.amount == charge.amount
        for event in ("funded", "charged", "confirmed"):
            assert workshop(WORKSHOP, pledge.organisation.language).title in letter_about(pledge, event).subject
    letter_about(own, "pledged")
    assert len(mailoutbox) == Letter.objects.filter(sent_at__gte=start).count()
    assert money_is_right()

    page.reload()
    expect(page.locator(".notice-done")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text(f"CHF\u00a0300.00, {said('paid')}")
    page.goto(address)
    expect(page.locator(".pool .state")).to_have_text(said("Takes place"))


def test_leaving_the_sandbox_unfinished_never_reaches_the_threshold(quiet_page: Page, site: str) -> None:
    page, pool = quiet_page, pool_of(WORKSHOP)
    log_in(page, site, "esempio")
    open_workshop(page, WORKSHOP)
    pledge_by_keyboard(page)
    page.locator("button[value=leave]").click()
    expect(page.locator(".notice-wait")).to_be_visible()
    own = Pledge.objects.get(pool=pool, organisation=organisation("esempio"))
    page.goto(f"{site}/it/impegni/{own.uuid}/ritorno/")  # the address that one comes back to from a finished page
    expect(page.get_by_role("status")).to_have_text(
        said(
            "No payment method was given yet, so the pledge does not count. You can still give one; until then nothing "
            "is binding."
        )
    )

    def nothing_happened() -> None:
        pool.refresh_from_db()
        assert (pool.state, pool.missing) == (PoolState.OPEN, 1)
        assert not Charge.objects.filter(pledge__pool=pool).exists()

    tick()
    nothing_happened()
    for step in STEPS:
        step(now=timezone.now() + HOLD + timedelta(minutes=1))
    nothing_happened()
    own.refresh_from_db()
    assert own.state == PledgeState.EXPIRED
    assert money_is_right()
