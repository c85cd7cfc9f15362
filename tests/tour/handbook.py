"""The pictures of the editors' handbook, taken from the demo: `make handbook`, or python -m tests.tour.handbook.

All of them again, in each language, into docs/handbook/pictures/ (docs/decisions/0020).
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import find_chromium  # first of all: it starts PostgreSQL and Django

from django.utils import timezone  # isort: skip
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from wagtail.models import Locale
from wagtail.users.models import UserProfile

from home.localising.actions import start_translation
from home.models import HomePage
from members.meetings.models import Meeting
from members.models import Application, User
from portal.handbook import FOLDER
from resources.models import ResourceIndexPage, ResourcePage
from resources.readers import ReaderCount, Said
from tests.browser.people import be_logged_in, pool_of, workshop
from tests.chromium import LAUNCH_ARGUMENTS
from tests.demo_site import the_site
from tests.home.factories import page as made_page
from tests.home.factories import translation_of

from .gallery import LANGUAGES, served_portal

SIZE = {"width": 1040, "height": 640}
QUALITY = 50  # of WebP: screens have few colours, and stay readable far below photographs
MARK = "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0f01"


@dataclass(frozen=True)
class Words:
    """A resource as somebody writes it for the pictures."""

    title: str
    summary: str
    text: str
    longer: str  # the summary, after it was changed

    @property
    def body(self) -> list[dict[str, Any]]:
        return [{"type": "text", "value": f"<p>{self.text}</p>", "id": MARK}]


WORDS = {
    "de": Words(
        "Passwörter, die halten",
        "Wie ein kleines Team sichere Passwörter wählt.",
        "Ein langes Passwort ist besser als ein kompliziertes.",
        "Wie ein kleines Team sichere Passwörter wählt und weitergibt.",
    ),
    "fr": Words(
        "Des mots de passe qui tiennent",
        "Comment une petite équipe choisit des mots de passe sûrs.",
        "Un mot de passe long vaut mieux qu’un mot de passe compliqué.",
        "Comment une petite équipe choisit et transmet des mots de passe sûrs.",
    ),
    "it": Words(
        "Password che reggono",
        "Come un piccolo gruppo sceglie password sicure.",
        "Una password lunga è meglio di una complicata.",
        "Come un piccolo gruppo sceglie e trasmette password sicure.",
    ),
}


@dataclass
class Desk:
    """What the pictures show besides the demo: a resource in its three states."""

    language: str
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for who, asked in {
            "editor": {"groups__name": "Editor"},
            "manager": {"groups__name": "Network manager"},
            "operator": {"is_superuser": True},
        }.items():
            self.people[who] = User.objects.get(**asked)
            profile = UserProfile.get_for_user(self.people[who])
            profile.preferred_language = self.language
            profile.save()
        second, third = (code for code in LANGUAGES if code != self.language)
        words = WORDS[self.language]
        library = ResourceIndexPage.objects.get(locale__language_code=self.language)
        self.library = library
        editor = self.people["editor"]
        self.original = made_page(
            words.title, parent=library, model=ResourcePage, summary=words.summary, body=words.body
        )
        others = WORDS[second]
        self.outdated = translation_of(self.original, second, others.title, summary=others.summary, body=others.body)
        self.original.save_revision(user=editor, log_action=True)
        self.original.summary = words.longer
        self.original.save_revision(user=editor, log_action=True).publish(user=editor)
        self.draft = start_translation(source=self.original, locale=Locale.objects.get(language_code=third), by=editor)
        self.count_readers()

    def count_readers(self) -> None:
        pages = ResourcePage.objects.filter(locale__language_code=self.language).order_by("pk")[:6]
        for number, page in enumerate(pages):
            for said, n in ((Said.HELPED, 31 - 4 * number), (Said.WORKSHOP, 2 + 3 * number)):
                ReaderCount.objects.update_or_create(
                    page_key=page.translation_key,
                    language=self.language,
                    said=said,
                    day=timezone.localdate(),
                    defaults={"number": n},
                )


@dataclass(frozen=True)
class Picture:
    """One of the handbook's pictures: where it is taken, by whom, and what is done there first."""

    name: str
    path: str
    first: Callable[[Page], None] = lambda page: None
    who: str = "editor"


