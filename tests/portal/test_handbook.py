"""The editors' handbook: the same chapters in each language, and nothing in it leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from wagtail.users.models import UserProfile

from portal.handbook import CHAPTER, FOLDER, PICTURES, Chapter, chapters, read
from portal.roles import ROLES
from tests.members.factories import UserFactory

LANGUAGES = ("de", "fr", "it")
EVERY = [(code, chapter) for code in LANGUAGES for chapter in chapters(code)]
MOST = 1_500_000  # bytes of all pictures together
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
# Words that no German, French or Italian sentence has. What the files and groups are called is left out before.
ENGLISH = re.compile(
    r"(?i)\b(the|and|of|with|this|that|you|your|page|pages|click|draft|publish|upload|which|is|are|not)\b"
)
FRENCH_TOO = {"page", "pages", "not"}
NAMES = re.compile(r"`[^`]*`|Network manager|Finance\b")
UNFIT = {
    "de": r"\b(du|dich|dir|deine?\w*|euch)\b|ß|„",
    "fr": r"(?i)\b(tu|toi|ton|tes)\b|\w [:;?!»]|« |'",
    "it": r"(?i)\b(tu|tuo|tua|tuoi|hai|puoi|devi|clicca|scegli|apri|scrivi)\b|\w'\w",
}

by_chapter = pytest.mark.parametrize(
    ("code", "chapter"), EVERY, ids=[f"{code}-{chapter.slug}" for code, chapter in EVERY]
)


def text_of(chapter: Chapter) -> str:
    return chapter.file.read_text(encoding="utf-8")


def links(chapter: Chapter) -> list[str]:
    return [target for mark, _words, target in LINK.findall(text_of(chapter)) if not mark]


def pictures(chapter: Chapter) -> list[tuple[str, str]]:
    """The alternative text and the file of each picture."""
    return [(words, target) for mark, words, target in LINK.findall(text_of(chapter)) if mark]


def shape(code: str) -> list[tuple[str, int, int, list[str], list[str]]]:
    """What must be the same in every language."""
    return [
        (
            chapter.file.name,
            text_of(chapter).count("\n## "),
            text_of(chapter).count("\n- "),
            [target.split("#")[0] for target in links(chapter)],
            [Path(target).name for _words, target in pictures(chapter)],
        )
        for chapter in chapters(code)
    ]


def test_each_language_has_the_same_chapters_headings_lists_links_and_pictures() -> None:
    german = shape("de")
    assert len(german) >= 14
    assert shape("fr") == german
    assert shape("it") == german


def test_every_file_of_the_handbook_is_a_chapter() -> None:
    for code in LANGUAGES:
        assert [file.name for file in sorted((FOLDER / code).iterdir()) if not CHAPTER.fullmatch(file.name)] == []


@by_chapter
def test_what_a_chapter_names_is_there(code: str, chapter: Chapter) -> None:
    for target in links(chapter):
        name, _hash_sign, anchor = target.partition("#")
        if name.startswith("/admin/"):
            try:
                match = resolve(name)
            except Resolver404:
                pytest.fail(f"{name} is no address of the admin")
            assert match.view_name not in {"wagtail_serve", "wagtailadmin_default"}, name
            continue
        named = chapter if not name else next((one for one in chapters(code) if one.file.name == name), None)
        assert named, f"there is no chapter {name}"
        assert not anchor or anchor in [section.anchor for section in read(named)[1]], target


@by_chapter
def test_its_pictures_are_in_its_language_served_and_described(code: str, chapter: Chapter) -> None:
    for words, target in pictures(chapter):
        assert target.startswith(f"{PICTURES}{code}/")
        assert (chapter.file.parent / target).resolve().is_file()
        assert finders.find(f"handbook/{target.removeprefix(PICTURES)}")
        assert len(words) > 15


def test_no_picture_is_left_over_and_all_together_are_small() -> None:
    files = {file for file in (FOLDER / "pictures").rglob("*") if file.is_file()}
    named = {
        (chapter.file.parent / target).resolve() for _code, chapter in EVERY for _words, target in pictures(chapter)
    }
    assert files == named
    assert sum(file.stat().st_size for file in files) < MOST


@by_chapter
def test_it_is_in_its_language_and_formal(code: str, chapter: Chapter) -> None:
    text = LINK.sub(r"\2", NAMES.sub("", text_of(chapter)))
    english = [found for found in ENGLISH.findall(text) if code != "fr" or found.lower() not in FRENCH_TOO]
    assert english == []
    assert [found[0] for found in re.finditer(UNFIT[code], text)] == []


@by_chapter
def test_its_headings_have_an_anchor_each(code: str, chapter: Chapter) -> None:
    html, sections = read(chapter)
    anchors = [section.anchor for section in sections]
    assert len(set(anchors)) == len(anchors) > 1
    assert all(f'id="{anchor}"' in html for anchor in anchors)
    assert "../" not in html
    assert ".md" not in re.sub(r"<code>.*?</code>", "", html)


def client_of(group: str, language: str) -> Client:
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    profile = UserProfile.get_for_user(person)
    profile.preferred_language = language
    profile.save()
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("group", ROLES)
def test_every_role_finds_it_in_the_help_menu(group: str) -> None:
    client = client_of(group, "de")
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("handbook") in home
    assert "guide.wagtail.org" not in home
    contents = client.get(reverse("handbook"))
    assert contents.status_code == 200
    for chapter in contents.context["chapters"]:
        assert client.get(chapter.url).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_admin(language: str) -> None:
    client = client_of("Editor", language)
    with translation.override(language):
        name = translation.gettext("Handbook")
    assert name in client.get(reverse("handbook")).content.decode()
    first, second, *_others = chapters(language)
    page = client.get(first.url).content.decode()
    assert first.title in page
    assert f'href="{second.url}" rel="next"' in page
    assert f'<html lang="{language}"' in page
    assert f"handbook/{language}/menu" in page


@pytest.mark.django_db
def test_a_chapter_that_is_none_is_not_found() -> None:
    answer = client_of("Editor", "de").get(reverse("handbook_chapter", args=["nothing"]), follow=True)
    assert answer.status_code == 404


@pytest.mark.django_db
def test_who_is_not_staff_does_not_read_it(client: Client) -> None:
    assert client.get(reverse("handbook")).status_code == 302
    client.force_login(UserFactory())
    assert client.get(reverse("handbook")).status_code in {302, 403}
