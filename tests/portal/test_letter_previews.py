"""The samples of all letters: complete, in three languages, and fit to be read; and the pages that show them."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path

import polib
import pytest
from django.conf.urls.i18n import i18n_patterns
from django.test import Client
from django.urls import include, path, reverse

from members.letters.markup import Amount, Button, Paragraph
from portal.letter_samples import BASE, LANGUAGES, SAMPLES, Sample, written_samples
from portal.urls import handler404, handler500
from portal.urls import urlpatterns as portal_urls
from tests.members.test_notices_kinds import templates as classified
from tests.pooling.letter_factories import KINDS
from tests.pooling.test_letters import left_in_english

__all__ = ["handler404", "handler500", "urlpatterns"]

# The addresses of development: tests run without DEBUG.
urlpatterns = [*i18n_patterns(path("design/letters/", include("portal.letter_previews"))), *portal_urls]

ROOT = Path(__file__).parents[2]
# Words that say what happens to money: ours, and the source's while a sentence waits for its translation.
MONEY = r"CHF|bezahl|belast|kostet|nichts|pay|débit|coût|rembours|rien|paga|addebit|cost|rimbors|nulla|charged|nothing"

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_every_letter_has_a_sample() -> None:
    templates = classified()
    assert templates == {sample.template for sample in SAMPLES}, "an entry in portal/letter_samples.py is missing"


def test_every_sample_has_a_name_of_its_own() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


@cache
def collected(language: str) -> set[str]:
    """The files whose messages the catalogue holds."""
    catalogue = polib.pofile(str(ROOT / f"locale/{language}/LC_MESSAGES/django.po"))
    return {file for entry in catalogue for file, _line in entry.occurrences}


def is_collected(template: str, language: str) -> bool:
    """Whether somebody has run `make messages` since the letter was written: the linter asks for it, not this test."""
    return any(file.endswith(template) for file in collected(language))


@every_sample
@in_each_language
def test_a_sample_reads_as_a_letter_should(sample: Sample, language: str) -> None:
    written = sample.write(language)
    words = unescape(re.sub(r"<style>.*?</style>|<!--.*?-->|<[^>]*>", " ", written.html, flags=re.DOTALL))
    for version in [written.subject, written.text, words]:
        assert not is_collected(sample.template, language) or left_in_english(version, language) == []
        assert not re.search(r"\bNone\b|\bFalse\b|\{\{|\{%|%\(|\$\{|\.\.|,,|\(\)", version)
    assert "  " not in written.subject
    for line in written.text.splitlines():
        if not line.startswith("  "):  # facts stand in columns
            assert "  " not in line
    for part in sample.document(language).parts:
        if isinstance(part, Paragraph):
            assert "  " not in part.text
            assert part.text[-1] in ".?!"
    assert written.html.startswith("<!DOCTYPE html>")
    assert f'<html lang="{language}">' in written.html
    assert written.html.count("<h1") == 1


@every_sample
@in_each_language
def test_a_sample_has_one_button_at_most(sample: Sample, language: str) -> None:
    buttons = [part for part in sample.document(language).parts if isinstance(part, Button)]
    assert len(buttons) <= 1
    assert all(button.url in sample.write(language).text.splitlines() for button in buttons)


@pytest.mark.parametrize("sample", [it for it in SAMPLES if it.is_about_money], ids=lambda sample: sample.name)
@in_each_language
def test_a_letter_about_a_pledge_says_at_its_top_what_it_means_for_the_money(sample: Sample, language: str) -> None:
    top = sample.document(language).parts[:3]
    said = [part.text for part in top if isinstance(part, Paragraph)]
    said += [part.value for part in top if isinstance(part, Amount)]
    assert any(re.search(MONEY, text, re.IGNORECASE) for text in said)


@every_sample
@in_each_language
def test_a_subject_leaves_room_for_the_title(sample: Sample, language: str) -> None:
    subject, facts = sample.write(language).subject, sample.facts(language)
    names = [str(facts[key]) for key in ("title", "organisation", "who") if str(facts.get(key)) in subject]
    assert len(subject) - sum(map(len, names)) <= 48


def test_samples_hold_what_letters_are_really_told(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    told: dict[str, set[str]] = {}

    def remember(*, template: str, drafts: list[object], now: object) -> int:
        for draft in drafts:
            told[template] = {"organisation", *draft.context}  # type: ignore[attr-defined]
        return 0

    monkeypatch.setattr("pooling.actions.letters.queue_letters", remember)
    for kind in KINDS:
        kind("de")
    assert len(told) == len(KINDS)
    for sample in SAMPLES:
        if sample.template in told:
            assert BASE.keys() | sample.own.keys() == told[sample.template], sample.name


def test_all_samples_are_there_for_the_html_checker() -> None:
    assert {(name, language) for name, language, _written in written_samples()} == {
        (sample.name, language) for sample in SAMPLES for language in LANGUAGES
    }


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.test_letter_previews")
class TestPages:
    def test_the_index_leads_to_every_letter_in_every_language(self, client: Client) -> None:
        page = client.get(reverse("design_letters")).content.decode()
        for sample in SAMPLES:
            for language in LANGUAGES:
                assert f'href="/{language}/design/letters/{sample.name}/"' in page

    def test_a_letter_is_shown_with_its_text_and_in_both_schemes(self, client: Client) -> None:
        page = client.get("/fr/design/letters/charged/").content.decode()
        assert "Un site internet qui nous appartient" in page
        assert 'src="/fr/design/letters/charged/light/"' in page
        assert 'src="/fr/design/letters/charged/dark/"' in page

    def test_the_dark_scheme_is_shown_to_everybody(self, client: Client) -> None:
        dark, light = (client.get(f"/de/design/letters/charged/{it}/").content.decode() for it in ("dark", "light"))
        assert "@media all" in dark
        assert "@media not all" in light
        assert "prefers-color-scheme" not in dark + light

    def test_inline_styles_are_allowed_for_the_letter_alone(self, client: Client) -> None:
        alone = client.get("/de/design/letters/charged/light/").headers["Content-Security-Policy"]
        around = client.get("/de/design/letters/charged/").headers["Content-Security-Policy"]
        assert "style-src 'self' 'unsafe-inline'" in alone
        assert "script-src 'self'" in [directive.strip() for directive in alone.split(";")]
        assert "unsafe-inline" not in around
        assert "frame-src 'self'" in around

    @pytest.mark.parametrize("address", ["/de/design/letters/no-such/", "/de/design/letters/charged/blue/"])
    def test_what_is_not_there_is_not_found(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 404


def test_visitors_find_no_previews(client: Client, db: None) -> None:
    assert client.get("/de/design/letters/").status_code == 404
