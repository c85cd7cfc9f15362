"""What editors put on every page of a language: the menu, the foot, announcements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.models import PageViewRestriction
from wagtail_localize.models import Translation

from home import languages
from home.models import HomePage
from home.site_blocks import AnnouncementBlock, LinkBlock
from tests.home.factories import home_page, page, translation_of, unpublished

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def link(number: int, **value: Any) -> dict[str, Any]:
    return {"type": "link", "id": f"l{number}", "value": {"page": None, "url": "", "label": "", **value}}


def announcement(text: str, *, level: str = "info", **value: Any) -> dict[str, Any]:
    moments = {name: moment and moment.isoformat() for name, moment in value.items()}
    value = {"level": level, "text": f"<p>{text}</p>", "starts_at": None, "ends_at": None, **moments}
    return {"type": "announcement", "id": text, "value": value}


def put(language: str = "de", **streams: list[dict[str, Any]]) -> HomePage:
    """Publish the home page of a language with these streams."""
    home = home_page(language)
    for name, value in streams.items():
        setattr(home, name, HomePage._meta.get_field(name).to_python(value))
    home.save_revision().publish()
    return home_page(language)


def html(url: str = "/de/") -> str:
    return str(Client().get(url).content.decode())


def menu(url: str = "/de/") -> list[tuple[str, str]]:
    inside = re.search('<nav class="site-nav".*?</nav>', html(url), re.DOTALL)
    assert inside
    links = re.findall('<a href="([^"]+)"[^>]*>([^<]+)</a>', inside[0])
    return [(address, title) for address, title in links if address not in of_the_portal()]


def of_the_portal() -> set[str]:
    """What stands in every menu beside pages: the directory, the needs, the meetings, the search."""
    found = set()
    names = ("members:directory", "needs:needs", "meetings:meetings", "resources:search")
    for code in languages.codes():
        with translation.override(code):
            found |= {reverse(name) for name in names}
    return found


def foot(url: str = "/de/") -> str:
    found = re.search("<footer.*</footer>", html(url), re.DOTALL)
    assert found
    return found[0]


def test_where_nothing_is_set_the_pages_say_themselves_where_they_stand() -> None:
    page("Im Menü", show_in_menus=True)
    page("Impressum", in_footer=True)
    assert menu() == [("/de/im-menu/", "Im Menü")]
    assert "Impressum" in foot()


def test_the_menu_has_the_entries_that_were_set_in_their_order() -> None:
    page("Im Menü", show_in_menus=True)
    first, second = page("Zweite"), page("Erste")
    put(menu=[link(1, page=second.pk), link(2, page=first.pk, label="Kurz"), link(3, url="https://a.ch", label="A")])
    assert menu() == [("/de/erste/", "Erste"), ("/de/zweite/", "Kurz"), ("https://a.ch", "A")]
    assert 'href="/de/erste/" aria-current="page"' in html("/de/erste/")


def test_the_menu_of_a_translation_leads_to_translations_and_marks_what_has_none() -> None:
    german, only = page("Über uns"), page("Nur deutsch")
    translation_of(german, "fr", "À propos")
    entries = [link(1, page=german.pk), link(2, page=only.pk, label="Kurz")]
    put("fr", menu=entries)
    assert menu("/fr/") == [("/fr/a-propos/", "À propos"), ("/de/nur-deutsch/", "Nur deutsch")]
    assert '<a href="/de/nur-deutsch/" lang="de" hreflang="de">' in html("/fr/")


def test_words_of_links_texts_and_announcements_are_segments_and_chosen_pages_are_not_asked_for() -> None:
    german = page("Über uns")
    translation_of(german, "fr", "À propos")
    column = {"title": "Kontakt", "parts": [link(1, page=german.pk), {"type": "text", "id": "t", "value": "Bern"}]}
    streams: dict[str, Any] = {
        "menu": [link(1, page=german.pk, label="Wir")],
        "footer": [{"type": "column", "id": "c", "value": column}],
        "announcements": [announcement("Wir ziehen um")],
    }
    home = put(**streams)
    column = {**column, "title": "Contact"}
    translated = {
        **streams,
        "menu": [link(1, page=german.pk, label="Nous")],
        "footer": [{"type": "column", "id": "c", "value": column}],
        "announcements": [{**announcement("Nous déménageons"), "id": "Wir ziehen um"}],
    }
    translation_of(home, "fr", "up2gether", slug="fr", **translated)
    assert (
        len(
            set(
                Translation.objects.get(
                    target_locale__language_code="fr", source__object_id=home.translation_key
                ).get_progress()
            )
        )
        == 1
    )
    assert menu("/fr/") == [("/fr/a-propos/", "Nous")]
    assert "Contact" in foot("/fr/")
    assert '<a href="/fr/a-propos/">À propos</a>' in foot("/fr/")
    assert "Nous déménageons" in html("/fr/")


@pytest.mark.parametrize("gone", ["private", "unpublished", "deleted"])
def test_a_chosen_page_that_nobody_can_read_is_left_out(gone: str) -> None:
    chosen = page("Intern")
    put(menu=[link(1, page=chosen.pk), link(2, url="https://a.ch", label="A")])
    if gone == "private":
        PageViewRestriction.objects.create(page=chosen, restriction_type=PageViewRestriction.LOGIN)
    elif gone == "unpublished":
        unpublished(chosen)
    else:
        chosen.delete()
    assert menu() == [("https://a.ch", "A")]


def test_columns_at_the_foot_take_the_place_of_the_pages_flags() -> None:
    page("Impressum", in_footer=True)
    terms = page("Bedingungen")
    text = {"type": "text", "id": "t", "value": "Verein Beispiel\n3000 <Bern>"}
    column = {"title": "Rechtliches", "parts": [link(1, page=terms.pk), text]}
    empty = {"title": "Leer", "parts": []}
    put(footer=[{"type": "column", "id": str(n), "value": value} for n, value in enumerate([column, empty])])
    shown = foot()
    assert "<h2>Rechtliches</h2>" in shown
    assert '<a href="/de/bedingungen/">Bedingungen</a>' in shown
    assert "Verein Beispiel<br>3000 &lt;Bern&gt;" in shown
    assert "Impressum" not in shown
    assert "Leer" not in shown


def test_many_entries_cost_as_many_queries_as_one() -> None:
    pages = [page(f"Seite {number}") for number in range(6)]
    column = {"title": "x", "parts": [link(n, page=each.pk) for n, each in enumerate(pages)]}

    def queries(count: int) -> int:
        put(
            menu=[link(n, page=each.pk) for n, each in enumerate(pages[:count])],
            footer=[{"type": "column", "id": "c", "value": column}],
        )
        html()
        with CaptureQueriesContext(connection) as captured:
            html()
        return len(captured)

    assert queries(1) == queries(6)


def test_an_announcement_stands_on_every_page_of_its_language() -> None:
    german = page("Seite")
    put(announcements=[announcement("Wir ziehen <b>um</b>", level="wait")])
    for url in ("/de/", german.url, "/de/suche/"):
        assert "Wir ziehen <b>um</b>" in html(url)
    assert "Wir ziehen" not in html("/fr/")
    assert "banner-wait" in html()


def test_only_what_is_serious_interrupts_a_screen_reader() -> None:
    put(announcements=[announcement("Ruhig")])
    assert 'role="alert"' not in html()
    put(announcements=[announcement("Störung", level="trouble")])
    assert 'role="alert"' in html()


def test_an_announcement_begins_and_ends_by_itself_on_kept_pages_too(clock: Any, settings: Any) -> None:
    settings.PAGE_CACHE = True
    cache.clear()
    starts, ends = NOW + timedelta(minutes=2), NOW + timedelta(minutes=4)
    put(announcements=[announcement("Wartung", starts_at=starts, ends_at=ends)])
    assert "Wartung" not in html()
    clock.move_to(starts)
    assert "Wartung" in html()
    clock.move_to(ends - timedelta(seconds=1))
    assert "Wartung" in html()
    clock.move_to(ends)
    assert "Wartung" not in html()
    cache.clear()


def test_publishing_the_home_page_empties_the_kept_pages(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.PAGE_CACHE = True
    cache.clear()
    german = page("Seite")
    assert "Neuigkeit" not in html(german.url)
    with django_capture_on_commit_callbacks(execute=True):
        put(announcements=[announcement("Neuigkeit")])
    assert "Neuigkeit" in html(german.url)
    cache.clear()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"page": None, "url": "", "label": "x"}, "link_to_one"),
        ({"page": None, "url": "https://a.ch", "label": " "}, "link_unnamed"),
    ],
)
def test_a_link_leads_to_one_place_and_has_a_name(value: dict[str, Any], code: str) -> None:
    block = LinkBlock()
    with pytest.raises(ValidationError) as raised:
        block.clean(block.to_python(value))
    (error,) = raised.value.block_errors.values()
    assert error.code == code


def test_an_announcement_ends_after_it_has_begun() -> None:
    block = AnnouncementBlock()
    value = announcement("x", starts_at=NOW, ends_at=NOW)["value"]
    with pytest.raises(ValidationError):
        block.clean(block.to_python(value))


def test_editors_find_all_of_it_on_the_home_page(admin_client: Client) -> None:
    shown = admin_client.get(f"/admin/pages/{home_page().pk}/edit/")
    assert {"menu", "footer", "announcements", "tagline"} <= set(shown.context["form"].fields)
    assert "Auf jeder Seite" in shown.content.decode()
