"""Meetings, by keyboard: in French somebody is registered, and a colleague sent instead; in German, to a workshop."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from members.meetings.models import Meeting
from pooling.models import Pledge
from portal.demo.network import organisation

from .people import administrator, be_logged_in, follow, log_in, pool_of, said, tab_to


def press(page: Page, name: str) -> None:
    """The button called `name`."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, field: str, text: str) -> None:
    """Over whatever stands in the field, which Tab selects."""
    tab_to(page, page.locator(f"[name={field}]"))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_somebody_is_registered_and_a_colleague_sent_instead(quiet_page: Page, site: str) -> None:
    page, of = quiet_page, organisation("exemple")
    meeting = Meeting.objects.get(kind="barcamp")
    log_in(page, site, "exemple", "fr")
    menu = page.get_by_role("navigation", name=said("Main navigation", "fr"))
    follow(page, menu.get_by_role("link", name=said("Meetings", "fr"), exact=True))
    title = meeting.in_language("fr").title
    follow(page, page.get_by_role("link", name=title, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    write(page, "name", "Camille Exemple")
    write(page, "email", "camille@example.org")
    press(page, said("Register", "fr"))
    expect(page.get_by_role("status")).to_contain_text(said("%(name)s is registered.", "fr", name="Camille Exemple"))
    follow(page, page.get_by_role("link", name=said("Change or sign off %(name)s", "fr", name="Camille Exemple")))
    write(page, "name", "Dominique Exemple")
    press(page, said("Save", "fr"))
    instead = said("%(name)s comes instead of %(before)s.", "fr", name="Dominique Exemple", before="Camille Exemple")
    expect(page.get_by_role("status")).to_contain_text(instead)
    assert [each.name for each in meeting.registrations.live().filter(organisation=of)] == ["Dominique Exemple"]


def test_people_are_named_for_a_workshop_and_one_is_replaced(quiet_page: Page, site: str) -> None:
    page, of = quiet_page, organisation("muster")
    pledge = Pledge.objects.get(pool=pool_of("data-protection-practice"), organisation=of)
    be_logged_in(page.context, site, administrator("muster"))
    page.goto(f"{site}/de/zusagen/{pledge.uuid}/")
    follow(page, page.get_by_role("link", name=said("Say who comes", "de"), exact=True))
    write(page, "name", "Maria Muster")
    press(page, said("Put on the list", "de"))
    follow(page, page.get_by_role("link", name=said("Replace or remove %(name)s", "de", name="Maria Muster")))
    write(page, "name", "Karl Muster")
    press(page, said("Save", "de"))
    expect(page.locator("main")).to_contain_text("Karl Muster kommt anstelle von Maria Muster.")
    assert [each.name for each in pledge.attendees.all()] == ["Karl Muster"]
