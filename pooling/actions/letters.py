"""What pools write to the organisations that pledged. Call each in the transaction of its event.

Each function collects plain facts for a template in pooling/templates/pooling/letters/ and queues one letter per
administrator: it says what is true then. A key names the event, so hearing of it twice tells nobody twice. Those called
tell_all_... take as many statements for a hundred pledges as for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from members.letters.actions import Draft, queue_letters
from pooling import links
from pooling.models import (
    Acceptance,
    Charge,
    ChargeState,
    CreditNote,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    SurplusRule,
)
from pooling.models.pledge import PledgeQuerySet

Facts = dict[str, object]

# The code of a decline that wants the person to confirm, on Stripe (declines/codes) and in the sandbox.
ASKS_FOR_CONFIRMATION = "authentication_required"


def tell_pledged(*, pledge: Pledge, now: datetime, consent: Acceptance | None = None) -> int:
    """The pledge stands: what was accepted, what it costs at most, when it is charged, how long it can be withdrawn."""
    consent = consent or latest_acceptance(pledge)
    facts = consent_facts(pledge, consent, now=now)
    return tell("pledged", key=f"pledged-{pledge.uuid}-{consent.pk}", pledge=pledge, facts=facts, now=now)


def tell_changed(*, pledge: Pledge, before: int, now: datetime, after_approval: bool = False) -> int:
    """The number of shares changed from `before`, and the terms were accepted anew; more of them were approved."""
    consent = latest_acceptance(pledge)
    facts = consent_facts(pledge, consent, now=now) | {"before": before, "after_approval": after_approval}
    return tell("changed", key=f"changed-{pledge.uuid}-{consent.pk}", pledge=pledge, facts=facts, now=now)


def tell_withdrawn(*, pledge: Pledge, now: datetime) -> int:
    """The pledge was withdrawn: nothing to pay."""
    return tell("withdrawn", key=f"withdrawn-{pledge.uuid}", pledge=pledge, facts=reopening(pledge, now), now=now)


def tell_expired(*, pledge: Pledge, now: datetime) -> int:
    """No payment method was given in time: the places are free again."""
    return tell("expired", key=f"expired-{pledge.uuid}", pledge=pledge, facts=reopening(pledge, now), now=now)


def tell_all_funded(*, pool: Pool, now: datetime) -> int:
    """The threshold is reached: to each pledge that is paid by card what is charged now, and how."""
    charges = Charge.objects.live().filter(pledge__pool=pool, pledge__state=PledgeState.STANDING, pays_by=PaysBy.CARD)
    return tell_funded_of(charges.select_related("pledge__organisation", "pledge__method"), pool=pool, now=now)


def tell_funded(*, pledge: Pledge, now: datetime) -> int:
    """A pledge that came after the threshold is charged now, too."""
    charges = pledge.charges.live().select_related("pledge__organisation", "pledge__method")
    return tell_funded_of(charges, pool=pledge.pool, now=now)


def tell_funded_of(charges: Iterable[Charge], *, pool: Pool, now: datetime) -> int:
    amounts = {charge.pledge: charge.amount for charge in charges}
    for_all: Facts = credit_facts(None) | {"takes_place": pool.state == PoolState.CONFIRMED, "void_link": False}
    return tell_each(
        "funded",
        pool=pool,
        pledges=amounts,
        facts=lambda pledge: for_all | {"amount": amounts[pledge], "most": pledge.most},
        now=now,
    )


def tell_charged_instead(*, charge: Charge, void_link: bool, now: datetime) -> int:
    """A pledge whose prices are locked is charged to a card now, not by invoice, or by a link, which is void then."""
    note = note_of(charge.pledge.charges.filter(pays_by=PaysBy.INVOICE).last())
    facts: Facts = credit_facts(note) | {"amount": charge.amount, "most": charge.pledge.most}
    facts |= {"takes_place": charge.pledge.pool.state == PoolState.CONFIRMED, "void_link": void_link}
    return tell("funded", key=f"funded-{charge.uuid}", pledge=charge.pledge, facts=facts, now=now)


def tell_charged(*, charge: Charge, now: datetime) -> int:
    """The payment arrived."""
    facts: Facts = {
        "amount": charge.amount,
        "paid_at": charge.settled_at or now,
        "reference": str(charge.uuid)[:8],
        "takes_place": charge.pledge.pool.state == PoolState.CONFIRMED,
    }
    return tell("charged", key=f"charged-{charge.uuid}", pledge=charge.pledge, facts=facts, now=now)


def tell_failed(*, charge: Charge, mend_url: str, now: datetime) -> int:
    """The payment did not work: what that means, until when the places are kept, and `mend_url` to pay."""
    facts = mending_facts(charge, mend_url)
    return tell("failed", key=f"failed-{charge.uuid}", pledge=charge.pledge, facts=facts, now=now)


def mending_facts(charge: Charge, mend_url: str) -> Facts:
    return {
        "amount": charge.amount - charge.captured,
        "keep_until": charge.mend_until,
        "asks_for_confirmation": charge.failure == ASKS_FOR_CONFIRMATION,
        "mend_url": mend_url,
    }


def tell_mending(*, charge: Charge, number: int, mend_url: str, now: datetime) -> int:
    """A payment still waits for the person: reminder 1 or 2 (the last)."""
    facts = mending_facts(charge, mend_url) | {"is_last": number == 2}
    return tell("mending", key=f"mending-{charge.uuid}-{number}", pledge=charge.pledge, facts=facts, now=now)


def tell_dropped(*, charge: Charge, now: datetime) -> int:
    """The payment did not arrive in time: the pledge has ended, and costs nothing."""
    facts = reopening(charge.pledge, now) | {"amount": charge.amount, "comes_back": charge.captured}
    facts |= credit_facts(note_of(charge))
    return tell("dropped", key=f"dropped-{charge.pledge.uuid}", pledge=charge.pledge, facts=facts, now=now)


def tell_all_confirmed(*, pool: Pool, now: datetime) -> int:
    """The workshop takes place: when and where, and what is still open of one's own payment."""
    pledges = with_people(pool.pledges.standing()).prefetch_related("charges")

    def facts(pledge: Pledge) -> Facts:
        charge = live_charge(pledge)
        return {"still_open": charge.still_open if charge else 0}

    return tell_each("confirmed", pool=pool, pledges=pledges, facts=facts, now=now)


