"""Letters about a pledge that passes to another organisation. Each says who is bound now, and what that costs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from members.letters.actions import Draft, queue_letters
from members.letters.direct import send_due
from members.letters.rendering import Written, read_source, write
from members.models import Organisation
from pooling import links
from pooling.models import SurplusRule, Transfer

from .letters import Facts, about, consent_facts, latest_acceptance, tell


def send_transfer_letters(*, now: datetime) -> int:
    """Write to those to whom a pledge was offered. Returns how many letters were sent."""
    return send_due(Transfer, written=written_offer, now=now)


def written_offer(transfer: Transfer) -> Written:
    """The offer, to somebody who may not know the portal."""
    language, pledge = transfer.language, transfer.pledge
    facts = facts_of(transfer, language) | {
        "url": links.transfer_url(transfer, language),
        "surplus": SurplusRule(pledge.pool.surplus_rule).label,
    }
    document = read_source(template="pooling/letters/transfer_offered.txt", context=facts, language=language)
    with translation.override(language):
        why = _(
            "You receive this letter because %(organisation)s gave your address to offer you its pledge. We use it "
            "for this offer only."
        ) % {"organisation": transfer.giver.name}
    return write(document, language=language, why=why)


def facts_of(transfer: Transfer, language: str) -> Facts:
    """What letters about an offer may tell, in `language`. Amounts in Rappen."""
    pledge, pool = transfer.pledge, transfer.pledge.pool
    text = pool.text(language)
    return about(pledge) | {
        "title": pool.title(language),
        "place": text.place if text else "",
        "workshop_url": links.workshop_url(pool, language),
        "giver": transfer.giver.name,
        "receiver": transfer.receiver.name if transfer.receiver else "",
        "shares": transfer.shares,
        "seats": transfer.shares * pool.seats_per_share,
        "most": transfer.most,
        "expires_at": transfer.expires_at,
        "method": "",
    }


def tell_passed_on(*, transfer: Transfer, now: datetime) -> int:
    """To the former holder: the pledge is another organisation's, nothing is owed any more."""
    return write_to(transfer.giver, "transfer_done", transfer=transfer, now=now)


def tell_taken_over(*, transfer: Transfer, now: datetime) -> int:
    """To the new holder: the pledge stands for it, on the terms that it accepted."""
    pledge = transfer.pledge
    consent = latest_acceptance(pledge)
    facts = consent_facts(pledge, consent, now=now) | {"giver": transfer.giver.name}
    return tell("transfer_received", key=f"transfer_received-{transfer.uuid}", pledge=pledge, facts=facts, now=now)


def tell_giver_it_ended(*, transfer: Transfer, why: str, now: datetime) -> int:
    """To the holder: the offer ended because it was "declined", "expired" or prices are "locked"; it is still bound."""
    return write_to(transfer.giver, "transfer_ended", transfer=transfer, now=now, why=why)


def tell_receiver_it_ended(*, transfer: Transfer, now: datetime) -> int:
    """To whom had accepted and given no method yet: the offer is over, nothing is owed."""
    if transfer.receiver is None:
        return 0
    return write_to(transfer.receiver, "transfer_off", transfer=transfer, now=now)


def write_to(organisation: Organisation, letter: str, *, transfer: Transfer, now: datetime, **facts: object) -> int:
    """Queue a letter to one of both organisations, in its language, with a link to what it may see."""
    prefetch_related_objects([transfer.pledge.pool], "texts")
    language = organisation.language
    is_giver = organisation.pk == transfer.giver_id
    url = links.transfer_record_url(transfer, language) if is_giver else links.transfer_url(transfer, language)
    context = facts_of(transfer, language) | {"url": url} | facts
    draft = Draft(f"{letter}-{transfer.uuid}", organisation, context)
    return queue_letters(template=f"pooling/letters/{letter}.txt", drafts=[draft], now=now)
