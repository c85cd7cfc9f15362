"""How a pledge is paid, by card or by invoice: what can be changed, and changing it."""

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

from pooling.actions.errors import NotAdministrator, Refused
from pooling.actions.methods import open_setup_page, usable_methods
from pooling.actions.paying import pay_by_card, pay_by_invoice, why_not_by_card, why_not_by_invoice
from pooling.models import PaysBy, Pledge, SavedMethod
from pooling.payments.base import OutcomeUnknown, RequestRefused

from .leaving import leads_to_provider
from .pledges import own_pledge


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_way(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Pay in another way: what it means, and the button."""
    pledge = own_pledge(request, uuid)
    now, choice = timezone.now(), request.POST.get("do", "")
    if request.method != "POST":
        return show(request, pledge, now=now)
    try:
        if choice == "invoice":
            pay_by_invoice(pledge=pledge, by=request.user, now=now)
            messages.success(request, _("The pledge is paid by invoice. A letter confirms it."))
        elif choice == "card":
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


def chosen_method(request: HttpRequest, pledge: Pledge) -> SavedMethod | None:
    """The saved method that was chosen; None for a card that is still to be given."""
    chosen = request.POST.get("method", "")
    return next((method for method in usable_methods(pledge.organisation) if str(method.pk) == chosen), None)


def to_card_page(request: HttpRequest, pledge: Pledge, *, now: datetime) -> HttpResponse:
    """On to the page on which a card is given. Until it is there the pledge is paid by invoice as before."""
    if not pledge.organisation.is_administered_by(request.user):
        raise NotAdministrator
    if why_not := why_not_by_card(pledge, now=now):
        raise why_not
    try:
        return redirect(open_setup_page(pledge=pledge, language=get_language() or "de", now=now))
    except (OutcomeUnknown, RequestRefused):
        sentence = _("The payment service can't be reached just now. The pledge is still paid by invoice.")
        messages.warning(request, sentence)
    return redirect("pooling:pledge", pledge.uuid)


def show(
    request: HttpRequest, pledge: Pledge, *, now: datetime, why: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page with the other way, or with the reason why there is none."""
    pledge = own_pledge(request, pledge.uuid)
    to_invoice = pledge.pays_by == PaysBy.CARD
    hindrance = why_not_by_invoice(pledge, now=now) if to_invoice else why_not_by_card(pledge, now=now)
    context = {
        "pledge": pledge,
        "pool": pledge.pool,
        "to_invoice": to_invoice,
        "methods": [] if to_invoice else usable_methods(pledge.organisation),
        "why": why or hindrance,
    }
    return render(request, "pooling/pledge_way.html", context, status=status)