def tell_all_lapsed(*, pool: Pool, now: datetime) -> int:
    """The threshold was not reached: nothing was ever charged."""
    return tell_each("lapsed", pool=pool, pledges=ended_with(pool), facts=lambda _pledge: {}, now=now)


def tell_all_cancelled(*, pool: Pool, now: datetime) -> int:
    """The workshop was called off: why, what comes back, and what of it waits for a bank's decision."""

    def facts(pledge: Pledge) -> Facts:
        charges = pledge.charges.all()
        attempts = [attempt for charge in charges for attempt in charge.attempts.all()]
        disputed = {attempt.pk for attempt in attempts if attempt.is_disputed}
        due = [each for charge in charges for each in charge.refunds.all() if each.reason == RefundReason.CANCELLED]
        held = sum(refund.amount for refund in due if refund.attempt_id in disputed)
        return {
            "reason": pool.cancel_reason,
            "comes_back": sum(refund.amount for refund in due) - held,
            "disputed": held,
            "taken": sum(dispute.charged_back for attempt in attempts for dispute in attempt.disputes.all()),
            "under_way": sum(charge.amount for charge in charges if charge.state == ChargeState.SENDING),
        } | credited(pledge)

    charges = Prefetch("charges", Charge.objects.select_related("invoice__credit_note"))
    pledges = ended_with(pool).prefetch_related(charges, "charges__refunds", "charges__attempts__disputes")
    return tell_each("cancelled", pool=pool, pledges=pledges, facts=facts, now=now)


def credited(pledge: Pledge) -> Facts:
    """The invoice of a pledge that is paid by one and its credit note; `void_invoice` where nothing is to be paid any
    more of it.
    """
    if pledge.pays_by == PaysBy.INVOICE:
        for charge in pledge.charges.all():
            if charge.pays_by == PaysBy.INVOICE and hasattr(charge.invoice, "credit_note"):
                return credit_facts(charge.invoice.credit_note, is_void=charge.state == ChargeState.VOID)
    return credit_facts(None)


def credit_facts(note: CreditNote | None, *, is_void: bool = True) -> Facts:
    """A credit note, if there is one, and the invoice that it cancels."""
    number = note.invoice.number if note else ""
    return {
        "void_invoice": number if is_void else "",
        "credited_invoice": number,
        "credit_note": note.number if note else "",
    }


