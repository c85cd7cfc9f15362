"""Letters about approvals: to the administrators through the queue of letters, to the approver by the approval's row.

The approver has no account. Who that is, and the link, stand nowhere but in the row and in the letter that left.
"""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import get_connection
from django.db import transaction
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from members.letters.actions import compose
from members.letters.direct import LEASE, MOST_TRIES, pause
from members.letters.rendering import Written, read_source, write
from members.models import User
from pooling import links
from pooling.models import Approval, ApprovalLetter, Pledge, PledgeState, Pool, SurplusRule

from .letters import Facts, about, reopening, tell
from .twint import stands_at_once

logger = logging.getLogger(__name__)


def tell_approved(*, pledge: Pledge, approval: Approval, now: datetime) -> int:
    """It was approved: the pledge stands, or needs a payment method by a certain time."""
    facts: Facts = {
        "stands": pledge.state == PledgeState.STANDING,
        "keep_until": pledge.held_until,
        "most": approval.most,
    }
    return tell("approval_given", key=f"approval_given-{approval.uuid}", pledge=pledge, facts=facts, now=now)


def tell_declined(*, pledge: Pledge, approval: Approval, now: datetime) -> int:
    """It was declined, with a sentence or without: the pledge has ended and costs nothing."""
    facts = reopening(pledge, now) | {"sentence": approval.answer}
    return tell("approval_declined", key=f"approval_declined-{approval.uuid}", pledge=pledge, facts=facts, now=now)


def tell_not_answered(*, pledge: Pledge, now: datetime) -> int:
    """Nobody answered in time: the pledge has ended and costs nothing."""
    facts = reopening(pledge, now)
    return tell("approval_expired", key=f"approval_expired-{pledge.uuid}", pledge=pledge, facts=facts, now=now)


def tell_more_ended(*, pledge: Pledge, approval: Approval, why: str, now: datetime) -> int:
    """More shares were asked for and do not come, because the request was "declined", "expired" or prices are "locked":
    the pledge stands as before.
    """
    facts: Facts = {
        "wanted": approval.shares,
        "why": why,
        "sentence": approval.answer,
        "most": pledge.most,
        "most_wanted": approval.most,
    }
    return tell("more_ended", key=f"more_ended-{approval.uuid}", pledge=pledge, facts=facts, now=now)


def send_approval_letters(*, now: datetime) -> int:
    """Write to the approvers whose letter is due, outside of any transaction. Returns how many letters were sent."""
    sent = 0
    while approval := claim_letter(now=now):
        sent += send(approval, now=now)
    return sent


@transaction.atomic
def claim_letter(*, now: datetime) -> Approval | None:
    """Take the next letter that is due, so that no other sender takes it before its lease is over."""
    due = Approval.objects.letter_due(now=now).filter(tries__lt=MOST_TRIES).order_by("next_try_at", "pk")
    approval = (
        due.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("pledge__pool", "pledge__organisation", "asked_by")
        .first()
    )
    if approval is not None:
        approval.tries += 1
        approval.next_try_at = now + LEASE
        approval.save(update_fields=["tries", "next_try_at"])
    return approval


def send(approval: Approval, *, now: datetime) -> bool:
    """Hand a claimed letter to the mail server, and record how that went unless it was asked for anew meanwhile."""
    written = written_to_approver(approval)
    ref = f"{approval.uuid}-{approval.letter}-{approval.link}"
    row = Approval.objects.filter(pk=approval.pk, letter=approval.letter, link=approval.link)
    try:
        get_connection().send_messages([compose(written, to=approval.email, language=approval.language, ref=ref)])
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that can't stand in a header
        kind = type(error).__name__
        row.update(next_try_at=now + pause(approval.tries), last_error=Truncator(kind).chars(500))
        logger.warning("the letter about approval %s was not taken (%s), try %d", approval.uuid, kind, approval.tries)
        return False
    row.update(letter="", sent_at=now, last_error="")
    return True


def written_to_approver(approval: Approval) -> Written:
    """The letter that is due, in the approver's language."""
    language = approval.language
    document = read_source(
        template=f"pooling/letters/{approval.letter or ApprovalLetter.ASKED}.txt",
        context=facts_for_approver(approval),
        language=language,
    )
    with translation.override(language):
        why = reason_for_approver(asker=name_of(approval.asked_by), organisation=approval.pledge.organisation.name)
    return write(document, language=language, name=approval.name, why=why)


def reason_for_approver(*, asker: str, organisation: str) -> str:
    """Why somebody without an account gets a letter."""
    return _(
        "You receive this letter because %(asker)s gave your address as the person who decides this for "
        "%(organisation)s. We use it for this request only."
    ) % {"asker": asker, "organisation": organisation}


def facts_for_approver(approval: Approval) -> Facts:
    """What somebody needs to decide who has never seen the portal. Amounts in Rappen."""
    pledge, pool, language = approval.pledge, approval.pledge.pool, approval.language
    text = pool.text(language)
    return about(pledge) | {
        "title": pool.title(language),
        "place": text.place if text else "",
        "url": links.approval_url(approval, language),
        "organisation": pledge.organisation.name,
        "asker": name_of(approval.asked_by),
        "shares": approval.shares,
        "seats": approval.shares * pool.seats_per_share,
        "before": approval.before,
        "most": approval.most,
        "expires_at": approval.expires_at,
        "charged_at_once": pool.state in Pool.FINANCED_STATES,
        "surplus": SurplusRule(pool.surplus_rule).label,
        "legal_version": approval.legal_version,
        "stands_at_once": stands_at_once(method=pledge.method, pays_by=pledge.pays_by),
    }


def name_of(person: User) -> str:
    """The name of whoever asks, or the address they log in with."""
    return person.get_full_name() or person.email
