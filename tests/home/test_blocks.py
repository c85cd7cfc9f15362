"""The blocks on a page."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

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
