"""The page on which another method is given instead of a saved one. An organisation has one of them open at most."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from members.models import User
from pooling import links
from pooling.models import ProviderCustomer, SavedMethod, SetupPage, SetupState
from pooling.payments import provider
from pooling.payments.base import SetupRequest

from .errors import MethodNotNeeded, MethodReleased
from .methods import PAGE_LIFE, address_of, customer_of
from .notices import look_at_setup_page
from .replacing import needs_of, require_theirs

LIVE = (SetupState.OPENING, SetupState.OPEN)


def open_replacement_page(
    *, method: SavedMethod, by: User, language: str, now: datetime, pledges: Collection[int] | None = None
) -> str:
    """The address of the page on which another method is given instead of `method`: for `pledges` (their ids), or for
    all that need it. Asking again for the same gives the same page while it is open.

    Raises NotTheirMethods, MethodReleased, MethodNotNeeded, OutcomeUnknown if the provider can't be reached (nothing
    has changed then), RequestRefused.
    """
    require_theirs(method=method, by=by)
    wanted = needs_of(method) if pledges is None else needs_of(method).filter(pk__in=pledges)
    chosen = set(wanted.values_list("pk", flat=True))
    if not chosen:
        raise MethodNotNeeded
    customer = customer_of(method.organisation)
    close_other_pages(method=method, chosen=chosen, now=now)

    def begin() -> SetupPage:
        return begin_replacement_page(method=method, chosen=chosen, customer=customer, language=language, now=now)

    return address_of(begin)


def pages_of(method: SavedMethod) -> list[SetupPage]:
    """The open ones of its organisation that belong to no single pledge."""
    pages = SetupPage.objects.filter(pledge=None, organisation=method.organisation_id, state__in=LIVE)
    return list(pages.select_related("organisation", "replaces__organisation").order_by("pk"))


def is_for(page: SetupPage, *, method: SavedMethod, chosen: set[int]) -> bool:
    return page.replaces_id == method.pk and set(page.replaces_for.values_list("pk", flat=True)) == chosen


def close_other_pages(*, method: SavedMethod, chosen: set[int], now: datetime) -> None:
    """Nobody can finish a page that was for something else; if somebody just has, that counts."""
    for page in pages_of(method):
        if page.ref and not is_for(page, method=method, chosen=chosen):
            provider(page.provider).close_setup_page(page.ref)
            look_at_setup_page(page=page, now=now)


@transaction.atomic
def begin_replacement_page(
    *, method: SavedMethod, chosen: set[int], customer: ProviderCustomer, language: str, now: datetime
) -> SetupPage:
    """Write the page down before the provider hears of it; the one that is open already if there is one."""
    customer = ProviderCustomer.objects.select_for_update(no_key=True).get(pk=customer.pk)  # one page at a time
    if SavedMethod.objects.filter(pk=method.pk).exclude(released_at=None).exists():
        raise MethodReleased
    pages = pages_of(method)
    for page in pages:
        if page.expires_at > now and is_for(page, method=method, chosen=chosen):
            return page
    SetupPage.objects.filter(pk__in=[page.pk for page in pages]).update(state=SetupState.EXPIRED)
    organisation = method.organisation
    number = SetupPage.objects.filter(pledge=None, organisation=organisation).count() + 1
    request = SetupRequest(
        customer_ref=customer.ref,
        organisation=str(organisation.uuid),
        pledge="",
        most=max(pledge.most for pledge in method.pledges.filter(pk__in=chosen).select_related("pool")),
        language=language,
        success_url=links.methods_return_url(organisation, language),
        cancel_url=links.methods_url(organisation, language),
        expires_at=now + PAGE_LIFE,
    )
    page = SetupPage.objects.create(
        replaces=method,
        organisation=organisation,
        provider=customer.provider,
        key=f"setup-{organisation.uuid}-{number}",
        parameters=provider(customer.provider).setup_parameters(request),
        expires_at=now + PAGE_LIFE,
    )
    page.replaces_for.set(chosen)
    return page
