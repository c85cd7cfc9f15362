"""Images in the sizes that pages show: made when a page is published or its image changes, never while somebody waits.

A visitor's request only looks for what is there. Where a size is missing (an image that could not be read, or a page
that was published before there were sizes) the nearest one stands in, at last the image as it was uploaded;
`manage.py make_renditions` makes what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.db.models.signals import post_save
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, AbstractRendition, Filter
from wagtail.models import Page
from wagtail.signals import page_published

from .privacy import pages_using

WIDTHS = ("width-480", "width-960", "width-1440")  # a phone; the column of text; the same on a fine screen
SHARED = "fill-1200x630"  # what Open Graph's readers show whole
# How wide the column is in which images stand: see .prose in static/css/components.css.
SIZES = "(min-width: 45rem) 40rem, calc(100vw - 2rem)"

log = structlog.get_logger(__name__)


def images_in(body: Iterable[Any]) -> list[AbstractImage]:
    """The images of a text, in their order."""
    return [bound.value for bound in body if bound.block_type == "image" and bound.value]


def existing(image: AbstractImage, *specs: str) -> list[AbstractRendition]:
    """Those of the sizes that are there, in the order asked for. It makes none."""
    filters = [Filter(spec=spec) for spec in specs]
    found = image.find_existing_renditions(*filters)
    return [found[each] for each in filters if each in found]


def prefetch(body: Iterable[Any]) -> None:
    """Look up the sizes of all images of a text at once: one query however many there are, none where there is none."""
    if images := images_in(body):
        prefetch_related_objects(images, "renditions")


def make_for(page: Page) -> int:
    """Make the sizes that the images of `page` lack. Returns how many images it looked at.

    An image that can't be read is logged and left out: the page is published all the same.
    """
    images = images_in(getattr(page, "body", None) or [])
    for image in images:
        try:
            image.get_renditions(*WIDTHS, SHARED)
        except Exception as error:  # noqa: BLE001  # whatever a broken file makes Pillow say
            log.warning("an image could not be made smaller", image=image.pk, page=page.pk, error=str(error))
    return len(images)


def hear_of_page(sender: Any, instance: Page, **_details: Any) -> None:
    page = instance.specific
    if images_in(getattr(page, "body", None) or []):
        transaction.on_commit(lambda: make_for(page), robust=True)


def hear_of_image(sender: Any, instance: AbstractImage, created: bool, **_details: Any) -> None:
    """A new file or another focal point: Wagtail has thrown away what was made before."""
    if not created:
        transaction.on_commit(lambda: make_for_image(instance), robust=True)


def make_for_image(image: AbstractImage) -> None:
    for page in pages_using(image):
        make_for(page.specific)


def make_missing() -> Iterator[tuple[Page, int]]:
    """Every live page with images, and how many it has."""
    for page in Page.objects.live().specific().iterator():
        if count := make_for(page):
            yield page, count


def connect() -> None:
    page_published.connect(hear_of_page, dispatch_uid="renditions")
    post_save.connect(hear_of_image, sender=get_image_model(), dispatch_uid="renditions")
