"""How a pledge is paid, by card, by invoice or with TWINT: what can be changed, and changing it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pooling.accounts import charge_of
from pooling.actions.errors import NotAdministrator, Refused
from pooling.actions.methods import open_setup_page, usable_methods
from pooling.actions.paying import pay_by_card, pay_by_invoice, pay_by_twint, why_not
from pooling.models import PaysBy, Pledge, SavedMethod
from pooling.payments.base import OutcomeUnknown, RequestRefused

from .leaving import leads_to_provider
from .pledges import own_pledge


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_way(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Pay in another way, the one that `to` names: what it means, and the button."""
    pledge = own_pledge(request, uuid)
    now, choice = timezone.now(), request.POST.get("do", "")
    if request.method != "POST":
        return show(request, pledge, now=now)
    try:
        if choice == PaysBy.INVOICE:
            pay_by_invoice(pledge=pledge, by=request.user, now=now)
            messages.success(request, _("The pledge is paid by invoice. A letter confirms it."))
        elif choice == PaysBy.TWINT:
            pay_by_twint(pledge=pledge, by=request.user, now=now)
            messages.success(request, _("The pledge is paid with TWINT. A letter confirms it."))
        elif choice == PaysBy.CARD:
            if method := chosen_method(request, pledge):
                pay_by_card(pledge=pledge, method=method, by=request.user, now=now)
                messages.success(request, _("The pledge is paid by card. A letter confirms it."))
            else:
                return to_card_page(request, pledge, now=now)
        else:
            return show(request, pledge, now=now, status=400)
    except Refused as refusal:
        return show(request, pledge, now=now, why=refusal, status=403 if isinstance(refusal, NotAdministrator) else 409)
    return redirect("pooling:pledge", pledge.uuid)


def wanted_way(request: HttpRequest, pledge: Pledge) -> PaysBy:
    """The way that is asked for; where none is named a card, or an invoice instead of one."""
    named = request.POST.get("do") or request.GET.get("to", "")
    if named in PaysBy.values and named != pledge.pays_by:
        return PaysBy(named)
    return PaysBy.INVOICE if pledge.pays_by == PaysBy.CARD else PaysBy.CARD


def chosen_method(request: HttpRequest, pledge: Pledge) -> SavedMethod | None:
    """The saved method that was chosen; None for a card that is still to be given."""
    chosen = request.POST.get("method", "")
    return next((method for method in usable_methods(pledge.organisation) if str(method.pk) == chosen), None)


def to_card_page(request: HttpRequest, pledge: Pledge, *, now: datetime) -> HttpResponse:
    """On to the page on which a card is given. Until it is there the pledge is paid as before."""
    if not pledge.organisation.is_administered_by(request.user):
        raise NotAdministrator
    if hindrance := why_not(pledge, wanted=PaysBy.CARD, now=now):
        raise hindrance
    try:
        return redirect(open_setup_page(pledge=pledge, language=get_language() or "de", now=now))
    except (OutcomeUnknown, RequestRefused):
        sentence = _("The payment service can't be reached just now. The pledge is still paid as before.")
        messages.warning(request, sentence)
    return redirect("pooling:pledge", pledge.uuid)


def show(
    request: HttpRequest, pledge: Pledge, *, now: datetime, why: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page with the other way, or with the reason why there is none."""
    pledge = own_pledge(request, pledge.uuid)
    wanted = wanted_way(request, pledge)
    context = {
        "pledge": pledge,
        "pool": pledge.pool,
        "charge": charge_of(pledge),
        "wanted": wanted,
        "methods": usable_methods(pledge.organisation) if wanted == PaysBy.CARD else [],
        "why": why or why_not(pledge, wanted=wanted, now=now),
    }
    return render(request, "pooling/pledge_way.html", context, status=status)
