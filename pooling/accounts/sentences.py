"""What each event of a pool means to an organisation that pledged: what happened, and what it means for its money.

An event that the code records needs a sentence here, or stands in NOT_ABOUT_A_PLEDGE (a test looks through the code).
Each may name the event's figures, amounts as CHF, and %(most)s, the most that its shares can cost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from pooling.models import PayoutTo, PoolEvent, RefundReason
from pooling.money import format_chf

SENTENCES = {
    "pledge_waiting": _("Your organisation joined the waiting list. Waiting costs nothing and commits to nothing."),
    "pledge_offered": _(
        "Shares became free and were offered to your organisation: %(shares)s. Accepted, they cost %(most)s at most."
    ),
    "offer_accepted": _(
        "Your organisation accepted the offer, and the shares are held for it: %(shares)s. Nothing is owed by that."
    ),
    "offer_declined": _("Your organisation declined the offer. It owes nothing for it."),
    "offer_expired": _("The offer was not answered in time, so it ended. Your organisation owes nothing."),
    "list_left": _("Your organisation left the waiting list. It owes nothing for it."),
    "list_ended": _("The waiting list ended. Your organisation owes nothing for it."),
    "pledge_held": _(
        "Your organisation asked for shares, and they are held for it: %(shares)s. Nothing is owed by that."
    ),
    "pledge_standing": _(
        "The pledge stands. Shares: %(shares)s. It costs %(most)s at most, and nothing is owed before prices are "
        "locked."
    ),
    "pledge_changed": _(
        "The number of shares was changed from %(before)s to %(shares)s. The pledge costs %(most)s at most now."
    ),
    "pledge_withdrawn": _("The pledge was withdrawn. Your organisation owes nothing for it."),
    "pledge_expired": _("The time was over before the pledge stood, so it ended. Your organisation owes nothing."),
    "pledge_dropped": _(
        "The payment did not arrive in time, so the pledge ended. Your organisation owes nothing any more, and its "
        "places are free for others."
    ),
    "slots_refilled": _(
        "The pledge took over places that had been freed: %(shares)s. Each costs what was locked for it."
    ),
    "approval_asked": _("Somebody was asked to approve the pledge. Nothing is binding before."),
    "approval_sent_again": _("The request for approval was sent again. Nothing is binding before."),
    "approval_given": _("The pledge was approved, for %(most)s at most. Nothing is owed by that alone."),
    "approval_declined": _("The pledge was not approved. Your organisation owes nothing for it."),
    "more_asked": _(
        "Somebody was asked to approve a higher number: %(shares)s instead of %(before)s. Until then the pledge stands "
        "as it is."
    ),
    "more_declined": _("The higher number was not approved. The pledge stands as before. Shares: %(shares)s."),
    "more_ended": _("The request for a higher number ended. The pledge stands as before. Shares: %(shares)s."),
    "seats_given": _(
        "Seats were given to another organisation: %(seats)s. What your organisation pays stays the same."
    ),
    "seats_taken_back": _(
        "Seats that had been given were taken back: %(seats)s. What your organisation pays stays the same."
    ),
    "transfer_offered": _("The pledge was offered to another organisation. Until it takes it over, nothing changes."),
    "transfer_accepted": _(
        "Another organisation accepted the terms for the pledge. Until its payment method is there, nothing changes."
    ),
    "transfer_ended": _("The offer to another organisation ended. The pledge and what it costs stay the same."),
    "pledge_transferred": _(
        "The pledge passed to another organisation, which accepted the terms: %(most)s at most. The former one owes "
        "nothing."
    ),
    "pool_extended": _("The closing time was moved to %(closes_at)s. Nobody's price changes by that."),
    "subsidy_grown": _(
        "The subsidy grew to %(subsidy)s, so that fewer shares are needed: %(threshold)s. Nobody's price rises."
    ),
    "pool_funded": _(
        "The threshold was reached: %(standing)s shares stand, and prices are locked. The pledge is binding from now "
        "on."
    ),
    "pool_short": _("All payments are final, and %(gap)s are missing. Your organisation owes no more than before."),
    "pool_confirmed": _("The money is there: the workshop takes place. Your organisation owes no more than before."),
    "pool_closed": _("The workshop was held and its account settled. Surplus: %(surplus)s."),
    "pool_lapsed": _("Pledging ended without the threshold. The workshop does not come about; nobody was charged."),
    "pool_cancelled": _("The workshop was called off. Nothing is owed any more, and all that was paid goes back."),
    "guarantee_drawn": _(
        "A guarantor gave %(amount)s towards what is missing. Your organisation owes no more than before."
    ),
    "guarantee_returned": _("%(amount)s went back to the guarantor. This does not touch your organisation's money."),
    "gap_absorbed": _("The operator bears %(amount)s that are missing. Your organisation owes no more than before."),
    "gap_reversed": _("The operator no longer has to bear %(amount)s. This does not touch your organisation's money."),
    "surplus_paid": _("A surplus of %(amount)s was paid out as the terms say, to: %(to)s."),
    "surplus_reduced": _(
        "The bank took the payment back before its part of the surplus was sent: %(amount)s less are paid out."
    ),
    "charge_due": _("Prices are locked, and the shares of the pledge cost %(amount)s. Your organisation owes them."),
    "charge_asked": _(
        "Prices are locked, and the shares of the pledge cost %(amount)s. Your organisation owes them; a letter brings "
        "the link to pay with TWINT."
    ),
    "invoice_issued": _(
        "Prices are locked, and the shares of the pledge cost %(amount)s. Your organisation owes them by invoice."
    ),
    "credit_note_issued": _("A credit note of %(amount)s cancels the invoice. It is not to be paid any more."),
    "method_replaced": _(
        "Your organisation put another payment method in the place of the saved one. What it owes stays the same."
    ),
    "invoice_written_off": _(
        "The operator's books no longer count on %(amount)s of the invoice. Your organisation owes it all the same and "
        "can still pay it."
    ),
    "payment_way_changed": _("Your organisation changed how it pays. What it owes stays the same."),
    "charge_sending": _("The payment was sent to the payment service. Money moves only once it says yes."),
    "charge_page_opened": _("The payment page was opened. No money moves by that."),
    "charge_captured": _("%(amount)s arrived from your organisation."),
    "charge_reversed": _("The bank took back %(amount)s that had arrived from your organisation."),
    "charge_action_required": _(
        "The payment did not go through, and no money moved. It is still owed, and a letter says how to pay it."
    ),
    "charge_reminded": _("A reminder of the open payment was sent. What is owed stays the same."),
    "charge_failed": _("The payment was given up, because its time was over. It is not owed any more."),
    "charge_void": _("The payment is not owed any more. Nothing will be charged for it."),
    "inquiry_opened": _(
        "The bank of whoever paid asked about the payment of %(amount)s. No money moves by that; the operator answers."
    ),
    "dispute_opened": _(
        "The bank of whoever paid disputes the payment: it wants %(amount)s back. Until it is decided, the payment "
        "counts, and nothing of it is sent back."
    ),
    "dispute_answered": _(
        "The bank examines the disputed payment of %(amount)s. Until it decides, the payment counts."
    ),
    "dispute_won": _("The dispute was decided: the payment of %(amount)s stays as it is."),
    "dispute_lost": _(
        "The dispute was decided for whoever paid: the bank took %(amount)s back. The portal does not collect them "
        "again; the operator gets in touch with your organisation."
    ),
    "dispute_closed": _("The bank's question about the payment of %(amount)s has ended. The payment stays as it is."),
    "dispute_reinstated": _("The bank gave back %(amount)s that it had taken. The payment counts again."),
    "refund_due": _("%(amount)s go back to your organisation. %(reason)s"),
    "refund_reduced": _("Because the bank took money back, only %(amount)s still go back to your organisation."),
    "refund_void": _("Because the bank took the money back, nothing more goes back to your organisation."),
    "refund_succeeded": _("%(amount)s were sent back to your organisation."),
    "refund_paid_out": _("%(amount)s were transferred back to your organisation."),
    "refund_failed": _("The refund of %(amount)s did not go through. It stays due, and we look after it."),
}
OWN_SURPLUS = _("More money came together than the workshop cost. Of it, %(amount)s go back to your organisation.")
# They are over before anybody pledges, or touch nobody who did.
NOT_ABOUT_A_PLEDGE = {"pool_drafted", "pool_redrafted", "pool_opened", "guarantee_recorded"}

AMOUNTS = {"amount", "gap", "net", "drawn", "absorbed", "surplus", "limit", "subsidy", "subsidy_before"}


class Known(dict[str, Any]):
    """Figures for a sentence. One that an old event lacks is shown as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "–"


def figure(name: str, value: Any) -> str:
    """One of an event's figures as people read it."""
    if value is None:
        return "–"
    if name in AMOUNTS:
        return format_chf(value)
    if name == "closes_at":
        return date_format(localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    if name == "to":
        return str(PayoutTo(value).label)
    return str(value)


def sentence_of(event: PoolEvent, *, ceiling: int) -> str:
    """What happened and what it means for the money, in the active language. `ceiling` is of the event's pool."""
    figures = Known({name: figure(name, value) for name, value in event.figures.items()})
    if "shares" in event.figures:
        figures["most"] = format_chf(event.figures["shares"] * ceiling)
    if event.refund is not None:
        figures["reason"] = str(RefundReason(event.refund.reason).label)
    is_own_surplus = event.kind == "surplus_paid" and event.pledge_id is not None
    return str(OWN_SURPLUS if is_own_surplus else SENTENCES[event.kind]) % figures
