"""A pool as visitors see it: on its workshop's page and on cards."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from home.freshness import POOLS, depends_on
from pooling.accounts import Rung, Step, money_of, paid_shares
from pooling.links import mend_url
from pooling.models import Charge, Pledge, PledgeState, Pool, PoolState

register = template.Library()

RUNGS = {
    "now": _("what stands now"),
    "with_you": _("this with your pledge"),
    "one_more": _("one organisation more, one share"),
    "two_more": _("two organisations more, one share each"),
    "threshold": _("the threshold"),
}

# How each state looks: which kind of notice or label the design system gives it.
TONES = {
    PoolState.DRAFT: "info",
    PoolState.OPEN: "info",
    PoolState.FUNDED: "info",
    PoolState.SHORT: "trouble",
    PoolState.CONFIRMED: "done",
    PoolState.CLOSED: "over",
    PoolState.LAPSED: "over",
    PoolState.CANCELLED: "trouble",
}


def figures(pool: Pool) -> dict[str, Any]:
    """What every view of a pool shows."""
    now = timezone.now()
    depends_on(POOLS, until=pool.next_turn(now=now))
    return {
        "pool": pool,
        "tone": TONES[PoolState(pool.state)],
        "accepts": pool.open_places(now=now),
        "until": pool.closes_at if now < pool.closes_at else None,
        "has_waiting_list": pool.has_waiting_list(now=now),
    }


@register.inclusion_tag("pooling/_panel.html", takes_context=True)
def pool_panel(context: dict[str, Any], pool: Pool | None) -> dict[str, Any]:
    """The centre of a workshop's page: state, shares, money, and the way to pledge."""
    if pool is None or pool.state == PoolState.DRAFT:
        return {"pool": None}
    user = context.get("user")
    mine = None
    if user is not None and user.is_authenticated:
        mine = Pledge.objects.live().filter(pool=pool, organisation__memberships__person=user).order_by("pk").first()
    money = money_of(pool) if pool.funded_at else None
    now = timezone.now()
    return {
        **figures(pool),
        "until": pool.accepts_until(now=now) if pool.accepts(now=now) else pool.closes_at,
        "money": money,
        "paid_shares": paid_shares(pool) if money else 0,
        "mine": mine,
    }


@register.inclusion_tag("pooling/_summary.html")
def pool_summary(pool: Pool | None) -> dict[str, Any]:
    """A pool on a card: state, share field, and the one figure that matters now."""
    if pool is None or pool.state == PoolState.DRAFT:
        return {"pool": None}
    return figures(pool)


@register.filter
def rung_title(rung: Rung) -> str:
    """What a step of the price ladder is called."""
    return str(RUNGS[rung.kind])


@register.filter
def takes_no_more(pool: Pool) -> bool:
    """Whether a share that nobody has taken can't be pledged any more, but for one that was freed."""
    return not pool.takes_new_shares(now=timezone.now())


@register.filter
def workshop_path(pool: Pool) -> str:
    """The address of the workshop's page in the active language, or in any there is."""
    text = pool.text()
    return text.path if text else ""


@register.filter
def pledge_state(pledge: Pledge) -> str:
    """The pledge's state in words; one whose pool has ended ended with it."""
    if pledge.state == PledgeState.STANDING and pledge.pool.state == PoolState.LAPSED:
        return gettext("ended: the workshop did not come about")
    if pledge.state == PledgeState.STANDING and pledge.pool.state == PoolState.CANCELLED:
        return gettext("ended: the workshop was called off")
    if pledge.state == PledgeState.STANDING and pledge.pool.state == PoolState.CLOSED:
        return gettext("settled")
    if pledge.awaits_approval:
        return str(UNAPPROVED[PledgeState(pledge.state)])
    return str(pledge.get_state_display())


@register.filter
def state_tone(pool: Pool) -> str:
    """The design system's name for how the pool's state looks."""
    return TONES[PoolState(pool.state)]


@register.simple_tag
def mend_link(charge: Charge) -> str:
    """Our own link to pay a charge that needs the person, in the active language."""
    return mend_url(charge, get_language() or "de")


# What is said of a pledge that was not approved, or not yet.
UNAPPROVED = {
    PledgeState.PENDING: _("waits for approval"),
    PledgeState.WITHDRAWN: _("ended: it was not approved"),
    PledgeState.EXPIRED: _("ended: it was not approved in time"),
}

