"""Letters to those who got seats at a workshop from an organisation that pays for them."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from members.letters.direct import send_due
from members.letters.rendering import Written, read_source, write
from pooling import links
from pooling.models import Pool, PoolState, SeatGift


def send_seat_letters(*, now: datetime) -> int:
    """Write to those whose seats were given or taken back. Returns how many letters were sent."""
    return send_due(SeatGift, written=written_to_guests, now=now)


def tell_guests_it_takes_place(*, pool: Pool, now: datetime) -> int:
    """Those who have seats at a workshop that is certain from now on. Whose letter is still due reads it there.

    Call it in the transaction of the event. Returns how many are told.
    """
    told = SeatGift.objects.live().filter(pledge__pool=pool, letter="").exclude(email="")
    return told.update(letter="seats_certain", next_try_at=now, tries=0, last_error="")


def written_to_guests(gift: SeatGift) -> Written:
    """What it is about, to an organisation that may not know the portal."""
    language, pool = gift.language, gift.pledge.pool
    text = pool.text(language)
    facts = {
        "giver": gift.pledge.organisation.name,
        "organisation": gift.name,
        "seats": gift.number,
        "title": pool.title(language),
        "place": text.place if text else "",
        "starts_at": pool.starts_at,
        "workshop_url": links.workshop_url(pool, language),
        "takes_place": pool.state == PoolState.CONFIRMED,
        "called_off": pool.state == PoolState.CANCELLED,
    }
    document = read_source(template=f"pooling/letters/{gift.letter}.txt", context=facts, language=language)
    with translation.override(language):
        why = _(
            "You receive this letter because %(organisation)s gave your address for seats at this workshop. We use it "
            "for that only."
        ) % {"organisation": gift.pledge.organisation.name}
    return write(document, language=language, why=why)
