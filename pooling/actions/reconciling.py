"""A provider's books are looked through: notices that did not reach us, and every night all that it holds.

What we can enter by looking is entered, by the same actions as when a notice had come. What stays different is kept for
staff.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.utils.timezone import localtime

from pooling.accounts.provider_books import Difference, differences
from pooling.models import Attempt, AttemptState, Comparison, Round, RoundKind, claim_round
from pooling.payments import PROVIDERS, provider
from pooling.payments.base import Books, ChargeResult, OutcomeUnknown, Progress, RequestRefused

from .disputes import enter_known
from .notices import handle_event, receive_notice
from .outside_refunds import look_for_refunds
from .settlement import enter_result

EVERY = timedelta(minutes=10)
# Stripe tries to deliver a notice for three days (https://docs.stripe.com/webhooks) and shows it for thirty.
DELIVERED_WITHIN = timedelta(days=3, hours=1)
SHOWN = timedelta(days=30)
AT_NIGHT = 3  # o'clock
NIGHTLY = timedelta(days=100)  # how far back every night; `check_money --stripe` goes further

log = structlog.get_logger(__name__)


def replay_undelivered_notices(*, now: datetime) -> int:
    """Every ten minutes: take each notice that our webhook did not, as if it had come. Returns how many were new."""
    return sum(replay_notices_of(name, now=now) for name in PROVIDERS if provider(name).has_books())


def replay_notices_of(name: str, *, now: datetime) -> int:
    claimed = claim_round(provider=name, kind=RoundKind.NOTICES, first=now, following=now + EVERY, now=now)
    if claimed is None:
        return 0
    # What was on its way last time may have failed since.
    since = max(now - SHOWN, claimed.done_at - DELIVERED_WITHIN) if claimed.done_at else now - SHOWN
    try:
        notices = provider(name).undelivered(since=since)
    except (OutcomeUnknown, RequestRefused):
        return 0  # in ten minutes again, from the same time on
    new = 0
    for notice in notices:
        happened = receive_notice(provider_name=name, notice=notice, now=now)
        if happened:
            new += 1
            handle_event(happened=happened, now=now)
    Round.objects.filter(pk=claimed.pk).update(done_at=now)
    return new


def compare_books_at_night(*, now: datetime) -> int:
    """Every night: compare each provider's books with ours. Returns how many were compared."""
    return sum(compare_at_night(name, now=now) for name in PROVIDERS if provider(name).has_books())


def compare_at_night(name: str, *, now: datetime) -> bool:
    night = next_night(now)
    claimed = claim_round(provider=name, kind=RoundKind.BOOKS, first=night, following=night, now=now)
    if claimed is None:
        return False
    try:
        compare_books(provider_name=name, since=now - NIGHTLY, now=now)
    except (OutcomeUnknown, RequestRefused) as error:
        log.warning("the books could not be compared, tried again soon", provider=name, reason=str(error))
        Round.objects.filter(pk=claimed.pk).update(next_at=now + EVERY)
        return False
    Round.objects.filter(pk=claimed.pk).update(done_at=now)
    return True


def next_night(now: datetime) -> datetime:
    """The next time that it is AT_NIGHT in Switzerland."""
    local = localtime(now)
    night = local.replace(hour=AT_NIGHT, minute=0, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def compare_books(*, provider_name: str, since: datetime, now: datetime) -> Comparison:
    """Enter what the provider's books show and ours don't, and keep what stays different. Raises OutcomeUnknown."""
    books = provider(provider_name).books(since=since, until=now)
    found = differences(provider_name, books)
    if found:
        enter_unknown(provider_name, books, found=found, now=now)
        found = differences(provider_name, books)
    if found:
        log.warning("the books differ", provider=provider_name, differences=len(found))
    made = Comparison.objects.create(
        provider=provider_name,
        since=since,
        at=now,
        payments=len(books.payments),
        refunds=len(books.refunds),
        disputes=len(books.disputes),
        differences=[{"code": each.code, **each.figures} for each in found],
    )
    old = Comparison.objects.filter(provider=provider_name).order_by("-pk")[Comparison.KEPT :]
    Comparison.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return made


def enter_unknown(provider_name: str, books: Books, *, found: list[Difference], now: datetime) -> None:
    """Enter what can be: a payment that names an attempt of ours, a refund or a dispute of a payment that we know."""
    named = {str(each.figures.get("ref")) for each in found}
    for payment in books.payments:
        if payment.ref in named and payment.attempt:
            # One that has brought money already, or that names another payment, is staff's affair.
            named_so = Attempt.objects.filter(provider=provider_name, key=payment.attempt)
            attempt = named_so.filter(intent_ref__in=["", payment.ref]).exclude(state=AttemptState.SUCCEEDED).first()
            if attempt is not None:
                result = ChargeResult(Progress.SUCCEEDED, payment.ref, payment.amount)
                enter_result(attempt=attempt, result=result, now=now)
    for refund in books.refunds:
        attempt = Attempt.objects.filter(provider=provider_name, intent_ref=refund.intent_ref).first()
        if refund.made.ref in named and attempt is not None and refund.intent_ref:
            try:
                look_for_refunds(attempt=attempt, now=now)
            except OutcomeUnknown:
                continue  # one of ours is on its way
    for dispute in books.disputes:
        if dispute.ref in named:
            try:
                enter_known(provider_name=provider_name, made=dispute, now=now)
            except OutcomeUnknown:
                continue


def told(comparison: Comparison) -> list[Difference]:
    """The differences that it found, as they can be read."""
    return [
        Difference(each["code"], {name: value for name, value in each.items() if name != "code"})
        for each in comparison.differences
    ]
