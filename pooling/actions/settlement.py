"""Funding a pool, and where providers' outcomes enter.

The order of locks is always pool, then charge and attempt. They are FOR NO KEY UPDATE: the stronger lock would wait for
the foreign key
checks of events that other processes are inserting, and these for it. Providers are called outside any transaction: an
attempt is written down and
committed, the call is made, its outcome enters in a second transaction. Outcomes may come twice, late and in any order.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from members.models import User
from pooling import links
from pooling.models import (
    Attempt,
    AttemptKind,
    AttemptState,
    Charge,
    ChargeState,
    PaysBy,
    Pledge,
    Pool,
    PoolState,
    Receipt,
    RefundReason,
    record,
)
from pooling.payments import provider
from pooling.payments.base import ChargeResult, OutcomeUnknown, Progress, RequestRefused

from . import invoice_letters, letters, twint_letters
from .backing import confirm_if_financed, take_late_money
from .charges import claim_due_charge, claim_unanswered_attempt, lock_prices, refill_slots
from .loose_ends import cut_off
from .news import tell_people
from .patience import BOOKS_FIRST, STALE, after
from .refunds import owe_refund

NEXT_LOOK = timedelta(minutes=10)
PAID = {PaysBy.CARD: ChargeState.SUCCEEDED, PaysBy.INVOICE: ChargeState.PAID, PaysBy.TWINT: ChargeState.SUCCEEDED}


def fund_pool(*, pool: Pool, now: datetime) -> None:
    """Prices lock (see `Pool.locks_prices`): fix the amount of each share and make one charge per standing pledge.

    Call it under the pool's lock, in the same transaction. Before it, no charge row exists (DESIGN.md section 5,
    first invariant).
    """
    cut_off(pool=pool, now=now)
    pool.state, pool.funded_at = PoolState.FUNDED, now
    pool.save()
    record(pool, "pool_funded", now=now, standing=pool.standing)
    lock_prices(pool=pool, pledges=list(pool.pledges.standing()), now=now)
    letters.tell_all_funded(pool=pool, now=now)
    invoice_letters.tell_all_invoiced(pool=pool, now=now)
    twint_letters.tell_all_asked(pool=pool, now=now)
    tell_people(pool=pool, now=now)


def charge_late_pledge(*, pool: Pool, pledge: Pledge, now: datetime) -> None:
    """A pledge that stands after the threshold is charged like the others, in the transaction that makes it stand.

    It takes the places that dropped pledges freed first.
    """
    refill_slots(pool=pool, pledge=pledge, now=now)
    [charge] = lock_prices(pool=pool, pledges=[pledge], now=now)
    if charge.pays_by == PaysBy.INVOICE:
        invoice_letters.tell_invoiced(charge=charge, now=now)
    elif charge.pays_by == PaysBy.TWINT:
        twint_letters.tell_asked(charge=charge, now=now)
    else:
        letters.tell_funded(pledge=pledge, now=now)


def collect_due_charges(*, now: datetime) -> int:
    """Collect every charge that is due, one after the other.

    Returns how many. Any number of processes may do this at once.
    """
    done = 0
    while attempt := claim_due_charge(now=now):
        done += 1
        follow(attempt, now=now)
    return done


def follow_up_attempts(*, now: datetime) -> int:
    """Find out about every attempt whose answer is missing, and look after pages that wait for a person.

    Returns how many were asked about.
    """
    done = 0
    while attempt := claim_unanswered_attempt(now=now):
        done += 1
        follow(attempt, now=now)
    return done


def follow(attempt: Attempt, *, now: datetime) -> Attempt:
    """Ask the provider about one attempt, in the way that fits what is known of it, and record the answer."""
    try:
        result = ask(attempt, now=now)
    except OutcomeUnknown:
        Attempt.objects.filter(pk=attempt.pk).live().update(next_look_at=now + after(attempt.tries))
        return attempt
    except RequestRefused as refusal:
        result = ChargeResult(Progress.FAILED, failure=refusal.code)
    return enter_result(attempt=attempt, result=result, now=now)


def ask(attempt: Attempt, *, now: datetime) -> ChargeResult:
    """Send, send again with the same key, or look: never a new charge where an old one might exist.

    Raises what providers raise.
    """
    bank = provider(attempt.provider)
    owed = is_owed(attempt, now=now)
    if attempt.kind == AttemptKind.PAGE and not attempt.page_ref:
        if now - attempt.started_at >= STALE:
            return ChargeResult(Progress.FAILED, failure="never_arrived")
        name_page(attempt)
    if attempt.page_ref:
        can_be_paid = attempt.state in Attempt.LIVE_STATES
        return (
            bank.close_payment_page(attempt.page_ref)
            if can_be_paid and not owed
            else bank.look_at_payment_page(attempt.page_ref)
        )
    if attempt.intent_ref:
        return bank.look_at_intent(attempt.intent_ref)
    if attempt.tries >= BOOKS_FIRST or now - attempt.started_at >= STALE or not owed:
        found = bank.find_charge(key=attempt.key, parameters=attempt.parameters, since=attempt.started_at)
        if found:
            return found
    if not owed:
        return ChargeResult(Progress.FAILED, failure="never_arrived")
    # The first time; or the books show nothing, so that even a key that was forgotten makes the only charge there is.
    return bank.charge(key=attempt.key, parameters=attempt.parameters)


def is_owed(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the charge still asks for money: it isn't void, paid or given up meanwhile, its mending window isn't
    over, and its pool wasn't cancelled.
    """
    waits = Q(state=ChargeState.SENDING) | Q(state=ChargeState.ACTION_REQUIRED, mend_until__gt=now)
    return Charge.objects.filter(waits, pk=attempt.charge_id, pledge__pool__state__in=Pool.OWING_STATES).exists()


