"""A pledge's money from its first step to its last, with what was owed, paid and sent back after each. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from pooling.models import Pledge, PledgeState, PoolEvent, RefundReason
from pooling.replay import CHARGED_BACK, PLEDGE_TURNS, REFUND_TURNS

from .cost_sheet import SENT_BACK, Price, prices_of
from .sentences import SENTENCES, sentence_of

if TYPE_CHECKING:
    from members.models import Organisation

ENDS = {PledgeState.WITHDRAWN, PledgeState.EXPIRED, PledgeState.DROPPED}
# From these on a charge is owed; from those it is not any more.
OWES = {"charge_due", "charge_asked", "invoice_issued"}
NOT_OWED = {"charge_void", "charge_failed"}
# By signed link and without an account: the event knows no person.
BY_APPROVER = {"approval_given", "approval_declined"}


@dataclass(frozen=True)
class Balance:
    """After a step, in Rappen. `owed` is what the pledge costs, whether it was paid or not; `going_back` is to be sent
    back and `refunded` was. `surplus` is the part of both that was owed all the same. `charged_back` is what the bank
    took back after a dispute: it stays owed, but the portal does not collect it again.
    """

    owed: int = 0
    paid: int = 0
    going_back: int = 0
    refunded: int = 0
    surplus: int = 0
    charged_back: int = 0

    @property
    def back(self) -> int:
        return self.going_back + self.refunded + self.charged_back

    @property
    def net(self) -> int:
        """What the organisation has paid for good."""
        return self.paid - self.back

    @property
    def open(self) -> int:
        """What it still has to pay here."""
        return max(0, self.owed - self.net - self.surplus - self.charged_back)


@dataclass(frozen=True)
class Step:
    """One thing that happened: when, through whom, what it means, and how the money stood afterwards."""

    at: datetime
    kind: str
    who: str
    sentence: str
    amount: int | None
    reference: str
    after: Balance


class Books:
    """A pledge's money as its events alone tell it."""

    def __init__(self) -> None:
        self.owed: dict[int, int] = {}
        self.paid = 0
        self.refunds: dict[int, tuple[int, bool]] = {}
        self.surplus: dict[int, int] = {}
        self.charged_back = 0

    def enter(self, event: PoolEvent) -> Balance:
        """What an event does to the money, and how it stands then."""
        amount = event.figures.get("amount", 0)
        if event.kind in OWES and event.charge_id:
            self.owed[event.charge_id] = amount
        elif event.kind in NOT_OWED and event.charge_id:
            self.owed.pop(event.charge_id, None)
        elif event.kind in ("pool_cancelled", "pledge_dropped"):
            self.owed.clear()
        elif event.kind == "charge_captured":
            self.paid += amount
        elif event.kind == "charge_reversed":
            self.paid -= amount
        elif event.kind in CHARGED_BACK:
            self.charged_back += CHARGED_BACK[event.kind] * amount
        elif event.kind in REFUND_TURNS and event.refund_id:
            self.refunds[event.refund_id] = (amount, REFUND_TURNS[event.kind] in SENT_BACK)
        if event.refund is not None and event.refund.reason == RefundReason.SURPLUS:
            self.surplus[event.refund.pk] = amount
        return Balance(
            owed=sum(self.owed.values()),
            paid=self.paid,
            going_back=sum(amount for amount, is_sent in self.refunds.values() if not is_sent),
            refunded=sum(amount for amount, is_sent in self.refunds.values() if is_sent),
            surplus=sum(self.surplus.values()),
            charged_back=self.charged_back,
        )


@dataclass(frozen=True)
class Explanation:
    """A pledge's money: what its shares cost since prices locked, and every step."""

    pledge: Pledge
    prices: list[Price]
    steps: list[Step]

    @property
    def locked(self) -> int:
        return sum(price.shares * price.amount for price in self.prices)

    @property
    def balance(self) -> Balance:
        """How the money stands now."""
        return self.steps[-1].after if self.steps else Balance()


def explanation_of(pledge: Pledge) -> Explanation:
    """All that happened to a pledge and, while it lived, to its pool, in order. A constant number of queries."""
    books = Books()
    organisation, ceiling = pledge.organisation, pledge.pool.ceiling
    people = set(organisation.memberships.values_list("person", flat=True))
    steps = [
        Step(
            at=event.at,
            kind=event.kind,
            who=who_did(event, organisation=organisation, people=people),
            sentence=sentence_of(event, ceiling=ceiling),
            amount=event.figures.get("amount") if event.pledge_id else None,
            reference=str((event.refund or event.charge or pledge).uuid),
            after=books.enter(event),
        )
        for event in told_to(pledge)
    ]
    return Explanation(pledge, prices_of(pledge.pool, pledge=pledge).get(pledge.pk, []), steps)


def told_to(pledge: Pledge) -> Iterator[PoolEvent]:
    """The pledge's own events, and those of its pool that happened while it was alive."""
    events = pledge.pool.events.select_related("by", "charge", "refund").order_by("pk")
    own = events.filter(pledge=pledge)
    of_pool = events.filter(pledge=None, kind__in=SENTENCES)
    is_alive = False
    for event in merged(own, of_pool):
        if event.pledge_id is not None:
            if event.kind in PLEDGE_TURNS:
                is_alive = PLEDGE_TURNS[event.kind] not in ENDS
            yield event
        elif is_alive:
            yield event


def merged(own: Iterable[PoolEvent], of_pool: Iterable[PoolEvent]) -> list[PoolEvent]:
    return sorted([*own, *of_pool], key=lambda event: event.pk)


def who_did(event: PoolEvent, *, organisation: Organisation, people: set[int]) -> str:
    """Through whom it happened: the organisation and its person, the editors, or the portal by itself."""
    if event.kind in BY_APPROVER:
        return _("The person who was asked")
    if event.by is None:
        return _("The portal")
    if event.by_id in people:
        name = event.by.get_full_name() or event.by.email
        return _("%(organisation)s, %(name)s") % {"organisation": organisation.name, "name": name}
    if event.by.is_staff:
        return _("The editors")
    return _("Somebody who is not of your organisation today")