def pictures(desk: Desk) -> list[Picture]:
    edit = "wagtailadmin_pages:edit"
    words = WORDS[desk.language]
    new = reverse("wagtailadmin_pages:add", args=["resources", "resourcepage", desk.library.pk])
    original = reverse(edit, args=[desk.original.pk])
    home = HomePage.objects.get(locale__language_code="de")  # the original: the others are translated from it
    financed = workshop("online-counselling-start", desk.language)
    assert pool_of("online-counselling-start")
    barcamp = Meeting.objects.get(kind="barcamp")
    application = Application.objects.filter(decided_at=None).exclude(confirmed_at=None).order_by("pk")[0]

    def write(page: Page) -> None:
        page.fill("[name=title]", words.title)
        page.fill("[name=summary]", words.summary)

    def choose_block(page: Page) -> None:
        page.locator(".c-sf-add-button").first.click()
        page.locator(".w-combobox__option").first.wait_for()

    def preview(page: Page) -> None:
        page.locator("[data-side-panel-toggle=preview]").click()
        page.frame_locator("#w-preview-iframe").locator("h1").first.wait_for()
        page.locator("footer .w-dropdown button").first.click()
        page.locator("button[name=action-publish]").wait_for()

    def status(page: Page) -> None:
        page.locator("[data-side-panel-toggle=status]").click()
        page.locator(".languages-panel").first.wait_for()

    def translating(page: Page) -> None:
        page.locator(".js-translation-editor li.incomplete").first.wait_for()
        page.locator(".js-translation-editor li.incomplete button").first.click()
        page.mouse.wheel(0, 330)

    def privacy(page: Page) -> None:
        status(page)
        page.locator("[data-a11y-dialog-show*=privacy]").first.click()
        page.locator("#id_restriction_type, [name=restriction_type]").first.wait_for()

    def refuse(page: Page) -> None:
        fake = {"name": "flyer.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}
        page.locator("input[type=file]").set_input_files([fake])
        page.locator(".upload-failure").wait_for()

    def every_page(page: Page) -> None:
        page.locator("[role=tab]").nth(1).click()

    return [
        Picture("menu", reverse("wagtailadmin_home")),
        Picture("resource", new, write),
        Picture("blocks", new, choose_block),
        Picture("publish", original, preview),
        Picture("languages", original, status),
        Picture("translating", reverse(edit, args=[desk.outdated.pk]), translating),
        Picture("outdated", f"{reverse('translations')}?q={words.title.split()[0]}"),
        Picture("privacy", original, privacy),
        Picture("history", reverse("wagtailadmin_pages:history", args=[desk.original.pk])),
        Picture("pool", reverse("workshop_pool", args=[financed.pk])),
        Picture("demand", reverse("resource_demand"), lambda page: page.mouse.wheel(0, 420)),
        Picture("refused", reverse("wagtaildocs:add_multiple"), refuse),
        Picture("every-page", reverse(edit, args=[home.pk]), every_page),
        Picture("application", reverse("application", args=[application.uuid]), who="manager"),
        Picture("meeting-texts", reverse("meeting_edit", args=[barcamp.pk])),
        Picture("meeting", reverse("meeting_desk", args=[barcamp.pk]), who="manager"),
        Picture("desk", reverse("desk"), who="operator"),
    ]


def take(browser: Browser, site: str, language: str, *, only: str) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of each picture. Each is taken in a window of its own: Wagtail remembers open panels."""
    the_site().restore()
    desk = Desk(language)
    for picture in pictures(desk):
        if only not in picture.name:
            continue
        context = browser.new_context(
            locale=f"{language}-CH", timezone_id="Europe/Zurich", reduced_motion="reduce", viewport=SIZE
        )
        be_logged_in(context, site, desk.people[picture.who])
        page = context.new_page()
        page.goto(site + picture.path)
        page.wait_for_load_state("networkidle")
        picture.first(page)
        page.wait_for_timeout(400)  # for what is drawn without saying when it is done
        yield picture.name, page.screenshot()
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make handbook", description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="may be given more than once")
    parser.add_argument("--only", default="", help="pictures whose name contains this")
    parser.add_argument("--into", type=Path, default=FOLDER / "pictures", help="a directory")
    options = parser.parse_args()
    chromium = find_chromium()
    if not chromium:
        sys.exit("chromium is not installed (apt install chromium)")
    size = 0
    with served_portal() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
        for language in options.language or LANGUAGES:
            folder = options.into / language
            folder.mkdir(parents=True, exist_ok=True)
            for name, png in take(browser, site, language, only=options.only):
                file = folder / f"{name}.webp"
                Image.open(io.BytesIO(png)).convert("RGB").save(file, quality=QUALITY, method=6)
                size += file.stat().st_size
                print(f"{language} {name}: {file.stat().st_size // 1000} kB", flush=True)  # noqa: T201
        browser.close()
    print(f"{size // 1000} kB in {options.into}")  # noqa: T201


if __name__ == "__main__":
    main()
