"""A workshop as an event with its offers, in the words of schema.org; as a course as long as its date is not fixed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from home import languages
from home.structured import Data, document, moment, publisher, thing
from pooling.models import Pool, PoolState

if TYPE_CHECKING:
    from .models import WorkshopPage

SCHEMA = "https://schema.org/"
CALLED_OFF = (PoolState.LAPSED, PoolState.CANCELLED)


def workshop(page: WorkshopPage, *, now: datetime) -> Data:
    """An EducationEvent, which must have a start and a place; a Course, which needs neither, while these are open."""
    about: dict[str, Any] = {
        "name": page.title,
        "description": page.summary,
        "url": languages.absolute(page.canonical_url),
        "inLanguage": page.spoken or page.locale.language_code,
        "about": [thing("Thing", name=topic.name) for topic in page.topics.all()],
        "audience": thing("Audience", audienceType=page.audience) if page.audience else None,
        "image": [shared.address] if (shared := page.share_image) else None,
    }
    if page.starts_at is None:
        return document("Course", **about, provider=publisher())
    pool = page.pool
    online = page.format == "online"
    return document(
        "EducationEvent",
        **about,
        startDate=moment(pool.starts_at),
        eventStatus=SCHEMA + ("EventCancelled" if pool.state in CALLED_OFF else "EventScheduled"),
        eventAttendanceMode=SCHEMA + ("OnlineEventAttendanceMode" if online else "OfflineEventAttendanceMode"),
        location=thing("VirtualLocation", url=about["url"])
        if online
        else thing("Place", name=page.venue, address=page.venue),
        organizer=publisher(),
        performer=[thing("Person", name=expert.name) for expert in page.experts.all()],
        maximumAttendeeCapacity=pool.capacity * pool.seats_per_share,
        offers=None if pool.state in CALLED_OFF else offer(pool, url=about["url"], now=now),
    )


def offer(pool: Pool, *, url: str, now: datetime) -> Data:
    """A share: what it costs at most as long as prices are not locked, and what it costs from then on, in francs."""
    accepts = pool.accepts(now=now)
    return thing(
        "Offer",
        url=url,
        price=francs(pool.price_now if pool.funded_at else pool.ceiling),
        priceCurrency="CHF",
        availability=SCHEMA + ("InStock" if accepts and pool.open_places(now=now) else "SoldOut"),
        validFrom=moment(pool.opened_at),
        validThrough=moment(pool.accepts_until(now=now) if accepts else pool.closes_at),
        eligibleQuantity=thing("QuantitativeValue", value=pool.seats_per_share),
    )


def francs(rappen: int) -> str:
    """30000 -> "300.00": schema.org wants a point, no separator of thousands and no currency in the number."""
    return f"{rappen // 100}.{rappen % 100:02d}"
