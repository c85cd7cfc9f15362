"""Who comes to a workshop with how many people, for those who run it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from pooling.models import Pool, SeatGift


@dataclass(frozen=True)
class Guest:
    """An organisation with its seats; `given_by` another one, or by none if it pledged itself."""

    name: str
    seats: int
    given_by: str = ""


def guests_of(pool: Pool) -> list[Guest]:
    """By organisation that pledged, each with those to whom it gave seats. Nobody before prices are locked."""
    if pool.state not in Pool.OWING_STATES:
        return []
    live = Prefetch("seat_gifts", SeatGift.objects.live())
    guests = []
    for pledge in pool.pledges.standing().select_related("organisation", "pool").prefetch_related(live).order_by("pk"):
        gifts, holder = list(pledge.seat_gifts.all()), pledge.organisation.name
        if own := pledge.seats - sum(gift.number for gift in gifts):
            guests.append(Guest(holder, own))
        guests += [Guest(gift.name, gift.number, given_by=holder) for gift in gifts]
    return guests