def name_page(attempt: Attempt) -> None:
    """Whoever asked for this payment page is gone.

    Nobody has seen it, so it is opened with the same key only to know its name.
    """
    page = provider(attempt.provider).open_payment_page(key=attempt.key, parameters=attempt.parameters)
    Attempt.objects.filter(pk=attempt.pk).update(page_ref=page.ref, url=page.url)
    attempt.page_ref = page.ref


@transaction.atomic
def enter_result(*, attempt: Attempt, result: ChargeResult, now: datetime) -> Attempt:
    """Record what a provider says of an attempt, and all that follows from it.

    Hearing the same answer twice changes nothing.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges__attempts=attempt.pk)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge__organisation")
        .get(pk=attempt.charge_id)
    )
    charge.pledge.pool = pool
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    attempt.charge = charge
    attempt.intent_ref = result.intent_ref or attempt.intent_ref
    if result.progress == Progress.SUCCEEDED and attempt.state != AttemptState.SUCCEEDED:
        enter_success(pool=pool, charge=charge, attempt=attempt, captured=result.captured, now=now)
    elif result.progress == Progress.FAILED and attempt.state in Attempt.LIVE_STATES:
        enter_failure(pool=pool, charge=charge, attempt=attempt, failure=result.failure, now=now)
    elif result.progress == Progress.OPEN and attempt.state in Attempt.LIVE_STATES:
        attempt.state = AttemptState.WAITING if attempt.page_ref else AttemptState.SENDING
        attempt.next_look_at = now + NEXT_LOOK
        attempt.save()
    return attempt


def enter_success(*, pool: Pool, charge: Charge, attempt: Attempt, captured: int, now: datetime) -> None:
    """Money arrived. What isn't owed, or is too much, goes back from this very transaction on."""
    attempt.state, attempt.captured, attempt.failure, attempt.ended_at = AttemptState.SUCCEEDED, captured, "", now
    attempt.save()
    # Another page on which it could be paid again is closed by tick at once.
    charge.attempts.live().update(next_look_at=now)
    keep = take_money(pool=pool, charge=charge, source=attempt, now=now)
    if keep and charge.state == ChargeState.SUCCEEDED:
        letters.tell_charged(charge=charge, now=now)
    confirm_if_financed(pool=pool, now=now)


def take_money(*, pool: Pool, charge: Charge, source: Attempt | Receipt, now: datetime, by: User | None = None) -> int:
    """What `source` brought counts for `charge`, whose row is locked; what isn't owed, or is too much, goes back.

    Call it under the pool's lock, in the transaction that records the source, and confirm_if_financed after the letter
    about it. Returns the Rappen that are kept.
    """
    captured = source.captured
    given_up = charge.state in (ChargeState.VOID, ChargeState.FAILED)
    owed = not given_up and pool.state in Pool.OWING_STATES
    keep = min(captured, max(0, charge.amount - charge.captured)) if owed else 0
    charge.captured += captured
    if owed and charge.captured >= charge.amount:
        charge.state, charge.failure, charge.mend_until = PAID[PaysBy(charge.pays_by)], "", None
    elif owed and charge.pays_by == PaysBy.INVOICE:
        charge.state = ChargeState.PART_PAID
    elif not owed and charge.state != ChargeState.FAILED and not charge.is_settled:
        charge.state = ChargeState.VOID
    charge.settled_at = now
    charge.save()
    figures = {"amount": captured, "state": charge.state}
    record(pool, "charge_captured", now=now, by=by, pledge=charge.pledge, charge=charge, **figures)
    if captured > keep:
        reason = RefundReason.CANCELLED if pool.state == PoolState.CANCELLED else RefundReason.NOT_OWED
        owe_refund(source=source, amount=captured - keep, reason=reason, now=now)
    if keep and pool.state == PoolState.CLOSED:
        take_late_money(pool=pool, amount=keep, now=now)
    return keep


def enter_failure(*, pool: Pool, charge: Charge, attempt: Attempt, failure: str, now: datetime) -> None:
    """An attempt is over without money. The charge waits for the person, unless nothing is owed any more."""
    attempt.state, attempt.failure, attempt.ended_at = AttemptState.FAILED, failure[:60], now
    attempt.save()
    if charge.state != ChargeState.SENDING:
        return  # a page that nobody finished: the charge waits as it did before
    if pool.state in Pool.OWING_STATES:
        charge.state, charge.failure = ChargeState.ACTION_REQUIRED, failure[:60]
        charge.mend_until = charge.mend_until or now + timedelta(days=pool.mending_days)
        record(pool, "charge_action_required", now=now, pledge=charge.pledge, charge=charge, failure=failure[:60])
    else:
        charge.state, charge.settled_at = ChargeState.VOID, now
        record(pool, "charge_void", now=now, pledge=charge.pledge, charge=charge)
    charge.save()
    if charge.state == ChargeState.ACTION_REQUIRED:
        letters.tell_failed(
            charge=charge, mend_url=links.mend_url(charge, charge.pledge.organisation.language), now=now
        )
