"""Letters to addresses without an account, sent outside of any transaction (members/models/outgoing.py)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import TypeVar

from django.core.mail import get_connection
from django.db import models, transaction

from members.models.outgoing import Outgoing

from .actions import FIRST_PAUSE, compose
from .rendering import Written

# How long a claimed letter is left to its sender, and how often one that no mail server takes is tried: with growing
# pauses some eight hours.
LEASE = timedelta(minutes=5)
MOST_TRIES = 14
LONGEST_PAUSE = timedelta(hours=1)

Row = TypeVar("Row", bound=Outgoing)

logger = logging.getLogger(__name__)


def send_due(model: type[Row], *, written: Callable[[Row], Written], now: datetime) -> int:
    """Send the letters that rows of `model` wait for. Returns how many were sent."""
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
        rows.update(next_try_at=now + pause(row.tries), last_error=kind)
        logger.warning("the letter %s was not taken (%s), try %d", ref, kind, row.tries)
        return False
    rows.update(letter="", sent_at=now, last_error="")
    return True


def try_again(*, rows: Iterable[models.Model], now: datetime) -> int:
    """Give letters that were given up all their tries again, from now on. Returns how many."""
    count = 0
    for row in rows:
        waiting = type(row)._default_manager.exclude(letter="").filter(pk=row.pk, tries__gte=MOST_TRIES)
        count += waiting.update(tries=0, next_try_at=now)
    return count


def pause(tries: int) -> timedelta:
    """The wait after so many tries (>= 1): 1, 2, 4 ... minutes, at most an hour."""
    return min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
