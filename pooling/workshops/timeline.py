"""A pool's history in sentences for editors, and what states are called in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from pooling.models import Charge, ChargeState, Pledge, Pool, PoolEvent
from pooling.money import format_chf

# Each may name %(organisation)s and the event's figures, amounts as CHF.
SENTENCES = {
    "pool_drafted": _("The terms were written."),
    "pool_redrafted": _("The terms were changed."),
    "pool_opened": _("The pool was opened. Threshold: %(threshold)s shares, capacity: %(capacity)s shares."),
    "pool_funded": _(
        "The threshold was reached with %(standing)s shares. Prices are locked, payments are being collected."
    ),
    "pool_confirmed": _("The money is there (%(net)s): the workshop takes place."),
    "pool_short": _("All payments are final and %(gap)s are missing."),
    "pool_closed": _("The account was settled. Surplus: %(surplus)s."),
    "pool_extended": _("The closing time was moved to a later one. Everybody was told."),
    "subsidy_grown": _("The subsidy grew from %(subsidy_before)s to %(subsidy)s. Threshold: %(threshold)s shares."),
    "guarantee_recorded": _("A guarantee of up to %(limit)s was written down."),
    "guarantee_drawn": _("%(amount)s were drawn from the guarantee."),
    "guarantee_returned": _("%(amount)s went back to the guarantor."),
    "gap_absorbed": _("The operator bears %(amount)s."),
    "gap_reversed": _("The operator no longer bears %(amount)s."),
    "surplus_reduced": _("The bank of %(organisation)s took its payment back: of the surplus it gets %(amount)s less."),
    "surplus_paid": _("%(amount)s of the surplus were paid out."),
    "pool_lapsed": _(
        "The closing time came with %(standing)s shares: the threshold was not reached. Nobody was charged."
    ),
    "pool_cancelled": _("The workshop was called off."),
    "pledge_waiting": _("%(organisation)s joined the waiting list. Shares it wishes: %(shares)s."),
    "pledge_offered": _("%(organisation)s got an offer. Shares: %(shares)s."),
    "offer_accepted": _("%(organisation)s accepted its offer. Shares: %(shares)s of %(before)s."),
    "offer_declined": _("%(organisation)s declined its offer. Shares: %(shares)s."),
    "offer_expired": _("%(organisation)s did not answer its offer in time. Shares: %(shares)s."),
    "list_left": _("%(organisation)s left the waiting list."),
    "list_ended": _("The waiting list ended for %(organisation)s."),
    "pledge_held": _("%(organisation)s asked for shares: %(shares)s. They are held for a while."),
    "pledge_standing": _("The pledge of %(organisation)s stands. Shares: %(shares)s."),
    "pledge_changed": _("%(organisation)s changed the number of shares from %(before)s to %(shares)s."),
    "pledge_withdrawn": _("%(organisation)s withdrew its pledge. Shares: %(shares)s."),
    "pledge_expired": _("The pledge of %(organisation)s ran out before it stood. Shares: %(shares)s."),
    "pledge_dropped": _(
        "The pledge of %(organisation)s ended, because its payment did not arrive. Places free again: %(shares)s."
    ),
    "slots_refilled": _("%(organisation)s took over places that had been freed: %(shares)s."),
    "approval_asked": _("%(organisation)s asked somebody to approve its pledge. Shares: %(shares)s."),
    "approval_sent_again": _("%(organisation)s sent its request for approval again."),
    "approval_given": _("The pledge of %(organisation)s was approved. Shares: %(shares)s."),
    "approval_declined": _("The pledge of %(organisation)s was not approved. Shares: %(shares)s."),
    "seats_given": _("%(organisation)s gave seats to another organisation: %(seats)s."),
    "seats_taken_back": _("Seats that %(organisation)s had given were taken back: %(seats)s."),
    "transfer_offered": _("%(organisation)s offered its pledge to another organisation. Shares: %(shares)s."),
    "transfer_accepted": _("Another organisation accepted the terms for the pledge of %(organisation)s."),
    "transfer_ended": _("The offer of %(organisation)s to pass its pledge on ended. The pledge stays its own."),
    "pledge_transferred": _("The pledge of %(organisation)s passed to %(holder)s. Shares: %(shares)s."),
    "more_asked": _("%(organisation)s asked somebody to approve more shares: %(shares)s instead of %(before)s."),
    "more_declined": _("%(organisation)s asked for more shares, which were not approved. It stays at: %(shares)s."),
    "more_ended": _("The request of %(organisation)s for more shares ended. It stays at: %(shares)s."),
    "charge_due": _("%(organisation)s owes %(amount)s."),
    "charge_asked": _("%(organisation)s owes %(amount)s, and has the link to pay with TWINT."),
    "invoice_issued": _("An invoice of %(amount)s was issued to %(organisation)s."),
    "invoice_written_off": _("%(amount)s of the invoice of %(organisation)s were written off. It can still be paid."),
    "credit_note_issued": _("A credit note of %(amount)s for %(organisation)s cancels the invoice."),
    "method_replaced": _("%(organisation)s put another payment method in the place of the saved one."),
    "payment_way_changed": _("%(organisation)s changed how it pays."),
    "charge_sending": _("The payment of %(organisation)s was sent."),
    "charge_page_opened": _("%(organisation)s opened the payment page."),
    "charge_captured": _("%(amount)s arrived from %(organisation)s."),
    "charge_reversed": _("The bank took back %(amount)s that had arrived from %(organisation)s."),
    "charge_action_required": _("The payment of %(organisation)s did not work. The organisation was asked to mend it."),
    "charge_reminded": _("%(organisation)s was reminded of its payment."),
    "charge_failed": _("The payment of %(organisation)s was given up."),
    "charge_void": _("Nothing is owed by %(organisation)s any more."),
    "inquiry_opened": _("The bank of %(organisation)s asked about its payment of %(amount)s. Please answer it."),
    "dispute_opened": _(
        "The bank of %(organisation)s disputes its payment: it wants %(amount)s back. Please answer it."
    ),
    "dispute_answered": _("The bank of %(organisation)s examines the disputed payment of %(amount)s."),
    "dispute_won": _("The dispute with %(organisation)s was won: %(amount)s stay."),
    "dispute_lost": _("The dispute with %(organisation)s was lost: its bank took %(amount)s back."),
    "dispute_closed": _("The question of the bank of %(organisation)s about %(amount)s has ended."),
    "dispute_reinstated": _("The bank of %(organisation)s gave back %(amount)s that it had taken."),
    "refund_due": _("%(amount)s go back to %(organisation)s."),
    "refund_reduced": _("Because the bank took money back, only %(amount)s still go back to %(organisation)s."),
    "refund_void": _("Because the bank took the money back, nothing more goes back to %(organisation)s."),
    "refund_sending": _("The refund of %(amount)s to %(organisation)s was sent."),
    "refund_succeeded": _("%(amount)s were paid back to %(organisation)s."),
    "refund_paid_out": _("%(amount)s were paid back to %(organisation)s by transfer."),
    "refund_failed": _("The refund of %(amount)s to %(organisation)s failed."),
}

AMOUNTS = ("amount", "net", "gap", "limit", "subsidy", "subsidy_before", "surplus")

# The domain's own labels speak to the organisation that pays.
CHARGE_STATES = {
    ChargeState.DUE: _("due"),
    ChargeState.SENDING: _("on its way"),
    ChargeState.SUCCEEDED: _("paid"),
    ChargeState.ACTION_REQUIRED: _("waits for the organisation"),
    ChargeState.ISSUED: _("invoice issued"),
    ChargeState.PART_PAID: _("paid in part"),
    ChargeState.PAID: _("paid by invoice"),
    ChargeState.FAILED: _("did not arrive"),
    ChargeState.VOID: _("void"),
}

# How Wagtail's admin marks what needs a look ("serious"), is as it should be ("primary"), or is over.
POOL_TAGS = {
    "open": "primary",
    "funded": "primary",
    "short": "critical",
    "confirmed": "primary",
    "closed": "secondary",
    "draft": "secondary",
    "lapsed": "secondary",
    "cancelled": "critical",
}


@dataclass(frozen=True)
class Happening:
    """One line of the history. `by` is the person who did it, if it was a person of ours."""

    at: datetime
    sentence: str
    by: str


class Known(dict[str, Any]):
    """Figures for a sentence. One that an old event lacks is shown as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "–"


