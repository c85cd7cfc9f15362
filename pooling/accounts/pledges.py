"""An organisation's pledges: which are alive, what each owes, and which need somebody. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Subquery, Sum

from pooling.models import (
    Attendee,
    Charge,
    ChargeState,
    Pledge,
    PledgeState,
    PoolState,
    SeatGift,
    Transfer,
    TransferState,
)

if TYPE_CHECKING:
    from members.models import Organisation


def charge_of(pledge: Pledge) -> Charge | None:
    """The pledge's charge: the live one, else the last."""
    charges = sorted(pledge.charges.all(), key=lambda charge: (charge.state != ChargeState.VOID, charge.pk))
    return charges[-1] if charges else None


def pledges_of(organisations: list[Organisation]) -> list[Pledge]:
    """All pledges of some organisations, what is alive first, the newest first. Those that wait know their place."""
    line = Pledge.objects.waiting().filter(pool=OuterRef("pool"), pk__lte=OuterRef("pk")).order_by()
    pledges = (
        Pledge.objects.filter(organisation__in=organisations)
        .select_related("pool", "organisation", "method")
        .prefetch_related("pool__texts", "charges__refunds", "charges__invoice")
        .annotate(position=Subquery(line.values("pool").annotate(n=Count("pk")).values("n")))
        .order_by("-placed_at")
    )
    return sorted(pledges, key=lambda pledge: not is_alive(pledge))


def unnamed_seats(pledges: list[Pledge]) -> dict[Pledge, int]:
    """How many seats of each pledge are given to nobody and have nobody named for them; those with none left out."""
    coming = Attendee.objects.coming().filter(pledge__in=pledges)
    named = dict(coming.order_by().values_list("pledge").annotate(n=Count("pk")))
    gifts = SeatGift.objects.live().filter(pledge__in=pledges)
    given = dict(gifts.order_by().values_list("pledge").annotate(n=Sum("number")))
    left = {pledge: pledge.seats - named.get(pledge.pk, 0) - given.get(pledge.pk, 0) for pledge in pledges}
    return {pledge: n for pledge, n in left.items() if n > 0}


def passed_on_by(organisations: list[Organisation]) -> list[Transfer]:
    """What some organisations had pledged and another one took over, the latest first. They owe nothing for it."""
    done = Transfer.objects.filter(giver__in=organisations, state=TransferState.DONE)
    return list(
        done.select_related("pledge__pool", "giver", "receiver")
        .prefetch_related("pledge__pool__texts")
        .order_by("-ended_at")
    )


def position_of(pledge: Pledge) -> int:
    """The pledge's place in line: 1 is the next to get an offer."""
    return Pledge.objects.waiting().filter(pool=pledge.pool_id, pk__lte=pledge.pk).count()


def is_alive(pledge: Pledge) -> bool:
    """Whether the pledge may still cost something, or stands for a workshop to come."""
    if pledge.pool.state == PoolState.CLOSED:
        charge = charge_of(pledge)
        return pledge.is_live and charge is not None and charge.is_waiting
    return pledge.is_live and pledge.pool.state not in (PoolState.LAPSED, PoolState.CANCELLED)


def needs_you(pledge: Pledge) -> bool:
    """Whether the organisation has to do something now: answer an offer, give a method (another one where it
    can't be charged any more), mend a payment, pay an invoice.

    That somebody has to approve is not its own affair.
    """
    charge = charge_of(pledge)
    return is_alive(pledge) and (
        pledge.state == PledgeState.OFFERED
        or (pledge.state == PledgeState.PENDING and not pledge.awaits_approval)
        or (charge is not None and charge.is_waiting)
        or lost_its_method(pledge)
    )


def lost_its_method(pledge: Pledge) -> bool:
    """Whether it counts on a method that can't be charged any more, and there is still time to give another one."""
    return (
        pledge.state == PledgeState.STANDING
        and pledge.pool.state == PoolState.OPEN
        and pledge.method is not None
        and pledge.method.gone_at is not None
    )