# What each event means to the people of the organisation.
STEPS = {
    "pledge_waiting": _("The organisation joined the waiting list"),
    "pledge_offered": _("Shares became free and were offered"),
    "offer_accepted": _("The offer was accepted; the shares are held"),
    "offer_declined": _("The offer was declined"),
    "offer_expired": _("The offer was not answered in time and ended"),
    "list_left": _("The organisation left the waiting list"),
    "list_ended": _("The waiting list ended; nothing is owed"),
    "pledge_held": _("Shares were held"),
    "pledge_standing": _("The pledge stands"),
    "pledge_changed": _("The number of shares was changed"),
    "pledge_withdrawn": _("The pledge was withdrawn"),
    "pledge_expired": _("The time was over before the pledge stood; the shares are free again"),
    "pledge_dropped": _("The payment did not arrive in time: the pledge has ended, nothing is owed"),
    "slots_refilled": _("Places that had been freed were taken over"),
    "approval_asked": _("Somebody was asked to approve the pledge"),
    "approval_sent_again": _("The request for approval was sent again"),
    "approval_given": _("The pledge was approved"),
    "approval_declined": _("The pledge was not approved"),
    "seats_given": _("Seats were given to another organisation"),
    "seats_taken_back": _("Seats that had been given were taken back"),
    "transfer_offered": _("The pledge was offered to another organisation"),
    "transfer_accepted": _("Another organisation accepted the terms for it"),
    "transfer_ended": _("The offer to another organisation ended"),
    "pledge_transferred": _("The pledge passed to another organisation"),
    "more_asked": _("Somebody was asked to approve a higher number"),
    "more_declined": _("The higher number was not approved; the pledge stands as before"),
    "more_ended": _("The request for a higher number ended; the pledge stands as before"),
    "pool_funded": _("The threshold was reached, prices are locked"),
    "pool_confirmed": _("The money is there, the workshop takes place"),
    "pool_short": _("Payments are missing; we look for the missing money"),
    "pool_closed": _("The workshop was held and its account settled"),
    "surplus_reduced": _("The part of the surplus became smaller, because the bank took the payment back"),
    "surplus_paid": _("A part of the surplus goes back"),
    "pool_lapsed": _("Pledging ended without the threshold; nobody was charged"),
    "pool_cancelled": _("The workshop was called off"),
    "charge_due": _("A payment became due"),
    "charge_asked": _("A payment with TWINT became due"),
    "invoice_issued": _("An invoice was issued"),
    "credit_note_issued": _("A credit note cancels the invoice"),
    "invoice_written_off": _("The operator no longer counts on the invoice"),
    "method_replaced": _("Another payment method was put in the place of the saved one"),
    "payment_way_changed": _("The way to pay was changed"),
    "charge_sending": _("The payment was sent to the payment service"),
    "charge_captured": _("The payment arrived"),
    "charge_reversed": _("The bank took the payment back"),
    "charge_action_required": _("The payment did not go through and needs you"),
    "charge_reminded": _("A reminder of the payment was sent"),
    "charge_failed": _("The payment was given up"),
    "charge_page_opened": _("The payment page was opened"),
    "charge_void": _("The payment is not owed any more"),
    "inquiry_opened": _("The bank of whoever paid asked about the payment"),
    "dispute_opened": _("The bank of whoever paid disputes the payment"),
    "dispute_answered": _("The bank examines the disputed payment"),
    "dispute_won": _("The dispute was decided: the payment stays as it is"),
    "dispute_lost": _("The dispute was decided for whoever paid: the bank took the payment back"),
    "dispute_closed": _("The bank's question about the payment has ended"),
    "dispute_reinstated": _("The bank gave back what it had taken"),
    "refund_due": _("A refund became due"),
    "refund_reduced": _("A refund became smaller, because the bank took money back"),
    "refund_void": _("A refund is no longer needed, because the bank took the money back"),
    "refund_succeeded": _("The refund was sent"),
    "refund_paid_out": _("The refund was transferred"),
    "refund_failed": _("The refund did not go through; we look after it"),
}


@register.filter
def step_text(step: Step) -> str:
    """What happened, in words; the number of shares where it is about shares."""
    text = str(STEPS[step.kind])
    if step.shares is None:
        return text
    shares = ngettext("%(n)d share", "%(n)d shares", step.shares) % {"n": step.shares}
    return gettext("%(what)s (%(shares)s)") % {"what": text, "shares": shares}
