"""What the demo's page about us has beside its text: a picture of our own, people, and pages to read next."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw
from wagtail.images import get_image_model

from home.content_files.markdown import stable_id

from .everywhere import page_ids
from .experts import german_expert
from .files import read_yaml

TITLE = "up2gether: fünf Häuser, ein Tisch"
SIZE = (1600, 780)
FINER = 2  # drawn larger and made smaller, so that slanting lines are smooth
PAPER, INK, PINE, APRICOT, SKY = "#fbf8f3", "#1d2a2e", "#1f5b4a", "#b3541e", "#2b6ca3"
# Each house by its left edge, ground, width and height.
HOUSES = [
    (70, 420, 190, 170, PINE),
    (400, 300, 130, 120, SKY),
    (710, 240, 180, 160, APRICOT),
    (1070, 300, 140, 140, PINE),
    (1340, 420, 190, 190, SKY),
]
TABLE = (620, 560, 980, 720)


def with_picture_people_and_links(body: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """The text with the picture after its first block, the people and the pages at its end."""
    content = read_yaml("about.yaml")
    keys = content["related"]["pages"]
    pages = page_ids(keys)
    picture = {"image": ensure_picture().pk, "decorative": False, "alt_text": content["picture"][code]}
    items = [
        {"type": "item", "value": pages[key], "id": stable_id("about", "related", key)} for key in keys if key in pages
    ]
    chosen = [
        {"type": "item", "value": german_expert(key).pk, "id": stable_id("about", "people", key)}
        for key in content["people"]["experts"]
    ]
    people = {"title": content["people"]["title"][code], "people": chosen}
    related = {"title": content["related"]["title"][code], "pages": items}
    return [
        body[0],
        {"type": "image", "value": picture, "id": stable_id("about", "picture")},
        *body[1:],
        {"type": "people", "value": people, "id": stable_id("about", "people")},
        {"type": "related", "value": related, "id": stable_id("about", "related")},
    ]


def ensure_picture() -> Any:
    """The picture among the images; it is drawn the first time."""
    images = get_image_model()
    found = images.objects.filter(title=TITLE).first()
    if found is not None:
        return found
    file = io.BytesIO()
    draw().save(file, "PNG", optimize=True)
    return images.objects.create(title=TITLE, file=ImageFile(file, name="five-houses.png"))


def draw() -> Image.Image:
    """Five houses and the ways from them to one table."""
    picture = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), PAPER)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = (FINER * each for each in TABLE)
    middle = ((left + right) // 2, (top + bottom) // 2)
    for x, ground, width, _height, _colour in HOUSES:
        door = (FINER * (x + width // 2), FINER * ground)
        pen.line([door, middle], fill=INK, width=6 * FINER)
    for x, ground, width, height, colour in HOUSES:
        house(pen, x, ground, width, height, colour)
    pen.rounded_rectangle((left, top, right, bottom), radius=30 * FINER, fill=PAPER, outline=INK, width=8 * FINER)
    for number, colour in enumerate(colour for *_place, colour in HOUSES):
        x = left + (60 + 50 * number) * FINER
        pen.rounded_rectangle((x, top + 60 * FINER, x + 40 * FINER, top + 100 * FINER), radius=6 * FINER, fill=colour)
    return picture.resize(SIZE, Image.Resampling.LANCZOS)


def house(pen: ImageDraw.ImageDraw, x: int, ground: int, width: int, height: int, colour: str) -> None:
    """A house with a roof, a door and a window."""
    left, right, base = FINER * x, FINER * (x + width), FINER * ground
    eaves = base - FINER * height * 2 // 3
    pen.polygon(
        [(left - 12 * FINER, eaves), ((left + right) // 2, base - FINER * height), (right + 12 * FINER, eaves)], INK
    )
    pen.rectangle((left, eaves, right, base), fill=colour)
    third = (right - left) // 6
    pen.rectangle(
        ((left + right) // 2 - third // 2, base - third * 2, (left + right) // 2 + third // 2, base), fill=PAPER
    )
    pen.rectangle((left + third // 2, eaves + third // 2, left + third * 3 // 2, eaves + third * 3 // 2), fill=PAPER)
