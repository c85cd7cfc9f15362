"""Workshops on the pages of other apps."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from home.freshness import POOLS, depends_on
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
from pooling.workshops.order import in_order

register = template.Library()


@register.simple_tag
def open_workshops(most: int = 3) -> list[WorkshopPage]:
    """The workshops of the active language that still look for organisations, the first to close first.

    `{% open_workshops as items %}`; each has its pool, in four queries however many there are.
    """
    depends_on(POOLS)
    pages = WorkshopPage.objects.live().public().in_language(get_language() or "de")
    return in_order(pages.with_pools(), now=timezone.now()).looking[:most]


@register.simple_tag
def workshop_list() -> WorkshopIndexPage | None:
    """The list of workshops in the active language, if there is one: `{% workshop_list as index %}`."""
    return WorkshopIndexPage.objects.live().public().in_language(get_language() or "de").first()
