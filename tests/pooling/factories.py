"""Nouns through factories, states through the actions that lead there."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from members.models import Membership, Organisation, Role, User
from pooling.actions.approvals import Approver, ask_for_approval
from pooling.actions.asking_more import ask_for_more
from pooling.actions.bank import enter_receipt
from pooling.actions.pledges import place_pledge
from pooling.actions.pools import describe_workshop, draft_pool, open_pool
from pooling.models import (
    Approval,
    Attempt,
    Charge,
    Creditor,
    DisputeState,
    PaysBy,
    Pledge,
    Pool,
    Receipt,
    SavedMethod,
)
from pooling.payments.base import DisputeMade
from tests.members.factories import OrganisationFactory, UserFactory

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
APPROVER = Approver(name="Ruth Kassier", email="ruth.kassier@example.org", language="de")


def terms(**changes: Any) -> dict[str, Any]:
    """Sound terms: CHF 900.00 over shares of CHF 300.00, threshold 3, capacity 6."""
    return {
        "cost": 90_000,
        "subsidy": 0,
        "ceiling": 30_000,
        "seats_per_share": 2,
        "minimum": 1,
        "capacity": 6,
        "closes_at": NOW + timedelta(days=20),
        "starts_at": NOW + timedelta(days=80),
        **changes,
    }


def staff() -> User:
    return UserFactory(is_staff=True)


def draft(*, now: datetime = NOW, **changes: Any) -> Pool:
    """A draft whose workshop has a title in three languages."""
    pool = draft_pool(page_key=uuid.uuid4(), terms=terms(**changes), by=staff(), now=now)
    for language, path in [
        ("de", "/de/workshops/probe/"),
        ("fr", "/fr/ateliers/essai/"),
        ("it", "/it/workshop/prova/"),
    ]:
        describe_workshop(
            page_key=pool.page_key, language=language, title=f"Workshop {language}", path=path, place="Bern"
        )
    return pool


def opened(*, now: datetime = NOW, **changes: Any) -> Pool:
    """An open pool."""
    return open_pool(pool=draft(now=now, **changes), by=None, now=now)


def organisation(language: str = "de", **fields: Any) -> Organisation:
    """An organisation with one administrator."""
    made = OrganisationFactory(language=language, **fields)
    Membership.objects.create(organisation=made, person=UserFactory(language=language), role=Role.ADMINISTRATOR)
    return made


def administrator(of: Organisation) -> User:
    return of.administrators()[0]


def method(of: Organisation, behaviour: str = "pays") -> SavedMethod:
    """A method saved in the sandbox that pays, declines, or authenticates."""
    ref = f"sandbox_{behaviour}_{uuid.uuid4()}"
    return SavedMethod.objects.create(
        organisation=of,
        provider="sandbox",
        customer_ref=f"sandbox_customer_{of.uuid}",
        ref=ref,
        kind="card",
        label="Sandbox",
        saved_at=NOW,
        looked_at=NOW,
    )


def account() -> Creditor:
    """The operator's account, without which nobody can pay by invoice."""
    address = {"street": "Mustergasse", "house_number": "1", "postcode": "3000", "town": "Bern"}
    iban = "CH9300762011623852957"
    return Creditor.objects.get_or_create(iban=iban, defaults={"name": "Up2Gether", **address})[0]


def invoiced(pool: Pool, *, shares: int = 1, by: Organisation | None = None, now: datetime = NOW) -> Pledge:
    """A pledge that is paid by invoice, and stands."""
    account()
    by = by or organisation()
    return place_pledge(
        pool=pool,
        organisation=by,
        shares=shares,
        by=administrator(by),
        language=by.language,
        now=now,
        pays_by=PaysBy.INVOICE,
    )


def receipt(charge: Charge, amount: int, *, reference: str = "", now: datetime = NOW) -> Receipt:
    """A transfer of `amount` Rappen for `charge`, as staff enter it."""
    reference = reference or f"ZKB-{uuid.uuid4()}"
    return enter_receipt(charge=charge, amount=amount, value_date=now.date(), reference=reference, by=staff(), now=now)


def pledge(
    pool: Pool, *, shares: int = 1, behaviour: str | None = "pays", by: Organisation | None = None, now: datetime = NOW
) -> Pledge:
    """A pledge that stands, with a method of the given behaviour; one that is pending if `behaviour` is None."""
    by = by or organisation()
    saved = method(by, behaviour) if behaviour else None
    return place_pledge(
        pool=pool, organisation=by, shares=shares, by=administrator(by), language=by.language, now=now, method=saved
    )


def asked(
    pool: Pool,
    *,
    shares: int = 1,
    by: Organisation | None = None,
    method: SavedMethod | None = None,
    approver: Approver = APPROVER,
    now: datetime = NOW,
    pays_by: PaysBy = PaysBy.CARD,
) -> Approval:
    """The request for approval of a pledge that is held meanwhile."""
    by = by or organisation()
    pending = ask_for_approval(
        pool=pool,
        organisation=by,
        shares=shares,
        by=administrator(by),
        language=by.language,
        approver=approver,
        method=method,
        pays_by=pays_by,
        now=now,
    )
    return pending.approvals.select_related("pledge__pool", "pledge__organisation", "asked_by").get()


def asked_for_more(pledge: Pledge, *, shares: int, approver: Approver = APPROVER, now: datetime = NOW) -> Approval:
    """The request for `shares` in all instead of those that stand."""
    by = administrator(pledge.organisation)
    asked = ask_for_more(pledge=pledge, shares=shares, by=by, language="de", approver=approver, now=now)
    return Approval.objects.select_related("pledge__pool", "pledge__organisation", "asked_by").get(pk=asked.pk)


def funded(*, behaviours: tuple[str, ...] = ("pays", "pays", "pays"), now: datetime = NOW, **changes: Any) -> Pool:
    """A pool whose threshold was reached by one share per behaviour; nothing is charged yet."""
    pool = opened(now=now, **changes)
    for behaviour in behaviours:
        pledge(pool, behaviour=behaviour, now=now)
    pool.refresh_from_db()
    return pool


def dispute_made(attempt: Attempt, *, state: DisputeState, amount: int | None = None, **details: Any) -> DisputeMade:
    """What a provider tells of a dispute of `attempt`, of all of it unless `amount` says otherwise."""
    told: dict[str, Any] = {"ref": f"du_{attempt.pk}", "is_inquiry": False, "reason": "general", "opened_at": NOW}
    told |= {"movements": 1 + (state == DisputeState.WON), "withdrawn": attempt.captured} | details
    amount = attempt.captured if amount is None else amount
    return DisputeMade(intent_ref=attempt.intent_ref, amount=amount, state=state, **told)
