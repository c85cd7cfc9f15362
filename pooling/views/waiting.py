"""The waiting list: join it, accept an offer, leave. Views parse, call one action, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pooling.actions.errors import AlreadyPledged, NotAdministrator, OfferOver, PlacesFree, Refused
from pooling.actions.waiting import accept_offer, join_waiting_list, leave_waiting_list
from pooling.forms import PledgeForm
from pooling.models import Pledge, PledgeState, Pool
from pooling.waiting_forms import WaitingForm

from .leaving import leads_to_provider
from .pledges import OFFER_HOURS, chosen_shares, consent, own_pledge, published_pool, to_next_step


def not_possible(request: HttpRequest, pool: Pool, *, why: Refused | None = None, status: int = 200) -> HttpResponse:
    return render(request, "pooling/pledge_not_possible.html", {"pool": pool, "why": why}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Join the waiting list of a pool that is full: the form, and what becomes of it."""
    pool, now = published_pool(uuid), timezone.now()
    form = WaitingForm(request.POST or None, pool=pool, person=request.user)
    if not form.organisations:
        return not_possible(request, pool, why=NotAdministrator(), status=403)
    if request.method != "POST":
        mine = Pledge.objects.live().filter(pool=pool, organisation__in=form.organisations).first()
        if mine and len(form.organisations) == 1:
            return redirect("pooling:pledge", mine.uuid)
        if pool.open_places(now=now):
            return redirect("pooling:pledge_new", pool.uuid)
        return waiting_form(request, form, pool)
    if not form.is_valid():
        return waiting_form(request, form, pool, status=422)
    try:
        pledge = join_waiting_list(
            pool=pool,
            organisation=form.cleaned_data["organisation"],
            shares=form.cleaned_data["shares"],
            by=request.user,
            now=now,
        )
    except AlreadyPledged as already:
        messages.info(request, str(already))
        return redirect("pooling:pledge", already.pledge.uuid)
    except PlacesFree as free:
        messages.info(request, str(free))
        return redirect("pooling:pledge_new", pool.uuid)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return waiting_form(request, form, pool, status=403 if isinstance(refusal, NotAdministrator) else 409)
    if pledge.state == PledgeState.WAITING:
        messages.success(request, _("You are on the waiting list; a letter confirms it."))
    return redirect("pooling:pledge", pledge.uuid)


def waiting_form(request: HttpRequest, form: WaitingForm, pool: Pool, *, status: int = 200) -> HttpResponse:
    """The page with the form, or with the reason why there is no list to join."""
    now = timezone.now()
    if not pool.has_waiting_list(now=now):
        return not_possible(request, pool, status=status)
    context = {"pool": pool, "form": form, "until": pool.accepts_until(now=now), "hours": OFFER_HOURS}
    return render(request, "pooling/waiting_new.html", context, status=status)


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is offered to an organisation on the waiting list: accept it, all or a part."""
    pledge, now = own_pledge(request, uuid), timezone.now()
    pool = pledge.pool
    if not pledge.organisation.is_administered_by(request.user):
        return not_possible(request, pool, why=NotAdministrator(), status=403)
    if not pledge.is_offered(now=now):
        return redirect("pooling:pledge", pledge.uuid)
    form = PledgeForm(request.POST or None, pool=pool, person=request.user, now=now, offer=pledge)
    if request.method != "POST":
        return offer_form(request, form, pledge)
    if not form.is_valid():
        return offer_form(request, form, pledge, status=422)
    data = form.cleaned_data
    try:
        pledge = accept_offer(
            pledge=pledge,
            shares=data["shares"],
            by=request.user,
            language=get_language() or "de",
            method=data["saved_method"],
            pays_by=data["pays_by"],
            customer_reference=data["customer_reference"],
            approver=data["approver"],
            now=now,
        )
    except OfferOver as over:
        messages.warning(request, str(over))
        return redirect("pooling:pledge", pledge.uuid)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return offer_form(request, form, pledge, status=403 if isinstance(refusal, NotAdministrator) else 409)
    return to_next_step(request, pledge)


def offer_form(request: HttpRequest, form: PledgeForm, pledge: Pledge, *, status: int = 200) -> HttpResponse:
    context = {"pledge": pledge, "pool": pledge.pool, "form": form}
    return render(request, "pooling/offer.html", context | figures(pledge, form["shares"].value()), status=status)


def figures(pledge: Pledge, typed: Any) -> dict[str, Any]:
    """What stands above the button, for so many of the shares that are offered."""
    return consent(pledge.pool, chosen_shares(typed, most=pledge.shares))


@never_cache
@login_required
@require_safe
def offer_consent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The figures above the button for another number of shares, asked for while it is being typed."""
    pledge = own_pledge(request, uuid)
    context = {"pool": pledge.pool, **figures(pledge, request.GET.get("shares"))}
    return render(request, "pooling/_consent.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_leave(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leave the waiting list or decline an offer, after a page that says what this means."""
    pledge = own_pledge(request, uuid)
    if request.method != "POST":
        if not pledge.is_listed:
            return redirect("pooling:pledge", pledge.uuid)
        return render(request, "pooling/waiting_leave.html", {"pledge": pledge, "pool": pledge.pool})
    try:
        leave_waiting_list(pledge=pledge, by=request.user, now=timezone.now())
    except NotAdministrator as refusal:
        return not_possible(request, pledge.pool, why=refusal, status=403)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("You are no longer on the waiting list. Nothing was charged."))
    return redirect("pooling:pledge", pledge.uuid)
