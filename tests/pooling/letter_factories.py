"""One letter of each kind that pools write, and what it is written about."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from members.letters.models import Letter
from members.models import Membership, Organisation, Role, User
from pooling.actions import letters
from pooling.models import (
    Attempt,
    AttemptKind,
    AttemptState,
    Charge,
    ChargeState,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    RefundState,
    SavedMethod,
    WorkshopText,
)

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
MEND = "http://testserver/de/zahlen/signiert/"
TITLES = {"de": "Newsletter gestalten", "fr": "Créer une newsletter", "it": "Creare una newsletter"}


def pool_of(
    *, standing: int = 3, state: str = PoolState.OPEN, titles: dict[str, str] | None = None, **fields: Any
) -> Pool:
    """Threshold 8, ceiling CHF 1'250.00."""
    terms = {
        "cost": 1_000_000,
        "ceiling": 125_000,
        "capacity": 14,
        "seats_per_share": 2,
        "closes_at": NOW + timedelta(days=10),
        "starts_at": NOW + timedelta(days=60),
        "legal_version": "2026-11",
        "funded_at": NOW if state in Pool.FINANCED_STATES else None,
        "confirmed_at": NOW if state == PoolState.CONFIRMED else None,
    }
    pool = Pool.objects.create(page_key=uuid4(), state=state, standing=standing, **(terms | fields))
    for language, title in (TITLES if titles is None else titles).items():
        WorkshopText.objects.create(pool=pool, language=language, title=title, path=f"/{language}/x/", place="Olten")
    return pool


def pledge_of(
    pool: Pool, *, shares: int = 3, language: str = "de", name: str = "Spitex Beispiel", **fields: Any
) -> Pledge:
    organisation = Organisation.objects.create(
        name=name, legal_form="association", postcode="8000", town="Zürich", canton="ZH", language=language
    )
    person = User.objects.create_user(f"{uuid4()}@example.org", first_name="Anna", last_name="Keller")
    Membership.objects.create(organisation=organisation, person=person, role=Role.ADMINISTRATOR)
    method = SavedMethod.objects.create(
        organisation=organisation,
        provider="sandbox",
        customer_ref="customer",
        ref=str(uuid4()),
        kind="card",
        label="Visa •••• 4242",
        saved_at=NOW,
    )
    state = {"state": PledgeState.STANDING, "stands_since": NOW, "method": method} | fields
    pledge = Pledge.objects.create(
        pool=pool, organisation=organisation, shares=shares, placed_by=person, placed_at=NOW, **state
    )
    pledge.acceptances.create(
        accepted_by=person, accepted_at=NOW, shares=shares, most=pledge.most, legal_version="2026-11", language=language
    )
    return pledge


def charge_of(pledge: Pledge, *, state: str = ChargeState.DUE, **fields: Any) -> Charge:
    amount = pledge.shares * pledge.pool.ceiling
    if state == ChargeState.SUCCEEDED:
        fields = {"captured": amount, "settled_at": NOW} | fields
    return Charge.objects.create(pledge=pledge, amount=amount, state=state, created_at=NOW, **fields)


def refund_of(charge: Charge, **fields: Any) -> Refund:
    attempt = Attempt.objects.create(
        charge=charge,
        number=1,
        kind=AttemptKind.OFF_SESSION,
        provider="sandbox",
        key=str(uuid4()),
        parameters={},
        state=AttemptState.SUCCEEDED,
        captured=charge.amount,
        started_at=NOW,
        next_look_at=NOW,
    )
    made = {"amount": charge.amount, "reason": RefundReason.CANCELLED, "created_at": NOW, "next_look_at": NOW} | fields
    return Refund.objects.create(charge=charge, attempt=attempt, **made)


def told(*, organisation: Organisation | None = None) -> Letter:
    """The one letter that was queued."""
    return Letter.objects.get(**({"organisation": organisation} if organisation else {}))


# One of each kind: what the letter is about, how it is told, and figures that it has to name.


def pledged(language: str) -> None:
    letters.tell_pledged(pledge=pledge_of(pool_of(), language=language), now=NOW)


def changed(language: str) -> None:
    letters.tell_changed(pledge=pledge_of(pool_of(), language=language), before=1, now=NOW)


def withdrawn(language: str) -> None:
    letters.tell_withdrawn(pledge=pledge_of(pool_of(), language=language, state=PledgeState.WITHDRAWN), now=NOW)


def expired(language: str) -> None:
    letters.tell_expired(pledge=pledge_of(pool_of(), language=language, state=PledgeState.EXPIRED), now=NOW)


def funded(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.FUNDED)
    charge_of(pledge_of(pool, language=language))
    letters.tell_all_funded(pool=pool, now=NOW)


def charged(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED), language=language)
    letters.tell_charged(charge=charge_of(pledge, state=ChargeState.SUCCEEDED), now=NOW)


def failed(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED), language=language)
    charge = charge_of(pledge, state=ChargeState.ACTION_REQUIRED, mend_until=NOW + timedelta(days=7))
    letters.tell_failed(charge=charge, mend_url=MEND, now=NOW)


def confirmed(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.CONFIRMED)
    charge_of(pledge_of(pool, language=language), state=ChargeState.SUCCEEDED)
    letters.tell_all_confirmed(pool=pool, now=NOW)


def lapsed(language: str) -> None:
    pool = pool_of(state=PoolState.LAPSED, ended_at=NOW)
    pledge_of(pool, language=language)
    letters.tell_all_lapsed(pool=pool, now=NOW)


def cancelled(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW, cancel_reason="Die Referentin ist krank.")
    refund_of(charge_of(pledge_of(pool, language=language), state=ChargeState.SUCCEEDED))
    letters.tell_all_cancelled(pool=pool, now=NOW)


def refunded(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW), language=language)
    refund = refund_of(charge_of(pledge, state=ChargeState.SUCCEEDED), state=RefundState.SUCCEEDED, settled_at=NOW)
    letters.tell_refunded(refund=refund, now=NOW)


KINDS = [pledged, changed, withdrawn, expired, funded, charged, failed, confirmed, lapsed, cancelled, refunded]
AMOUNT = "CHF\u00a03'750.00"


def flat(text: str) -> str:
    """The text without its line breaks."""
    return re.sub(r"[ \n]+", " ", text)
