"""An editor's morning in the admin: write, preview, publish, translate, find what is outdated, mend, restrict, undo.

The whole of it in German; in French as far as the translation, since there the words differ and the ways don't.
"""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from wagtail.models import Locale
from wagtail.users.models import UserProfile

from members.models import User
from resources.models import ResourceIndexPage, ResourcePage

from .people import be_logged_in, said

TITLE, SUMMARY, TEXT = "Passwoerter im Team", "Wie man sie waehlt.", "Lang ist besser als kompliziert."
CHANGED = "Wie man sie waehlt und weitergibt."


def sit_down(page: Page, site: str, language: str) -> None:
    """Logged in as the demo's editor, in the admin of `language`."""
    editor = User.objects.get(groups__name="Editor")
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = language
    profile.save()
    be_logged_in(page.context, site, editor)


def edit(page: Page, site: str, pk: int) -> None:
    page.goto(site + reverse("wagtailadmin_pages:edit", args=[pk]))


def write(page: Page, site: str, language: str) -> ResourcePage:
    """A resource, as a draft."""
    library = ResourceIndexPage.objects.get(locale__language_code=language)
    page.goto(site + reverse("wagtailadmin_pages:add", args=["resources", "resourcepage", library.pk]))
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", SUMMARY)
    page.locator(".c-sf-add-button").first.click()
    page.locator(".w-combobox__option").nth(1).click()  # text, after the heading
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type(TEXT)
    expect(page.locator("[name=body-0-value]")).to_have_value(re.compile(TEXT))  # the field is written a moment later
    page.get_by_role("button", name=said("Save draft", language)).click()
    page.wait_for_url("**/edit/")
    made = ResourcePage.objects.get(title=TITLE)
    assert not made.live
    return made


def preview(page: Page, language: str) -> None:
    page.locator("[data-side-panel-toggle=preview]").click()
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(shown.get_by_text(TEXT)).to_be_visible()
    page.locator("[data-side-panel-toggle=preview]").click()


def publish(page: Page, language: str) -> None:
    page.locator("footer .w-dropdown button").first.click()
    with page.expect_navigation():
        page.locator("button[name=action-publish]").click()
    expect(page.locator(".messages .success")).to_be_visible()


def open_status(page: Page) -> None:
    toggle = page.locator("[data-side-panel-toggle=status]").first
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()


def language_line(page: Page, language: str) -> Locator:
    """The line of the panel beside the editor that tells of `language`."""
    open_status(page)
    return page.locator(".languages-panel").first.locator(f"li:has([lang={language}])")


def translate(page: Page, text: str) -> int:
    """Write `text` into each segment that is open in sight. Returns how many there were."""
    n = 0
    open_segments = page.locator(".js-translation-editor li.incomplete:visible")
    open_segments.first.wait_for()
    while open_segments.count():
        segment = open_segments.first
        segment.get_by_role("button").click()
        field = page.locator(
            ".js-translation-editor textarea:visible, .js-translation-editor [contenteditable=true]:visible"
        )
        field.first.click()
        page.keyboard.type(f"{text} {n}".strip())
        before = open_segments.count()
        page.locator(
            ".js-translation-editor li:has(textarea), .js-translation-editor li:has([contenteditable=true])"
        ).get_by_role("button").nth(1).click()
        expect(open_segments).to_have_count(before - 1)
        n += 1
    return n


def publish_translation(page: Page) -> None:
    with page.expect_navigation():
        page.locator(".js-translation-editor footer button").first.click()


def write_and_translate(page: Page, site: str, language: str, into: str) -> tuple[ResourcePage, Any]:
    """Up to a live translation: refused first, since the address in the other tab is missing."""
    sit_down(page, site, language)
    original = write(page, site, language)
    preview(page, language)
    publish(page, language)
    assert TITLE in page.request.get(site + original.get_url()).text()

    edit(page, site, original.pk)
    line = language_line(page, into)
    expect(line).to_contain_text(said("not translated", language), ignore_case=True)
    with page.expect_navigation():
        line.get_by_role("button").click()
    assert translate(page, "Texte") == 3
    publish_translation(page)
    expect(page.locator(".messages .error")).to_contain_text(TITLE)
    page.get_by_role("link", name=said("Go to the first missing segment", language)).click()
    missing = page.locator(".js-translation-editor li.incomplete:visible")
    expect(missing).to_have_count(1)
    assert translate(page, "adresse") == 1
    publish_translation(page)
    expect(page.locator(".messages .success")).to_be_visible()
    translation = original.get_translation(Locale.objects.get(language_code=into))
    assert translation.live
    return original, translation


def test_a_french_morning_up_to_the_translation(quiet_page: Page, site: str) -> None:
    write_and_translate(quiet_page, site, "fr", "de")


def test_a_whole_morning(quiet_page: Page, site: str) -> None:
    page = quiet_page
    original, translation = write_and_translate(page, site, "de", "fr")

    # What is outdated, and mending it.
    edit(page, site, original.pk)
    page.fill("[name=summary]", CHANGED)
    publish(page, "de")
    page.goto(site + reverse("translations") + "?state=outdated")
    row = page.locator("tr", has_text=TITLE)
    expect(row).to_contain_text("Um 1 Abschnitt veraltet")
    row.get_by_role("link", name=said("Update", "de")).click()
    assert translate(page, "Nouveau") == 1
    publish_translation(page)
    page.goto(site + reverse("translations") + "?state=outdated")
    expect(page.locator("tr", has_text=TITLE)).to_have_count(0)

    # Restricting the German page keeps visitors from the French one.
    visitor = Client()
    french = translation.get_url()
    assert visitor.get(french).status_code == 200
    edit(page, site, original.pk)
    open_status(page)
    page.locator("[data-a11y-dialog-show*=privacy]").first.click()
    page.locator("[name=restriction_type][value=login]").check()
    with page.expect_response("**/privacy/"):
        page.locator("[role=dialog] [type=submit]:visible").click()
    assert visitor.get(french).status_code == 302

    # Back to the first version, and off the site.
    page.goto(site + reverse("wagtailadmin_pages:history", args=[original.pk]))
    first = original.revisions.order_by("pk")[0]
    page.goto(site + reverse("wagtailadmin_pages:revisions_revert", args=[original.pk, first.pk]))
    expect(page.locator("[name=summary]")).to_have_value(SUMMARY)
    publish(page, "de")
    original.refresh_from_db()
    assert original.summary == SUMMARY
    page.goto(site + reverse("wagtailadmin_pages:unpublish", args=[original.pk]))
    with page.expect_navigation():
        page.get_by_role("button", name="Ja, Veröffentlichung aufheben").click()
    original.refresh_from_db()
    assert not original.live