def note_of(charge: Charge | None) -> CreditNote | None:
    """The credit note of a charge that had an invoice."""
    return CreditNote.objects.filter(invoice__charge=charge).select_related("invoice").first() if charge else None


def tell_refunded(*, refund: Refund, now: datetime) -> int:
    """Money went back."""
    facts: Facts = {
        "amount": refund.amount,
        "refunded_at": refund.settled_at or now,
        "reference": refund.paid_ref or str(refund.uuid)[:8],
        "reason": RefundReason(refund.reason).label,
        "by_transfer": refund.paid_on is not None,
        "paid_on": refund.paid_on,
    }
    return tell("refunded", key=f"refunded-{refund.uuid}", pledge=refund.charge.pledge, facts=facts, now=now)


def tell(letter: str, *, key: str, pledge: Pledge, facts: Facts, now: datetime) -> int:
    """Queue one kind of letter for one pledge."""
    prefetch_related_objects([pledge.pool], "texts")
    draft = Draft(key, pledge.organisation, about(pledge) | facts)
    return queue_letters(template=f"pooling/letters/{letter}.txt", drafts=[draft], now=now)


def tell_each(
    letter: str,
    *,
    pool: Pool,
    pledges: Iterable[Pledge],
    facts: Callable[[Pledge], Facts],
    now: datetime,
    once: str = "",
) -> int:
    """Queue one kind of letter for each of `pledges`, which are all of `pool` and tell once; where a thing can happen
    several times, once for each value of `once`.
    """
    prefetch_related_objects([pool], "texts")
    drafts = []
    for pledge in pledges:
        pledge.pool = pool
        key = f"{letter}-{pledge.uuid}-{once}".rstrip("-")
        drafts.append(Draft(key, pledge.organisation, about(pledge) | facts(pledge)))
    return queue_letters(template=f"pooling/letters/{letter}.txt", drafts=drafts, now=now)


def about(pledge: Pledge) -> Facts:
    """What every letter about a pledge may tell, in its organisation's language. Amounts in Rappen."""
    pool, language = pledge.pool, pledge.organisation.language
    text = pool.text(language)
    url = links.pledge_url(pledge, language)
    return {
        "title": pool.title(language),
        "place": text.place if text else "",
        "url": url,
        "workshop_url": f"{settings.SITE_URL}{text.path}" if text else url,
        "starts_at": pool.starts_at,
        "closes_at": pool.closes_at,
        "standing": pool.standing,
        "threshold": pool.threshold,
        "capacity": pool.capacity,
        "is_split": pool.is_split,
        "shares": pledge.shares,
        "seats": pledge.seats,
        "method": pledge.method.label if pledge.method else "",
        "by_invoice": pledge.pays_by == PaysBy.INVOICE,
        "by_twint": pledge.pays_by == PaysBy.TWINT,
        "invoice_days": pool.invoice_days,
    }


def latest_acceptance(pledge: Pledge) -> Acceptance:
    return pledge.acceptances.latest("pk")


def consent_facts(pledge: Pledge, consent: Acceptance, *, now: datetime) -> Facts:
    """What was accepted. Once prices are locked a pledge is binding and charged at once."""
    pool = pledge.pool
    return {
        "most": consent.most,
        "accepted_at": consent.accepted_at,
        "legal_version": consent.legal_version,
        "surplus": SurplusRule(pool.surplus_rule).label,
        "binding": pool.state in Pool.FINANCED_STATES or pool.locks_prices(now=now),
    }


def reopening(pledge: Pledge, now: datetime) -> Facts:
    """Whether the organisation may pledge again, and until when."""
    pool = pledge.pool
    return {"may_pledge_again": pool.open_places(now=now) > 0, "closes_at": pool.accepts_until(now=now)}


def ended_with(pool: Pool) -> PledgeQuerySet:
    """Pledges that ended because the pool did: those that stood, and those whose method was still to come."""
    held = Exists(Acceptance.objects.filter(pledge=OuterRef("pk")))  # those on the waiting list had accepted nothing
    with_the_pool = Q(state=PledgeState.STANDING) | Q(held, state=PledgeState.EXPIRED, ended_at=pool.ended_at)
    return with_people(pool.pledges.filter(with_the_pool))


def with_people(pledges: PledgeQuerySet) -> PledgeQuerySet:
    return pledges.select_related("organisation", "method").order_by("pk")


def live_charge(pledge: Pledge) -> Charge | None:
    return next((charge for charge in pledge.charges.all() if charge.state != ChargeState.VOID), None)
