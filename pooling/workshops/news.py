"""A pool has opened: everybody who wants to know of new workshops hears of it."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from home.dates import date_in_words
from members.models import LANGUAGES
from members.needs.models import Need
from members.notices.actions import announce
from members.notices.kinds import Kind
from members.notices.paces import who_hear
from members.notices.readers import members_may_read
from pooling.links import workshop_url
from pooling.models import Pool
from pooling.money import format_chf

from .models import WorkshopPage


def announce_workshop(*, pool: Pool, page: WorkshopPage, need: Need | None, now: datetime) -> None:
    """In the transaction in which the pool opens. Those who follow its need have heard of it already.

    Nobody is sent to a page that not all members may read.
    """
    if not members_may_read(page):
        return
    followers = [follow.person for follow in need.follows.to_be_told()] if need else []
    announce(
        key=f"workshop-{pool.page_key}",
        template="workshops/letters/opened.txt",
        facts={language: facts_of(pool, language=language) for language, _name in LANGUAGES},
        spared=who_hear(followers, Kind.NEEDS),
        now=now,
    )


def facts_of(pool: Pool, *, language: str) -> dict[str, object]:
    text = pool.text(language)
    with translation.override(language):
        return {
            "title": pool.title(language),
            "most": format_chf(pool.ceiling),
            "starts": date_in_words(pool.starts_at),
            "closes": date_in_words(pool.closes_at),
            "place": text.place if text else "",
            "url": workshop_url(pool, language),
        }
