"""The blocks on a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from home.tree import ensure_site
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


def shown(client: Client, *blocks: dict[str, object]) -> str:
    made = page("Seite", body=[{"id": str(number), **block} for number, block in enumerate(blocks)])
    return client.get(made.url).content.decode()


def heading(level: str, text: str) -> dict[str, object]:
    return {"type": "heading", "value": {"level": level, "text": text}}


def callout(title: str) -> dict[str, object]:
    return {"type": "callout", "value": {"kind": "caution", "title": title, "text": "<p>Text</p>"}}


def test_a_heading_can_be_linked_to(client: Client) -> None:
    assert '<h2 id="uber-uns">Über uns</h2>' in shown(client, heading("2", "Über uns"))


def test_a_title_in_a_block_stands_one_level_below_the_heading_before_it(client: Client) -> None:
    html = shown(client, callout("A"), heading("2", "x"), callout("B"), heading("3", "y"), callout("C"))
    assert "<h2>A</h2>" in html
    assert "<h3>B</h3>" in html
    assert "<h4>C</h4>" in html


def test_a_checklist_shows_its_points(client: Client) -> None:
    items = [{"type": "item", "id": "a", "value": "Erstens"}, {"type": "item", "id": "b", "value": "<i>Zweitens</i>"}]
    html = shown(client, {"type": "checklist", "value": {"title": "Liste", "items": items}})
    assert "<span>Erstens</span>" in html
    assert "<span>&lt;i&gt;Zweitens&lt;/i&gt;</span>" in html


def test_a_quote_names_its_source(client: Client) -> None:
    html = shown(client, {"type": "quote", "value": {"text": "Gemeinsam.", "source": "Eine Leiterin"}})
    assert "<figcaption>Eine Leiterin</figcaption>" in html


def test_an_image_has_the_alternative_text_of_its_language(client: Client) -> None:
    image = get_image_model().objects.create(title="x", file=get_test_image_file())

    def body(alt: str) -> list[dict[str, object]]:
        value = {"image": image.pk, "alt_text": alt, "decorative": False}
        return [{"type": "image", "id": "i", "value": value}]

    german = page("Bild", body=body("Ein Haus"))
    french = translation_of(german, "fr", "Image", body=body("Une maison"))
    assert 'alt="Ein Haus"' in client.get(german.url).content.decode()
    assert 'alt="Une maison"' in client.get(french.url).content.decode()


def test_two_headings_with_the_same_words_have_different_anchors(client: Client) -> None:
    html = shown(client, heading("2", "Kosten"), heading("3", "Kosten"), heading("2", "???"))
    assert '<h2 id="kosten">' in html
    assert '<h3 id="kosten-2">' in html
    assert '<h2 id="section">' in html


def test_a_long_page_says_what_it_contains(client: Client) -> None:
    html = shown(client, heading("2", "Eins"), heading("3", "Darin"), heading("2", "Zwei"), heading("2", "Eins"))
    assert re.findall('href="#(eins|darin|zwei|eins-2)"', html) == ["eins", "zwei", "eins-2"]


def test_a_short_page_needs_no_list_of_its_sections(client: Client) -> None:
    assert "contents-title" not in shown(client, heading("2", "Eins"), heading("2", "Zwei"))


def test_a_step_shows_the_drawing_that_was_chosen(client: Client) -> None:
    home = ensure_site()
    steps = [
        {"type": "step", "id": drawing, "value": {"drawing": drawing, "title": drawing, "text": "x"}}
        for drawing in ["needs", "pledges", "payment"]
    ]
    home.steps = [*steps, {"type": "step", "id": "none", "value": {"title": "Ohne", "text": "x"}}]
    home.save()
    html = client.get(home.url).content.decode()
    assert html.count('class="drawing step-drawing"') == 3
    assert html.count('class="tick"') == 1
