"""Letters to addresses without an account, sent outside of any transaction (models/outgoing.py)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import TypeVar

from django.core.mail import get_connection
from django.db import transaction

from members.letters.actions import compose
from members.letters.rendering import Written
from pooling.models import Approval, SeatGift, Transfer
from pooling.models.outgoing import Outgoing

from .patience import after

# How long a claimed letter is left to its sender, and how often one that no mail server takes is tried: with growing
# pauses some eight hours.
LEASE = timedelta(minutes=5)
MOST_TRIES = 14
WHOSE = ("pledge__pool", "pledge__organisation")

Row = TypeVar("Row", bound=Outgoing)

logger = logging.getLogger(__name__)


def send_due(model: type[Row], *, written: Callable[[Row], Written], now: datetime) -> int:
    """Send the letters that rows of `model` wait for. Returns how many were taken."""
    sent = 0
    while row := claim(model, now=now):
        sent += deliver(row, written(row), now=now)
    return sent


@transaction.atomic
def claim(model: type[Row], *, now: datetime) -> Row | None:
    """Take the next row whose letter is due, so that no other sender takes it before its lease is over."""
    due = model._default_manager.exclude(letter="").filter(next_try_at__lte=now, tries__lt=MOST_TRIES)
    row = due.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("next_try_at", "pk").first()
    if row is not None:
        row.tries += 1
        row.next_try_at = now + LEASE
        row.save(update_fields=["tries", "next_try_at"])
    return row


def deliver(row: Outgoing, written: Written, *, now: datetime) -> bool:
    """Hand a claimed letter to the mail server, and record how that went unless another one became due meanwhile."""
    rows = type(row)._default_manager.filter(pk=row.pk, letter=row.letter)
    ref = f"{type(row).__name__.lower()}-{row.pk}-{row.letter}"
    try:
        get_connection().send_messages([compose(written, to=row.email, language=row.language, ref=ref)])
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that can't stand in a header
        kind = type(error).__name__
        rows.update(next_try_at=now + after(row.tries + 2), last_error=kind)
        logger.warning("the letter %s was not taken (%s), try %d", ref, kind, row.tries)
        return False
    rows.update(letter="", sent_at=now, last_error="")
    return True


def given_up() -> Iterator[Approval | Transfer | SeatGift]:
    """The rows whose letter no mail server took for days, those of approvals included."""
    yield from Approval.objects.asked().exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
    yield from Transfer.objects.exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)
    yield from SeatGift.objects.exclude(letter="").filter(tries__gte=MOST_TRIES).select_related(*WHOSE)


def try_again(*, rows: list[Approval | Transfer | SeatGift], now: datetime) -> int:
    """Give letters that were given up all their tries again, from now on. Returns how many."""
    count = 0
    for row in rows:
        waiting = type(row)._default_manager.exclude(letter="").filter(pk=row.pk, tries__gte=MOST_TRIES)
        count += waiting.update(tries=0, next_try_at=now)
    return count
