"""What comes from outside: a provider's notice, or a person back from its page.

Neither proves anything: each makes us look at the provider.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from pooling.models import Attempt, PaysBy, Pledge, Refund, SavedMethod, SetupPage, SetupState, WebhookEvent
from pooling.payments import provider
from pooling.payments.base import Method, Notice, OutcomeUnknown, Progress, RequestRefused

from . import replacing
from .disputes import look_at_dispute
from .errors import PaymentUnderWay, Refused
from .method_looks import look_at_saved_method
from .methods import keep_method, release_method, unfinished_setup_pages
from .outside_refunds import look_for_refunds
from .patience import LEASE, after
from .paying import pay_by_card
from .pledges import confirm_pledge
from .refunds import enter_refund_result
from .settlement import ask, enter_result
from .transfers import complete_transfer

log = structlog.get_logger(__name__)


def look_at_setup_page(*, page: SetupPage, now: datetime) -> SetupPage:
    """Ask the provider what became of the page; if a method was given, the pledge stands, or the method is released if
    that came too late.

    Raises OutcomeUnknown if the provider can't be reached.
    """
    if page.state == SetupState.COMPLETE:
        return page
    bank = provider(page.provider)
    if not page.ref:
        if page.expires_at > now:
            return page  # being opened right now
        SetupPage.objects.filter(pk=page.pk, state=SetupState.OPENING).update(state=SetupState.EXPIRED)
        return page
    result = bank.look_at_setup(page.ref)
    if result.progress == Progress.OPEN and not is_wanted(page):
        bank.close_setup_page(page.ref)
        result = bank.look_at_setup(page.ref)
    if result.progress == Progress.SUCCEEDED and result.method:
        if use_given(page, result.method, now=now):
            page.state = SetupState.COMPLETE
    elif result.progress == Progress.FAILED:
        page.state = SetupState.EXPIRED
    page.looked_at = now
    page.save(update_fields=["state", "looked_at"])
    return page


def is_wanted(page: SetupPage) -> bool:
    """Whether a method that is given there would be used."""
    if page.pledge is None:
        return replacing.is_wanted(page)
    is_own = page.pledge.organisation_id == page.organisation_id  # it may have passed on meanwhile
    return page.transfer.is_live if page.transfer else page.pledge.is_live and is_own


def use_given(page: SetupPage, given: Method, *, now: datetime) -> bool:
    """Do with a method what its page was for. False if that has to wait."""
    if page.pledge is None:
        try:
            replacing.finish_replacement(page=page, given=given, now=now)
        except PaymentUnderWay:
            return False
        return True
    method = keep_method(organisation=page.organisation, provider_name=page.provider, method=given, now=now)
    try:
        if page.transfer:
            complete_transfer(transfer=page.transfer, method=method, now=now)
        else:
            confirm_with(page.pledge, method=method, now=now)
    except Refused:
        # The places are gone or the pool has closed. The pledge's page says so; the method isn't needed unless
        # another pledge uses it.
        release_method(method=method, now=now)
    return True


def confirm_with(pledge: Pledge, *, method: SavedMethod, now: datetime) -> None:
    """A method is there: the pledge stands with it, or is paid with it instead of in the way it had.

    Raises what confirm_pledge and pay_by_card raise.
    """
    if Pledge.objects.standing().filter(pk=pledge.pk).exclude(pays_by=PaysBy.CARD).exists():
        pay_by_card(pledge=pledge, method=method, now=now)
    else:
        confirm_pledge(pledge=pledge, method=method, now=now)


def look_at_setup_pages(*, now: datetime) -> int:
    """Look at every page that is still open. Returns how many were looked at."""
    looked = 0
    for page in unfinished_setup_pages(now=now):
        try:
            look_at_setup_page(page=page, now=now)
        except (OutcomeUnknown, RequestRefused):
            SetupPage.objects.filter(pk=page.pk).update(looked_at=now)
        looked += 1
    return looked


def receive_notice(*, provider_name: str, notice: Notice, now: datetime) -> WebhookEvent | None:
    """Keep a verified notice. None if it was received before: it comes twice often."""
    about = notice.page_ref or notice.dispute_ref or notice.intent_ref or notice.refund_ref or notice.method_ref
    try:
        with transaction.atomic():
            return WebhookEvent.objects.create(
                provider=provider_name,
                ref=notice.ref,
                kind=notice.kind,
                about=about,
                received_at=now,
                next_look_at=now + LEASE,
            )
    except IntegrityError:
        return None


def handle_event(*, happened: WebhookEvent, now: datetime) -> None:
    """Look at the provider's object that a notice is about, and record what is new.

    One about nothing of ours is done at once.
    """
    try:
        look_at(happened, now=now)
    except OutcomeUnknown:
        WebhookEvent.objects.filter(pk=happened.pk).update(
            tries=happened.tries + 1, next_look_at=now + after(happened.tries + 1)
        )
        return
    except RequestRefused as refusal:
        # Asking again won't help; if something of ours still waits, it is looked at on its own.
        log.warning(
            "a notice is about something that the provider does not show",
            notice=happened.ref,
            kind=happened.kind,
            code=refusal.code,
        )
    WebhookEvent.objects.filter(pk=happened.pk).update(handled_at=now)


def look_at(happened: WebhookEvent, *, now: datetime) -> None:
    """Find what of ours the notice is about. Raises OutcomeUnknown, RequestRefused."""
    about = happened.about
    if not about:
        return
    if happened.kind in provider(happened.provider).dispute_notices:
        look_at_dispute(provider_name=happened.provider, ref=about, now=now)
        return
    page = (
        SetupPage.objects.filter(provider=happened.provider, ref=about)
        .select_related("pledge__pool", "pledge__organisation", "transfer__receiver", "replaces")
        .first()
    )
    if page:
        look_at_setup_page(page=page, now=now)
    if method := SavedMethod.objects.filter(provider=happened.provider, ref=about, released_at=None).first():
        look_at_saved_method(method=method, now=now)
    # A card declined on a payment page is not the end: its intent fails, and the page stays open for another card. So a
    # page is asked first.
    attempt = Attempt.objects.filter(Q(page_ref=about) | Q(intent_ref=about), provider=happened.provider).first()
    if attempt:
        enter_result(attempt=attempt, result=ask(attempt, now=now), now=now)
        if happened.kind in provider(happened.provider).refund_notices:
            look_for_refunds(attempt=attempt, now=now)
    for refund in Refund.objects.filter(Q(ref=about) | Q(settled_by=about), attempt__provider=happened.provider):
        enter_refund_result(refund=refund, result=provider(happened.provider).look_at_refund(about), now=now)


def handle_waiting_events(*, now: datetime) -> int:
    """Handle what was received but not finished, because the provider or this process was gone. Returns how many."""
    waiting = list(WebhookEvent.objects.filter(handled_at=None, next_look_at__lte=now).order_by("pk"))
    for happened in waiting:
        handle_event(happened=happened, now=now)
    return len(waiting)
