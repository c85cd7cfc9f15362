"""Payment methods: opening the page on which one is given, keeping it, releasing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from members.models import Organisation
from pooling import links
from pooling.models import (
    HOLD,
    ChargeState,
    PaysBy,
    Pledge,
    PledgeState,
    PoolState,
    ProviderCustomer,
    SavedMethod,
    SetupPage,
    SetupState,
    Transfer,
    TransferState,
)
from pooling.payments import current_provider, provider
from pooling.payments.base import CustomerRequest, Method, OutcomeUnknown, Page, RequestRefused, SetupRequest

from .errors import AwaitsApproval, PledgeEnded, TransferOver
from .patience import LEASE

# A page for a payment method lives so long: it ends before the hold of 35 minutes does (DESIGN.md section 5).
PAGE_LIFE = timedelta(minutes=31)
# Pledges of these pools cost nothing more; what is still owed of a closed one is paid on a page.
ENDED = (PoolState.LAPSED, PoolState.CANCELLED, PoolState.CLOSED)
OWING = (ChargeState.DUE, ChargeState.SENDING, ChargeState.ACTION_REQUIRED)


def customer_of(organisation: Organisation) -> ProviderCustomer:
    """How the current provider names the organisation; asks it for a name the first time. Raises OutcomeUnknown."""
    bank = current_provider()
    known = ProviderCustomer.objects.filter(organisation=organisation, provider=bank.name).first()
    if known:
        return known
    request = CustomerRequest(
        key=f"customer-{organisation.uuid}",
        organisation=str(organisation.uuid),
        name=organisation.name,
        language=organisation.language,
    )
    ref = bank.create_customer(request)
    return ProviderCustomer.objects.get_or_create(organisation=organisation, provider=bank.name, defaults={"ref": ref})[
        0
    ]


def open_setup_page(*, pledge: Pledge, language: str, now: datetime, transfer: Transfer | None = None) -> str:
    """The address of the page on which the pledge's payment method is given, by its holder or by whoever takes it over
    with `transfer`. Asking again gives the same page while it is open.

    Raises PledgeEnded if the pledge does not wait for a method, TransferOver if the offer does not, AwaitsApproval if
    it waits for somebody's approval first, OutcomeUnknown if the provider can't be reached (the places stay held),
    RequestRefused if it opens no page.
    """
    holder = transfer.receiver if transfer and transfer.receiver else pledge.organisation
    customer = customer_of(holder)

    def begin() -> SetupPage:
        return begin_setup_page(pledge=pledge, customer=customer, language=language, now=now, transfer=transfer)

    return address_of(begin)


def address_of(begin: Callable[[], SetupPage]) -> str:
    """Where the page is that `begin` writes down, or finds open. Raises OutcomeUnknown, RequestRefused."""
    row = begin()
    if row.state == SetupState.OPEN:
        return row.url
    try:
        page = ask_for_page(row)
    except RequestRefused:
        # It was written down a while ago and never opened: now its end is too near. The next one has a new key and a
        # new end.
        row = begin()
        page = ask_for_page(row)
    SetupPage.objects.filter(pk=row.pk, state=SetupState.OPENING).update(
        ref=page.ref, url=page.url, state=SetupState.OPEN
    )
    return page.url


def ask_for_page(row: SetupPage) -> Page:
    """Have the provider open the page. One that it refuses is done with."""
    try:
        return provider(row.provider).open_setup_page(key=row.key, parameters=row.parameters)
    except RequestRefused:
        SetupPage.objects.filter(pk=row.pk, state=SetupState.OPENING).update(state=SetupState.EXPIRED)
        raise


@transaction.atomic
def begin_setup_page(
    *,
    pledge: Pledge,
    customer: ProviderCustomer,
    language: str,
    now: datetime,
    transfer: Transfer | None = None,
) -> SetupPage:
    """Write the page down before the provider hears of it; the one that is open already if there is one."""
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation", "pool")
        .get(pk=pledge.pk)
    )
    if transfer is None:
        require_waiting(pledge=pledge, now=now)
        success_url, cancel_url = links.setup_return_url(pledge, language), links.pledge_url(pledge, language)
    else:
        transfer = Transfer.objects.select_for_update(no_key=True).get(pk=transfer.pk)
        if transfer.state != TransferState.ACCEPTED or not transfer.is_open(now=now):
            raise TransferOver
        success_url, cancel_url = links.transfer_return_url(transfer, language), links.transfer_url(transfer, language)
    pages = pledge.setup_pages.filter(
        transfer=transfer, organisation=customer.organisation_id, state__in=[SetupState.OPENING, SetupState.OPEN]
    )
    if live := pages.filter(expires_at__gt=now).first():
        return live
    pages.update(state=SetupState.EXPIRED)
    number = pledge.setup_pages.count() + 1
    request = SetupRequest(
        customer_ref=customer.ref,
        organisation=str(customer.organisation.uuid),
        pledge=str(pledge.uuid),
        most=pledge.most,
        language=language,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=now + PAGE_LIFE,
    )
    return SetupPage.objects.create(
        pledge=pledge,
        transfer=transfer,
        organisation_id=customer.organisation_id,
        provider=customer.provider,
        key=f"setup-{pledge.uuid}-{number}",
        parameters=provider(customer.provider).setup_parameters(request),
        expires_at=now + PAGE_LIFE,
    )


def require_waiting(*, pledge: Pledge, now: datetime) -> None:
    """Raises PledgeEnded or AwaitsApproval unless the pledge waits for its method. Call it under its lock."""
    # A card instead of an invoice or TWINT; whether that is still possible is decided when it is there.
    has_other_way = pledge.state == PledgeState.STANDING and pledge.pays_by != PaysBy.CARD
    if not pledge.is_held(now=now) and not has_other_way:
        raise PledgeEnded
    if pledge.awaits_approval:
        raise AwaitsApproval


def keep_method(*, organisation: Organisation, provider_name: str, method: Method, now: datetime) -> SavedMethod:
    """The organisation's saved method; the same one if it is known already."""
    return SavedMethod.objects.get_or_create(
        provider=provider_name,
        ref=method.ref,
        defaults={
            "organisation": organisation,
            "customer_ref": method.customer_ref,
            "kind": method.kind,
            "label": method.label[:60],
            "expires_on": method.expires_on,
            "saved_at": now,
            "looked_at": now,
        },
    )[0]


