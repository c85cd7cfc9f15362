"""A pledge passes to another organisation: its holder offers it, whoever has the link takes it over or declines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pooling import links
from pooling.actions import twint
from pooling.actions.errors import NotAdministrator, Refused
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import look_at_setup_page
from pooling.actions.seats import hindrance as seats_hindrance
from pooling.actions.transfers import accept_transfer, decline_transfer, offer_transfer, take_transfer_back
from pooling.models import SetupPage, SetupState, Transfer, TransferState
from pooling.payer_forms import BY_INVOICE, BY_TWINT
from pooling.payments.base import OutcomeUnknown, RequestRefused
from pooling.transfer_forms import OfferForm, TakeOverForm

from .changing import hindrance
from .leaving import leads_to_provider
from .pledges import own_pledge


def transfers() -> Any:
    wanted = Transfer.objects.select_related("pledge__pool", "pledge__organisation", "giver", "receiver")
    return wanted.prefetch_related("pledge__pool__texts")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_transfer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Offer one's pledge to another organisation."""
    pledge = own_pledge(request, uuid)
    form = OfferForm(request.POST or None)
    context = {"pledge": pledge, "pool": pledge.pool, "form": form}
    status = 200
    if request.method != "POST":
        now = timezone.now()
        context["why"] = hindrance(pledge, now=now)
        context["can_give_seats"] = seats_hindrance(pool=pledge.pool, pledge=pledge, now=now) is None
    elif not form.is_valid():
        status = 422
    else:
        try:
            offer_transfer(pledge=pledge, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 403 if isinstance(refusal, NotAdministrator) else 409
        else:
            sentence = _(
                "A letter with the offer goes to %(email)s. Until somebody takes it over, the pledge is yours."
            )
            messages.success(request, sentence % {"email": form.cleaned_data["email"]})
            return redirect("pooling:pledge", pledge.uuid)
    return render(request, "pooling/pledge_transfer.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of an offer, for the organisation that made it; the button takes it back."""
    transfer: Transfer = get_object_or_404(transfers(), uuid=uuid)
    if not transfer.giver.has_member(request.user):
        raise Http404
    if request.method == "POST":
        try:
            take_transfer_back(transfer=transfer, by=request.user, now=timezone.now())
        except NotAdministrator as refusal:
            context = {"pool": transfer.pledge.pool, "why": refusal}
            return render(request, "pooling/pledge_not_possible.html", context, status=403)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The offer is taken back. The pledge stays yours."))
        return redirect("pooling:transfer_record", transfer.uuid)
    context = {
        "transfer": transfer,
        "pool": transfer.pledge.pool,
        "is_administrator": transfer.giver.is_administered_by(request.user),
        "is_mine": transfer.pledge.organisation_id == transfer.giver_id,
    }
    return render(request, "pooling/transfer_record.html", context)


def transfer_from(token: str) -> Transfer:
    """The offer of a link. Raises Http404 for a forged one."""
    try:
        uuid = links.transfer_of(token)
    except (BadSignature, TypeError, ValueError) as forged:
        raise Http404 from forged
    found: Transfer = get_object_or_404(transfers(), uuid=uuid)
    return found


@never_cache
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_offer(request: HttpRequest, token: str) -> HttpResponse:
    """The offer, as whoever has the link sees it. Looking decides nothing; taking it over needs log-in."""
    transfer = transfer_from(token)
    if request.method != "POST":
        return show(request, transfer, token)
    choice = request.POST.get("do", "")
    try:
        if choice == "decline":
            decline_transfer(transfer=transfer, now=timezone.now())
            return redirect("pooling:transfer_offer", token)
        if choice != "accept" or not request.user.is_authenticated:
            return show(request, transfer, token, status=400)
        form = TakeOverForm(request.POST, transfer=transfer, person=request.user, now=timezone.now())
        if not form.is_valid():
            return show(request, transfer, token, form=form, status=422)
        transfer = accept_transfer(
            transfer=transfer,
            organisation=form.cleaned_data["organisation"],
            by=request.user,
            language=get_language() or "de",
            method=form.cleaned_data["saved_method"],
            pays_by=form.cleaned_data["pays_by"],
            now=timezone.now(),
        )
    except Refused as refusal:
        status = 403 if isinstance(refusal, NotAdministrator) else 409
        return show(request, transfer_from(token), token, why=refusal, status=status)
    if transfer.state == TransferState.DONE:
        messages.success(request, _("Thank you. The pledge is yours now; a letter confirms it."))
        return redirect("pooling:pledge", transfer.pledge.uuid)
    return to_setup_page(request, transfer, token)


def show(
    request: HttpRequest,
    transfer: Transfer,
    token: str,
    *,
    form: TakeOverForm | None = None,
    why: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The offer with its buttons, or the sentence that says why there are none."""
    pool = transfer.pledge.pool
    is_open = transfer.is_open(now=timezone.now()) and pool.accepts(now=timezone.now())
    if request.user.is_authenticated and form is None:
        form = TakeOverForm(transfer=transfer, person=request.user, now=timezone.now())
    context = {
        "transfer": transfer,
        "pool": pool,
        "token": token,
        "is_open": is_open,
        "form": form,
        "why": why,
        "shares": transfer.shares,
        "most": transfer.most,
        "seats": transfer.shares * pool.seats_per_share,
        "by_invoice": bool(form) and BY_INVOICE in dict(form["method"].field.choices),
        "by_twint": bool(form) and BY_TWINT in dict(form["method"].field.choices),
        "too_much_for_twint": not twint.takes(transfer.most),
    }
    return render(request, "pooling/transfer_offer.html", context, status=status)


def to_setup_page(request: HttpRequest, transfer: Transfer, token: str) -> HttpResponse:
    """Send the person to the page on which the method is given; if that can't be reached, say so and lose nothing."""
    try:
        url = open_setup_page(
            pledge=transfer.pledge, transfer=transfer, language=get_language() or "de", now=timezone.now()
        )
    except (OutcomeUnknown, RequestRefused):
        messages.warning(
            request,
            _(
                "The payment service can't be reached just now. The offer still stands; please try again in a few "
                "minutes. Nothing was charged."
            ),
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        return redirect(url)
    return redirect("pooling:transfer_offer", token)


@never_cache
@login_required
@require_safe
def transfer_return(request: HttpRequest, token: str) -> HttpResponse:
    """The person comes back from the provider. That proves nothing: the provider is asked."""
    transfer = transfer_from(token)
    try:
        pages = SetupPage.objects.filter(transfer=transfer, state__in=[SetupState.OPENING, SetupState.OPEN])
        for page in pages.select_related("pledge__pool", "pledge__organisation", "transfer__receiver"):
            look_at_setup_page(page=page, now=timezone.now())
    except (OutcomeUnknown, RequestRefused):
        messages.info(
            request, _("We could not ask the payment service yet. This page will show the result in a few minutes.")
        )
        return redirect("pooling:transfer_offer", token)
    transfer.refresh_from_db()
    if transfer.state == TransferState.DONE:
        messages.success(request, _("Thank you. The pledge is yours now; a letter confirms it."))
        return redirect("pooling:pledge", transfer.pledge.uuid)
    return redirect("pooling:transfer_offer", token)
