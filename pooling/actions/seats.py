"""Once prices are locked, a pledge's seats may be given to another organisation: payer and refunds stay.

Each action locks the pool, then the pledge, then the seats that were given.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from members.models import User
from pooling.models import Pledge, PledgeState, Pool, SeatGift, record

from .errors import (
    NotAdministrator,
    OfferedTooOften,
    PledgeEnded,
    SeatsNotYet,
    SeatsTaken,
    TooFewSeats,
    TooLateForSeats,
)
from .loose_ends import end_gift

MOST_A_DAY = 20  # we write to addresses that somebody typed


@transaction.atomic
def give_seats(
    *, pledge: Pledge, number: int, name: str, email: str, language: str, by: User, now: datetime
) -> SeatGift:
    """Let the organisation called `name` use `number` seats (>= 1) of a pledge; it gets a letter at `email`.

    Raises NotAdministrator, PledgeEnded, SeatsNotYet before prices are locked, TooLateForSeats from the start on,
    TooFewSeats, SeatsTaken where people are named for all that are left, OfferedTooOften.
    """
    pool, pledge = lock(pledge.pk)
    require_giving(pool=pool, pledge=pledge, by=by, now=now)
    left = pledge.unnamed_seats
    if left == 0 and pledge.attendees.coming().exists():
        raise SeatsTaken
    if not 1 <= number <= left:
        raise TooFewSeats(left)
    recent = SeatGift.objects.filter(pledge__organisation=pledge.organisation, given_at__gt=now - timedelta(days=1))
    if recent.count() >= MOST_A_DAY:
        raise OfferedTooOften
    gift: SeatGift = pledge.seat_gifts.create(
        number=number,
        name=name,
        email=email,
        language=language,
        given_by=by,
        given_at=now,
        letter="seats_given",
        next_try_at=now,
    )
    record(pool, "seats_given", now=now, by=by, pledge=pledge, seats=number, gift=gift.pk)
    return gift


@transaction.atomic
def take_seats_back(*, gift: SeatGift, by: User, now: datetime) -> SeatGift:
    """The seats are the pledge's own again; whoever had got them is told. Twice is an answer, not an error.

    Raises NotAdministrator, PledgeEnded, TooLateForSeats.
    """
    pool, pledge = lock(gift.pledge_id)
    gift = SeatGift.objects.select_for_update(no_key=True).get(pk=gift.pk)
    if gift.taken_back_at is not None and pledge.organisation.is_administered_by(by):
        return gift
    require_giving(pool=pool, pledge=pledge, by=by, now=now)
    gift.pledge = pledge
    end_gift(pool=pool, gift=gift, by=by, now=now)
    return gift


def lock(pk: int) -> tuple[Pool, Pledge]:
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__pk=pk)
    pledge = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=pk)
    pledge.pool = pool
    return pool, pledge


def require_giving(*, pool: Pool, pledge: Pledge, by: User, now: datetime) -> None:
    """Raises what give_seats raises unless `by` may give and take seats now."""
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    if why_not := hindrance(pool=pool, pledge=pledge, now=now):
        raise why_not


def hindrance(*, pool: Pool, pledge: Pledge, now: datetime) -> PledgeEnded | SeatsNotYet | TooLateForSeats | None:
    """Why seats of the pledge can't be given or taken back now, if they can't."""
    if pledge.state != PledgeState.STANDING or (pool.ended_at is not None and pool.state not in Pool.OWING_STATES):
        return PledgeEnded()
    if now >= pool.starts_at:
        return TooLateForSeats()
    return None if pool.state in Pool.FINANCED_STATES else SeatsNotYet()


def forget_seat_addresses(*, now: datetime) -> int:
    """Empty addresses that are needed no more. Returns how many."""
    return SeatGift.objects.forgettable(now=now).update(email="")
