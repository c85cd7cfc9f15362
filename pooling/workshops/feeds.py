"""The newest workshops as an Atom feed. An entry is renewed when its page changes, and when its pool takes a turn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home.dates import date_in_words
from home.feeds import MOST, PageFeed, printable
from home.freshness import POOLS, depends_on
from pooling.models import Pool

from .models import WorkshopIndexPage, WorkshopPage
from .templatetags.workshop_tags import workshop_list


class WorkshopFeed(PageFeed):
    url_name = "workshop_feed"
    title = gettext_lazy("New workshops")
    subtitle = gettext_lazy("Workshops that small social organisations in Switzerland finance together.")

    def list_page(self) -> WorkshopIndexPage | None:
        return workshop_list()

    def items(self) -> list[WorkshopPage]:
        depends_on(POOLS)
        pages = WorkshopPage.objects.live().public().in_language(get_language() or "de")
        newest = pages.order_by("-first_published_at", "-pk").prefetch_related("topics")[:MOST]
        return newest.with_pools()

    def item_description(self, item: Any) -> str:
        """What it is about; when, where, and how far its financing is."""
        if item.starts_at is None:
            facts = _("The date is not fixed yet.")
        else:
            depends_on(POOLS, until=item.pool.next_turn(now=timezone.now()))
            facts = " · ".join([date_in_words(item.starts_at, "DATETIME_FORMAT"), item.place, item.pool.state_label])
        return format_html("<p>{}</p><p>{}</p>", printable(item.summary), printable(facts))

    def item_updateddate(self, item: Any) -> datetime | None:
        return max((moment for moment in (item.last_published_at, *turns_of(item.pool)) if moment), default=None)


def turns_of(pool: Pool | None) -> list[datetime | None]:
    """When the state of a pool changed. The draft of one says nothing to visitors."""
    return [pool.opened_at, pool.funded_at, pool.confirmed_at, pool.ended_at] if pool else []
