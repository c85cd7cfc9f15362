"""Pledges as a treasurer needs them: what they come to, and of each what comes next. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.dates import date_in_words
from members.models import Organisation, Role, User
from pooling import accounts
from pooling.accounts import charge_of, lost_its_method, position_of
from pooling.models import Approval, Charge, ChargeState, PaysBy, Pledge, PledgeState, PoolState
from pooling.money import format_chf


@dataclass(frozen=True)
class Entry:
    """One pledge as a line. In Rappen: `owed` is what it may still cost, `paid` what arrived, `back` what goes back."""

    pledge: Pledge
    charge: Charge | None
    owed: int
    paid: int
    back: int
    comes_next: str


def entry_of(pledge: Pledge, *, now: datetime) -> Entry:
    charges = list(pledge.charges.all())
    charge = charge_of(pledge)
    owed = 0 if pledge.is_listed else pledge.most
    if charge is not None and charge.state != ChargeState.VOID:
        owed = max(0, charge.amount - charge.captured)
    return Entry(
        pledge=pledge,
        charge=charge,
        owed=owed,
        paid=sum(each.captured for each in charges),
        back=sum(refund.amount for each in charges for refund in each.refunds.all()),
        comes_next=next_step(pledge, charge=charge, now=now),
    )


@dataclass(frozen=True)
class Sums:
    """What several entries come to, in Rappen."""

    owed: int
    paid: int


def sums_of(entries: Iterable[Entry]) -> Sums:
    listed = list(entries)
    return Sums(owed=sum(entry.owed for entry in listed), paid=sum(entry.paid - entry.back for entry in listed))


def day(moment: datetime) -> str:
    return date_in_words(moment)


def invoice_step(charge: Charge) -> str:
    """What an invoice that is not paid in full asks for."""
    figures = {
        "number": charge.invoice.number,
        "amount": format_chf(charge.still_open),
        "day": day(charge.invoice.due_at),
    }
    if charge.captured:
        return _("%(amount)s of invoice %(number)s are missing, payable by %(day)s.") % figures
    return _("Invoice %(number)s of %(amount)s is payable by %(day)s.") % figures


def next_step(pledge: Pledge, *, charge: Charge | None, now: datetime) -> str:
    """What happens next with a pledge that is alive, in one sentence."""
    pool = pledge.pool
    if pledge.state == PledgeState.WAITING:
        place = getattr(pledge, "position", None) or position_of(pledge)  # known where many were read at once
        return _("You are number %(n)d in line. Waiting costs nothing.") % {"n": place}
    if pledge.state == PledgeState.OFFERED:
        return _("Shares are free for you and wait for your answer. Nothing is binding before.")
    if pledge.awaits_approval:
        return _("It waits for approval. Nothing is binding before.")
    if pledge.state == PledgeState.PENDING:
        return _("A payment method is missing. Nothing is binding before.")
    if lost_its_method(pledge):
        return _("The saved payment method can't be charged any more. Please give another one.")
    if charge is not None and charge.is_waiting and charge.pays_by == PaysBy.INVOICE:
        return invoice_step(charge)
    if charge is not None and charge.state == ChargeState.ACTION_REQUIRED and charge.pays_by == PaysBy.TWINT:
        return _("It is to be paid with TWINT now.")
    if charge is not None and charge.state == ChargeState.ACTION_REQUIRED:
        return _("The payment did not go through and needs you.")
    if pool.is_falling and not pool.missing:
        return _("With each further share all of them become cheaper. Nothing is charged before prices are locked.")
    if pool.state == PoolState.OPEN:
        until = {"n": pool.missing, "day": day(pool.closes_at)}
        return (
            ngettext(
                "%(n)d share is missing, pledges until %(day)s. Nothing is charged before.",
                "%(n)d shares are missing, pledges until %(day)s. Nothing is charged before.",
                pool.missing,
            )
            % until
        )
    if pool.state == PoolState.FUNDED:
        if charge is not None and charge.is_settled:
            return _("As soon as the others have paid too, the workshop on %(day)s is certain.") % {
                "day": day(pool.starts_at)
            }
        return _("The payment is under way. There is nothing to do.")
    if pool.state == PoolState.SHORT:
        if charge is not None and not charge.is_settled:
            return _("The payment is under way. There is nothing to do.")
        return _("Money is missing. We look for it and write to you; there is nothing to do.")
    if pool.state == PoolState.CONFIRMED:
        if now < pool.starts_at:
            return _("The workshop takes place on %(day)s.") % {"day": day(pool.starts_at)}
        return _("The workshop took place on %(day)s.") % {"day": day(pool.starts_at)}
    return ""


@dataclass(frozen=True)
class Tasks:
    """What needs somebody: pledges with something missing, approvals asked for, and seats without a name by pledge."""

    waiting: list[Entry]
    approvals: list[Approval]
    unnamed: dict[Pledge, int]

    def of(self, organisation: Organisation | None) -> Tasks:
        """As far as it is this organisation's."""
        pk = organisation.pk if organisation else None
        return Tasks(
            waiting=[entry for entry in self.waiting if entry.pledge.organisation_id == pk],
            approvals=[approval for approval in self.approvals if approval.pledge.organisation_id == pk],
            unnamed={pledge: n for pledge, n in self.unnamed.items() if pledge.organisation_id == pk},
        )

    def __len__(self) -> int:
        return len(self.waiting) + len(self.approvals) + len(self.unnamed)


def tasks_in(entries: list[Entry], *, now: datetime) -> Tasks:
    """In as many statements for many pledges as for one."""
    pledges = [entry.pledge for entry in entries]
    approvals = Approval.objects.asked().filter(pledge__in=pledges, expires_at__gt=now).select_related("pledge__pool")
    alive = [entry for entry in entries if accounts.is_alive(entry.pledge)]
    certain = [each for each in next_workshops(alive, now=now) if each.pool.state == PoolState.CONFIRMED]
    return Tasks(
        waiting=[entry for entry in alive if accounts.needs_you(entry.pledge)],
        approvals=list(approvals.prefetch_related("pledge__pool__texts").order_by("expires_at", "pk")),
        unnamed=accounts.unnamed_seats(certain),
    )


def next_workshops(entries: Iterable[Entry], *, now: datetime) -> list[Pledge]:
    """The pledges whose workshop is to come and whose threshold is reached, by the day of the workshop."""
    certain = (PoolState.FUNDED, PoolState.SHORT, PoolState.CONFIRMED)
    found = [
        entry.pledge
        for entry in entries
        if entry.pledge.state == PledgeState.STANDING
        and entry.pledge.pool.state in certain
        and entry.pledge.pool.starts_at > now
    ]
    return sorted(found, key=lambda pledge: (pledge.pool.starts_at, pledge.pk))


def binds(organisation: Organisation, person: User) -> bool:
    """Whether `person` may bind the organisation, which came with its memberships."""
    return any(
        each.person_id == person.pk and each.role == Role.ADMINISTRATOR for each in organisation.memberships.all()
    )
