"""Letters about pledges to addresses without an account, as staff see those that no mail server took."""

from __future__ import annotations

from collections.abc import Iterator

from members.letters.direct import MOST_TRIES
from pooling.models import Approval, Attendee, SeatGift, Transfer

WHOSE = ("pledge__pool", "pledge__organisation")


def given_up() -> Iterator[Approval | Transfer | SeatGift | Attendee]:
    """The rows whose letter no mail server took for days, those of approvals included."""
    yield from Approval.objects.asked().exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
    yield from Transfer.objects.exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
    yield from SeatGift.objects.exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
    yield from Attendee.objects.exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