def timeline_of(pool: Pool) -> list[Happening]:
    """All that happened to a pool, the latest first."""
    events = list(pool.events.select_related("by", "pledge__organisation").order_by("-pk"))
    give_former_holders_back(events)
    return [Happening(event.at, sentence_of(event), name_of(event.by)) for event in events]


def give_former_holders_back(events: list[PoolEvent]) -> None:
    """What happened before a pledge passed to another organisation was its former holder's. `events`, latest first."""
    passed_on = [event for event in events if event.kind == "pledge_transferred"]
    ids = {event.figures[key] for event in passed_on for key in ("holder", "holder_before")}
    organisations = Organisation.objects.in_bulk(ids) if ids else {}
    former: dict[int, Organisation] = {}
    for event in events:
        if event.kind == "pledge_transferred":
            former[event.pledge_id] = organisations[event.figures["holder_before"]]
            event.figures = {**event.figures, "holder": organisations[event.figures["holder"]].name}
        if event.pledge_id in former:
            event.pledge.organisation = former[event.pledge_id]


def sentence_of(event: PoolEvent) -> str:
    """An event in the active language."""
    sentence = SENTENCES.get(event.kind)
    if sentence is None:
        return event.kind
    figures: Mapping[str, Any] = {
        key: format_chf(value) if key in AMOUNTS else value for key, value in event.figures.items()
    }
    organisation = event.pledge.organisation.name if event.pledge else ""
    return str(sentence) % Known(figures, organisation=organisation)


def name_of(person: Any) -> str:
    """A person's name, or the address they log in with."""
    return (person.get_full_name() or person.email) if person else ""


@dataclass(frozen=True)
class PledgeRow:
    """A pledge as a line of the table."""

    pledge: Pledge
    charge: Charge | None

    @property
    def charge_state(self) -> Any:
        return CHARGE_STATES[ChargeState(self.charge.state)] if self.charge else ""

    @property
    def documents(self) -> list[tuple[str, str]]:
        """The PDFs that there are, by kind and as they are called."""
        charges = list(self.pledge.charges.all())
        invoices = [charge.invoice for charge in charges if hasattr(charge, "invoice")]
        there = [
            ("invoice", _("Invoice (PDF)"), bool(invoices)),
            ("credit-note", _("Credit note (PDF)"), any(hasattr(invoice, "credit_note") for invoice in invoices)),
            ("receipt", _("Receipt (PDF)"), any(charge.captured for charge in charges)),
        ]
        return [(kind, str(label)) for kind, label, is_there in there if is_there]

    @property
    def needs_a_look(self) -> bool:
        return self.charge is not None and self.charge.state == ChargeState.ACTION_REQUIRED
