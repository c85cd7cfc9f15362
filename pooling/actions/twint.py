"""TWINT: how much it takes, and paying by it while it can't be saved.

A pledge that is paid so stands on acceptance. When prices are locked its charge waits for the person from the start,
with our pay link, as a declined card does (DESIGN.md section 5).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from pooling.models import TWINT_MOST, Charge, ChargeState, PaysBy, Pledge, Pool, SavedMethod

from .errors import TwintTooMuch

SAVED_TWINT = "twint"  # the kind of a method


def is_offered() -> bool:
    """Whether a pledge may be paid by TWINT that is not saved. Where it can be saved, it is a method like a card."""
    return not settings.STRIPE_TWINT_SAVING


def takes(amount: int) -> bool:
    """Whether one payment by TWINT may be of `amount` Rappen: https://docs.stripe.com/payments/twint."""
    return amount <= TWINT_MOST


def require_within_limit(*, most: int, method: SavedMethod | None, pays_by: PaysBy | str) -> None:
    """Raises TwintTooMuch if a pledge that may cost `most` Rappen is to be paid by TWINT, which would not take them."""
    is_twint = method.kind == SAVED_TWINT if method else pays_by == PaysBy.TWINT
    if is_twint and not takes(most):
        raise TwintTooMuch


def stands_at_once(*, method: SavedMethod | None, pays_by: PaysBy | str) -> bool:
    """Whether nothing is missing once the terms are accepted (DESIGN.md section 5, "Pledges")."""
    return method is not None or pays_by in (PaysBy.INVOICE, PaysBy.TWINT)


def new_charge(*, pool: Pool, pledge: Pledge, amount: int, now: datetime) -> Charge:
    """What a pledge owes by TWINT, not saved yet: it waits for the person, as long as a declined card would."""
    return Charge(
        pledge=pledge,
        amount=amount,
        created_at=now,
        pays_by=PaysBy.TWINT,
        state=ChargeState.ACTION_REQUIRED,
        mend_until=now + timedelta(days=pool.mending_days),
    )
