"""A charge that needs the person: our own link leads here, and from here to a payment page at the provider.

The link outlives any page. Before a new page is opened, the declined payment is looked at and given up, so that it
can't be finished as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pooling import links
from pooling.models import Attempt, AttemptKind, AttemptState, Charge, Pool, record
from pooling.payments import provider
from pooling.payments.base import OutcomeUnknown, Page, PaymentPageRequest, Progress, RequestRefused

from .charges import attempt_key, next_number
from .methods import customer_of
from .patience import LEASE
from .settlement import enter_result, follow

# How long a payment page lives: Stripe's least is 30 minutes (STRIPE.md).
PAGE_LIFE = timedelta(minutes=31)


def open_payment_page(*, charge: Charge, language: str, now: datetime) -> str | None:
    """The address of a page on which `charge` can be paid now. None if it needs no payment (any more).

    Raises OutcomeUnknown if the provider can't be reached: nothing has changed then, and the person may try again.
    """
    if url := url_of_open_page(charge=charge, now=now):
        return url
    # A page that failed is closed and its payment with it; what was declined off-session is still open at the provider.
    for attempt in charge.attempts.filter(
        kind=AttemptKind.OFF_SESSION, state=AttemptState.FAILED, abandoned_at=None
    ).exclude(intent_ref=""):
        abandon(attempt, now=now)
    bank, customer_ref = payer_of(charge)
    new = begin_page_attempt(charge=charge, bank=bank, customer_ref=customer_ref, language=language, now=now)
    if new is None:
        return url_of_open_page(charge=charge, now=now)  # there is one since a second click, or nothing is owed
    try:
        page = provider(new.provider).open_payment_page(key=new.key, parameters=new.parameters)
    except RequestRefused as refusal:
        Attempt.objects.filter(pk=new.pk, state=AttemptState.SENDING).update(
            state=AttemptState.FAILED, failure=refusal.code[:60], ended_at=now
        )
        raise OutcomeUnknown(refusal.code) from refusal
    remember_page(attempt=new, page=page, now=now)
    return page.url


def url_of_open_page(*, charge: Charge, now: datetime) -> str | None:
    """Where the charge can be paid already. Raises OutcomeUnknown while nobody knows whether it has been paid."""
    for live in charge.attempts.live():
        attempt = follow(live, now=now)
        if attempt.state == AttemptState.WAITING:
            return attempt.url
        if attempt.state == AttemptState.SENDING:
            raise OutcomeUnknown(attempt.key)
    return None


def abandon(attempt: Attempt, *, now: datetime) -> None:
    """Give up a declined payment at the provider; if it was paid after all, record that.

    Raises OutcomeUnknown if it can't be given up, because then it could be paid twice.
    """
    try:
        result = provider(attempt.provider).abandon_intent(attempt.intent_ref)
    except RequestRefused as refusal:
        raise OutcomeUnknown(refusal.code) from refusal
    if result.progress == Progress.OPEN:
        raise OutcomeUnknown(attempt.key)
    if result.progress == Progress.SUCCEEDED:
        enter_result(attempt=attempt, result=result, now=now)
    Attempt.objects.filter(pk=attempt.pk).update(abandoned_at=now)


def payer_of(charge: Charge) -> tuple[str, str]:
    """The provider and what it calls the organisation: asked for anew where it has never paid with a saved method."""
    if charge.pledge.method is not None:
        return charge.pledge.method.provider, charge.pledge.method.customer_ref
    customer = customer_of(charge.pledge.organisation)
    return customer.provider, customer.ref


@transaction.atomic
def begin_page_attempt(*, charge: Charge, bank: str, customer_ref: str, language: str, now: datetime) -> Attempt | None:
    """Write down an attempt on a payment page, before the provider hears of it.

    None if the charge does not wait for the person.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges=charge.pk)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",)).select_related("pledge__method").get(pk=charge.pk)
    )
    is_owed = charge.can_be_mended(now=now) and pool.state in Pool.OWING_STATES
    if not is_owed or charge.attempts.live().exists():
        return None
    pledge = charge.pledge
    number = next_number(charge)
    key = attempt_key(pledge, number)
    request = PaymentPageRequest(
        amount=charge.amount - charge.captured,
        customer_ref=customer_ref,
        pledge=str(pledge.uuid),
        attempt=key,
        description=pool.title(language),
        language=language,
        success_url=links.mend_return_url(charge, language),
        cancel_url=links.mend_url(charge, language),
        expires_at=now + PAGE_LIFE,
    )
    attempt = Attempt.objects.create(
        charge=charge,
        number=number,
        kind=AttemptKind.PAGE,
        provider=bank,
        key=key,
        parameters=provider(bank).payment_page_parameters(request),
        started_at=now,
        next_look_at=now + LEASE,
    )
    record(pool, "charge_page_opened", now=now, pledge=pledge, charge=charge, attempt=number)
    return attempt


@transaction.atomic
def remember_page(*, attempt: Attempt, page: Page, now: datetime) -> None:
    """The provider opened the page: from now on it waits for the person."""
    Attempt.objects.filter(pk=attempt.pk, state=AttemptState.SENDING).update(
        page_ref=page.ref, url=page.url, state=AttemptState.WAITING, next_look_at=now + timedelta(minutes=10)
    )


def look_at_payment(*, charge: Charge, now: datetime) -> Charge:
    """The person came back from the payment page, which proves nothing: ask the provider.

    Raises nothing where it can't be reached; tick asks again.
    """
    for attempt in charge.attempts.live():
        follow(attempt, now=now)
    return Charge.objects.select_related("pledge__pool", "pledge__organisation").get(pk=charge.pk)
