"""The journal for the operator's bookkeeping: one entry per movement of a pool's money, in the order of entering.

It is made of rows that only ever are added (payments, transfers, backing, payouts, the events of refunds), so that a
period that is over reads the same whenever it is exported. docs/journal.md says what each column means. Reads only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from pooling.models import (
    Attempt,
    AttemptState,
    Backing,
    BackingKind,
    Charge,
    Dispute,
    Payout,
    PayoutTo,
    Pool,
    PoolEvent,
    Receipt,
    Refund,
    RefundState,
)
from pooling.money import vat_within
from pooling.replay import CHARGED_BACK, REFUND_TURNS

from .cost_sheet import SENT_BACK


class EntryKind(models.TextChoices):
    PAYMENT = "payment", _("Payment received")
    TAKEN_BACK = "taken_back", _("Payment taken back by the bank")
    CHARGED_BACK = "charged_back", _("Charged back after a dispute")
    REINSTATED = "reinstated", _("Given back by the bank after a dispute")
    REFUND_OWED = "refund_owed", _("Refund owed")
    REFUND_REDUCED = "refund_reduced", _("Refund no longer owed")
    REFUND_SENT = "refund_sent", _("Refund sent")
    REFUND_RETURNED = "refund_returned", _("Refund came back")
    GUARANTEE_DRAWN = "guarantee_drawn", _("Drawn from the guarantee")
    GUARANTEE_RETURNED = "guarantee_returned", _("Given back to the guarantor")
    ABSORBED = "absorbed", _("Absorbed by the operator")
    ABSORPTION_REVERSED = "absorption_reversed", _("No longer absorbed")
    SURPLUS_OPERATOR = "surplus_operator", _("Surplus to the operator")
    SURPLUS_GUARANTOR = "surplus_guarantor", _("Surplus to the guarantor")
    SURPLUS_FUND = "surplus_fund", _("Surplus to the solidarity fund")


@dataclass(frozen=True)
class Entry:
    """`amount` Rappen by which the pool's money grew (or shrank), and `moved` Rappen by which that on accounts did.

    A refund is the pool's affair when it is owed, and the account's when it is sent.
    """

    id: str
    at: datetime
    kind: EntryKind
    pool: Pool
    amount: int
    moved: int = 0
    charge: Charge | None = None
    value_date: date | None = None
    provider: str = ""
    reference: str = ""

    @property
    def day(self) -> date:
        return self.value_date or localdate(self.at)

    @property
    def document(self) -> str:
        """The invoice's number; of a refund the credit note's, where there is one."""
        invoice = getattr(self.charge, "invoice", None)
        note = getattr(invoice, "credit_note", None) if self.kind.startswith("refund") else None
        found = note or invoice
        return str(found.number) if found else ""

    @property
    def organisation_id(self) -> UUID | None:
        return self.charge.pledge.organisation.uuid if self.charge else None

    @property
    def organisation_name(self) -> str:
        return self.charge.pledge.organisation.name if self.charge else ""

    @property
    def vat(self) -> int | None:
        """Rappen of VAT within `amount`, with its sign; None where nothing is taxed."""
        if self.pool.tax_rate is None or self.charge is None or not self.amount:
            return None
        part = vat_within(abs(self.amount), self.pool.tax_rate)
        return part if self.amount > 0 else -part


@dataclass(frozen=True)
class Period:
    """From `since` on and before `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, moment: str) -> dict[str, datetime]:
        """The filter of rows whose field is called `moment`."""
        bounds = {f"{moment}__gte": self.since, f"{moment}__lt": self.until}
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


ALWAYS = Period()


def journal(period: Period = ALWAYS, *, pool: Pool | None = None) -> list[Entry]:
    """All entries of a period, of all pools or of one."""
    entries = [
        *payments(period, pool),
        *transfers(period, pool),
        *charge_backs(period, pool),
        *refunds(period, pool),
        *backings(period, pool),
        *payouts(period, pool),
    ]
    return sorted(entries, key=lambda entry: (entry.at, ORDER[entry.kind], entry.id))


ORDER = {kind: place for place, kind in enumerate(EntryKind)}
TITLES = "charge__pledge__pool__texts"
TO_CHARGE = "pledge__pool", "pledge__organisation", "invoice__credit_note"


def of_charge(prefix: str = "charge") -> tuple[str, ...]:
    return tuple(f"{prefix}__{path}" for path in TO_CHARGE)


def payments(period: Period, pool: Pool | None) -> Iterator[Entry]:
    """What a provider collected."""
    attempts = Attempt.objects.filter(state=AttemptState.SUCCEEDED, **period.of("ended_at"))
    attempts = attempts.filter(charge__pledge__pool=pool) if pool else attempts
    for attempt in attempts.select_related(*of_charge()).prefetch_related(TITLES):
        if attempt.ended_at is not None:
            yield Entry(
                id=f"A{attempt.pk}",
                at=attempt.ended_at,
                kind=EntryKind.PAYMENT,
                pool=attempt.charge.pledge.pool,
                amount=attempt.captured,
                moved=attempt.captured,
                charge=attempt.charge,
                provider=attempt.provider,
                reference=attempt.intent_ref,
            )


def transfers(period: Period, pool: Pool | None) -> Iterator[Entry]:
    """What came by transfer, and what the bank took back of it."""
    receipts = Receipt.objects.filter(**period.of("entered_at"))
    receipts = receipts.filter(charge__pledge__pool=pool) if pool else receipts
    for receipt in receipts.select_related(*of_charge()).prefetch_related(TITLES):
        yield Entry(
            id=f"T{receipt.pk}",
            at=receipt.entered_at,
            kind=EntryKind.PAYMENT if receipt.amount > 0 else EntryKind.TAKEN_BACK,
            pool=receipt.charge.pledge.pool,
            amount=receipt.amount,
            moved=receipt.amount,
            charge=receipt.charge,
            value_date=receipt.value_date,
            provider="bank",
            reference=receipt.reference,
        )


def charge_backs(period: Period, pool: Pool | None) -> Iterator[Entry]:
    """What banks took back for good after a dispute, or gave back afterwards."""
    events = PoolEvent.objects.filter(kind__in=CHARGED_BACK, charge__isnull=False, **period.of("at"))
    events = list((events.filter(pool=pool) if pool else events).select_related(*of_charge()).prefetch_related(TITLES))
    known = Dispute.objects.in_bulk({event.figures["dispute"] for event in events})
    for event in events:
        sign, amount, dispute = CHARGED_BACK[event.kind], event.figures["amount"], known.get(event.figures["dispute"])
        if event.charge is not None and amount:
            yield Entry(
                id=f"D{event.pk}",
                at=event.at,
                kind=EntryKind.CHARGED_BACK if sign > 0 else EntryKind.REINSTATED,
                pool=event.charge.pledge.pool,
                amount=-sign * amount,
                moved=-sign * amount,
                charge=event.charge,
                provider=dispute.provider if dispute else "",
                reference=dispute.ref if dispute else "",
            )


@dataclass
class Owed:
    """A refund as its events have told it so far."""

    amount: int = 0
    sent: int = 0
    entries: list[Entry] = field(default_factory=list)


def refunds(period: Period, pool: Pool | None) -> Iterator[Entry]:
    """What each event of a refund changed: of a period, too, all that came before has to be read."""
    events = PoolEvent.objects.filter(kind__in=REFUND_TURNS, refund__isnull=False)
    if pool is not None:
        events = events.filter(pool=pool)
    if period.since is not None:
        touched: QuerySet[PoolEvent] = events.filter(**period.of("at")).order_by()
        events = events.filter(refund__in=touched.values("refund"))
    if period.until is not None:
        events = events.filter(at__lt=period.until)
    owed: dict[int, Owed] = defaultdict(Owed)
    events = events.select_related("refund__attempt", *of_charge("refund__charge"))
    for event in events.prefetch_related("refund__charge__pledge__pool__texts").order_by("pk"):
        if event.refund is not None:
            for entry in turns(event, event.refund, owed[event.refund.pk]):
                if period.holds(entry.at):
                    yield entry


def turns(event: PoolEvent, refund: Refund, before: Owed) -> Iterator[Entry]:
    """One or two entries: what is owed, and what was sent, may change at once."""
    state, amount = REFUND_TURNS[event.kind], int(event.figures["amount"])
    sent = amount if state in SENT_BACK else 0
    more, gone = amount - before.amount, sent - before.sent
    before.amount, before.sent = amount, sent
    pool = refund.charge.pledge.pool
    if more:
        kind = EntryKind.REFUND_OWED if more > 0 else EntryKind.REFUND_REDUCED
        yield Entry(id=f"E{event.pk}", at=event.at, kind=kind, pool=pool, amount=-more, charge=refund.charge)
    if gone:
        by_hand = state == RefundState.PAID_OUT
        yield Entry(
            id=f"E{event.pk}S",
            at=event.at,
            kind=EntryKind.REFUND_SENT if gone > 0 else EntryKind.REFUND_RETURNED,
            pool=pool,
            amount=0,
            moved=-gone,
            charge=refund.charge,
            value_date=refund.paid_on if by_hand else None,
            provider="bank" if by_hand or refund.attempt is None else refund.attempt.provider,
            reference=refund.paid_ref if by_hand else refund.settled_by or refund.ref,
        )


BACKING_KINDS = {
    BackingKind.DRAWN: (EntryKind.GUARANTEE_DRAWN, 1),
    BackingKind.RETURNED: (EntryKind.GUARANTEE_RETURNED, -1),
    BackingKind.ABSORBED: (EntryKind.ABSORBED, 1),
    BackingKind.REVERSED: (EntryKind.ABSORPTION_REVERSED, -1),
}
# What a payer gets of a surplus is in refunds.
PAYOUT_KINDS = {
    PayoutTo.OPERATOR: EntryKind.SURPLUS_OPERATOR,
    PayoutTo.GUARANTOR: EntryKind.SURPLUS_GUARANTOR,
    PayoutTo.FUND: EntryKind.SURPLUS_FUND,
}


def backings(period: Period, pool: Pool | None) -> Iterator[Entry]:
    rows = Backing.objects.filter(**period.of("at"))
    rows = rows.filter(pool=pool) if pool else rows
    for row in rows.select_related("pool").prefetch_related("pool__texts"):
        kind, sign = BACKING_KINDS[BackingKind(row.kind)]
        yield Entry(id=f"B{row.pk}", at=row.at, kind=kind, pool=row.pool, amount=sign * row.amount)


def payouts(period: Period, pool: Pool | None) -> Iterator[Entry]:
    rows = Payout.objects.filter(to__in=PAYOUT_KINDS, **period.of("at"))
    rows = rows.filter(pool=pool) if pool else rows
    for row in rows.select_related("pool").prefetch_related("pool__texts"):
        kind = PAYOUT_KINDS[PayoutTo(row.to)]
        yield Entry(id=f"P{row.pk}", at=row.at, kind=kind, pool=row.pool, amount=-row.amount)