def usable_methods(organisation: Organisation) -> list[SavedMethod]:
    """Those that a new pledge may use."""
    usable = organisation.methods.filter(released_at=None, gone_at=None, provider=current_provider().name)
    return list(usable.order_by("-saved_at"))


def release_unused_methods(*, now: datetime) -> int:
    """Forget saved methods that no live pledge of the organisation uses any more (DESIGN.md section 5), and those that
    the provider has not confirmed to have forgotten. Returns how many.

    One that was just saved is left alone for as long as places are held: its pledge is about to stand.
    """
    in_use = Pledge.objects.live().exclude(pool__state__in=ENDED)
    owing = Pledge.objects.filter(charges__state__in=OWING)
    candidates = (
        SavedMethod.objects.filter(released_at=None, saved_at__lte=now - HOLD)
        .exclude(pledges__in=in_use)
        .exclude(pledges__in=owing)
    )
    unconfirmed = list(SavedMethod.objects.filter(forgotten_at=None, released_at__lte=now - LEASE).order_by("pk"))
    released = sum(release_method(method=method, now=now) for method in candidates.order_by("pk"))
    return released + sum(forget_method(method=method, now=now) for method in unconfirmed)


def release_method(*, method: SavedMethod, now: datetime) -> bool:
    """Forget one method: marked here first, so that no new pledge takes it, then at the provider.

    False if it is still in use, or if the provider has to be asked again, which tick does.
    """
    return mark_released(method=method, now=now) and forget_method(method=method, now=now)


def forget_method(*, method: SavedMethod, now: datetime) -> bool:
    """Have the provider forget a method that is released. False if it did not say whether it has."""
    try:
        provider(method.provider).release_method(method.ref)
    except OutcomeUnknown:
        return False
    SavedMethod.objects.filter(pk=method.pk).update(forgotten_at=now)
    return True


@transaction.atomic
def mark_released(*, method: SavedMethod, now: datetime) -> bool:
    """Mark the method as released unless a live pledge of a living pool uses it: decided under its lock, which a new
    pledge takes as well.
    """
    locked = SavedMethod.objects.select_for_update(no_key=True).get(pk=method.pk)
    if locked.released_at or locked.pledges.live().exclude(pool__state__in=ENDED).exists():
        return False
    locked.released_at = now
    locked.save(update_fields=["released_at"])
    return True


def unfinished_setup_pages(*, now: datetime) -> list[SetupPage]:
    """Open pages that are worth a look: not looked at for a minute, or run out, or opened by a process that is gone."""
    pages = (
        SetupPage.objects.filter(state__in=[SetupState.OPENING, SetupState.OPEN])
        .select_related("pledge__pool", "pledge__organisation", "organisation", "transfer", "replaces")
        .order_by("pk")
    )
    return [
        page
        for page in pages
        if page.looked_at is None or now - page.looked_at >= timedelta(minutes=1) or page.expires_at <= now
    ]
