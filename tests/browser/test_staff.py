"""Staff and a need, in German: the network manager reads it, and an editor makes a draft workshop of it in one step."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect
from wagtail.users.models import UserProfile

from members.models import User
from members.needs.models import Need, NeedState
from pooling.models import Pool, PoolState

from .people import be_logged_in, said


def sit_down(page: Page, site: str, group: str) -> None:
    """At the desk of needs, as whoever is in `group`."""
    person = User.objects.get(groups__name=group)
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": "de"})
    page.context.clear_cookies()
    be_logged_in(page.context, site, person)
    page.goto(site + reverse("needs_desk"))


def test_an_editor_makes_a_draft_workshop_of_a_need_and_a_network_manager_only_reads_it(
    quiet_page: Page, site: str
) -> None:
    page = quiet_page
    need = Need.objects.filter(state=NeedState.OPEN, language="de").order_by("pk")[0]
    workshop = said("Make a draft workshop", "de")

    sit_down(page, site, "Network manager")
    menu = page.locator("#wagtail-sidebar")
    expect(menu.get_by_role("link", name=said("Applications", "de"))).to_be_visible()
    page.get_by_role("link", name=need.title).click()
    expect(page.get_by_role("button", name=said("Close the need", "de"))).to_be_visible()
    expect(page.get_by_role("button", name=workshop)).to_have_count(0)

    sit_down(page, site, "Editor")
    expect(menu.get_by_role("link", name=said("Applications", "de"))).to_have_count(0)
    page.get_by_role("link", name=need.title).click()
    page.get_by_role("button", name=workshop).click()
    done = page.locator(".messages .success")
    expect(done).to_contain_text("Entwurf")
    done.get_by_role("link", name=said("Edit page", "de")).click()
    expect(page.locator("[name=title]")).to_have_value(need.title)
    need.refresh_from_db()
    assert need.state == NeedState.WORKSHOP
    assert Pool.objects.get(page_key=need.page_key).state == PoolState.DRAFT
