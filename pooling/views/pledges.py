"""Pledging, for people who act for an organisation. Views parse, call one action, answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pooling import accounts
from pooling.actions import seats, twint
from pooling.actions.approvals import ask_for_approval
from pooling.actions.errors import AlreadyPledged, NotAdministrator, Refused
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import look_at_setup_page
from pooling.actions.own_reference import why_not_to_change_reference
from pooling.actions.paying import can_be_invoiced, other_ways
from pooling.actions.pledges import place_pledge
from pooling.actions.replacing import needs_of
from pooling.forms import PledgeForm, button_text
from pooling.models import (
    OFFER_HOLD,
    ApprovalState,
    Dispute,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    SetupPage,
    SetupState,
)
from pooling.payments.base import OutcomeUnknown, RequestRefused

from .documents import documents_of
from .leaving import leads_to_provider

OFFER_HOURS = int(OFFER_HOLD.total_seconds() // 3600)


def own_pledge(request: HttpRequest, uuid: UUID) -> Pledge:
    """A pledge of an organisation that the person acts for.

    Raises Http404 for any other: whether it exists is nobody else's affair.
    """
    pledge = get_object_or_404(
        Pledge.objects.select_related("pool", "organisation", "method").prefetch_related(
            "pool__texts", "charges__refunds", "charges__invoice", "charges__receipts"
        ),
        uuid=uuid,
    )
    if not pledge.organisation.has_member(request.user):
        raise Http404
    return pledge


def published_pool(uuid: UUID) -> Pool:
    return get_object_or_404(Pool.objects.public().prefetch_related("texts"), uuid=uuid)


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Pledge shares to a pool: the form, and what becomes of it."""
    pool = published_pool(uuid)
    now = timezone.now()
    form = PledgeForm(request.POST or None, pool=pool, person=request.user, now=now)
    if not form.organisations:
        return render(
            request, "pooling/pledge_not_possible.html", {"pool": pool, "why": NotAdministrator()}, status=403
        )
    if request.method != "POST":
        mine = Pledge.objects.live().filter(pool=pool, organisation__in=form.organisations).first()
        if mine and len(form.organisations) == 1:
            return redirect("pooling:pledge", mine.uuid)
        return pledge_form(request, form, pool)
    if not form.is_valid():
        return pledge_form(request, form, pool, status=422)
    data = form.cleaned_data
    try:
        asked = {
            "pool": pool,
            "organisation": data["organisation"],
            "shares": data["shares"],
            "by": request.user,
            "language": get_language() or "de",
            "method": data["saved_method"],
            "pays_by": data["pays_by"],
            "customer_reference": data["customer_reference"],
            "now": now,
        }
        approver = data["approver"]
        pledge = ask_for_approval(**asked, approver=approver) if approver else place_pledge(**asked)
    except AlreadyPledged as already:
        messages.info(request, str(already))
        return redirect("pooling:pledge", already.pledge.uuid)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        pool.refresh_from_db()
        return pledge_form(request, form, pool, status=403 if isinstance(refusal, NotAdministrator) else 409)
    return to_next_step(request, pledge)


def to_next_step(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Where somebody goes who has just accepted the terms: to give a method, or to the pledge's page."""
    if pledge.awaits_approval:
        messages.success(request, _("The shares are held, and a letter asks for the approval."))
        return redirect("pooling:pledge", pledge.uuid)
    if pledge.state == PledgeState.PENDING:
        return to_setup_page(request, pledge)
    messages.success(request, _("Thank you. Your pledge stands; a letter confirms it."))
    return redirect("pooling:pledge", pledge.uuid)


def pledge_form(request: HttpRequest, form: PledgeForm, pool: Pool, *, status: int = 200) -> HttpResponse:
    """The page with the form, or with the reason why there is none. Where all is taken, the waiting list has a page."""
    now = timezone.now()
    if pool.has_waiting_list(now=now):
        if status != HTTPStatus.OK:
            messages.info(
                request, _("All shares have just been taken. Nothing was pledged and nothing will be charged.")
            )
        return redirect("pooling:waiting_new", pool.uuid)
    if pool.open_places(now=now) == 0:
        return render(request, "pooling/pledge_not_possible.html", {"pool": pool}, status=status)
    shares = chosen_shares(form["shares"].value(), most=pool.open_places(now=now))
    return render(
        request, "pooling/pledge_new.html", {"pool": pool, "form": form, **consent(pool, shares)}, status=status
    )


def chosen_shares(typed: Any, *, most: int) -> int:
    """The number that the figures above the button are about: what was typed if that is a number of shares, at most
    as many as there are; else one.
    """
    text = str(typed or "").strip()
    shares = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(shares, 1), max(most, 1))


def consent(pool: Pool, shares: int) -> dict[str, Any]:
    """What stands above the button: the most that it can cost, when, and what happens otherwise."""
    return {
        "shares": shares,
        "most": shares * pool.ceiling,
        "seats": shares * pool.seats_per_share,
        "button": button_text(pool=pool, shares=shares),
        "ladder": accounts.ladder_of(pool, shares=shares),
        "by_invoice": can_be_invoiced(pool, now=timezone.now()),
        "by_twint": twint.is_offered() and twint.takes(shares * pool.ceiling),
        "too_much_for_twint": not twint.takes(shares * pool.ceiling),
        "missing_then": max(0, pool.missing - shares),
    }


@never_cache
@login_required
@require_safe
def pledge_consent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The figures above the button for another number of shares, asked for while it is being typed."""
    pool = published_pool(uuid)
    most = pool.open_places(now=timezone.now())
    return render(
        request,
        "pooling/_consent.html",
        {"pool": pool, **consent(pool, chosen_shares(request.GET.get("shares"), most=most))},
    )


@never_cache
@login_required
@leads_to_provider
@require_safe
def pledge_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One page per pledge that explains the organisation's money."""
    pledge = own_pledge(request, uuid)
    pool = pledge.pool
    if pledge.is_listed:
        return waiting_page(request, pledge)
    return render(
        request,
        "pooling/pledge.html",
        {
            "pledge": pledge,
            "pool": pool,
            "charge": accounts.charge_of(pledge),
            "documents": documents_of(pledge),
            "paid_shares": accounts.paid_shares(pool) if pool.funded_at else 0,
            "replaceable": pledge.method is not None and needs_of(pledge.method).filter(pk=pledge.pk).exists(),
            "other_ways": other_ways(pledge, now=timezone.now()),
            "refunds": [refund for charge in pledge.charges.all() for refund in charge.refunds.all()],
            "disputes": list(Dispute.objects.filter(attempt__charge__pledge=pledge)),
            "history": accounts.history_of(pledge),
            "acceptances": pledge.acceptances.filter(is_former=False).order_by("pk"),
            "approvals": (approvals := list(pledge.approvals.own().order_by("pk"))),
            "approval": approvals[-1] if approvals else None,
            "more": next((each for each in approvals if each.is_for_more and each.state == ApprovalState.ASKED), None),
            "gifts": (gifts := list(pledge.seat_gifts.live())),
            "own_seats": pledge.seats - sum(gift.number for gift in gifts),
            "attendees": list(pledge.attendees.named()),
            "unnamed": pledge.unnamed_seats,
            "can_give_seats": seats.hindrance(pool=pool, pledge=pledge, now=timezone.now()) is None,
            "reference_is_open": why_not_to_change_reference(pledge) is None,
            "transfer": pledge.transfers.live().select_related("receiver").first(),
            "is_administrator": pledge.organisation.is_administered_by(request.user),
            "can_change": pledge.state == PledgeState.STANDING
            and pool.state == PoolState.OPEN
            and timezone.now() < pool.closes_at,
            "is_alive": accounts.is_alive(pledge),
        },
    )


def waiting_page(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """One's place on the waiting list, or the offer."""
    context = {
        "pledge": pledge,
        "pool": pledge.pool,
        "position": accounts.position_of(pledge),
        "until": pledge.pool.accepts_until(now=timezone.now()),
        "hours": OFFER_HOURS,
        "is_administrator": pledge.organisation.is_administered_by(request.user),
    }
    return render(request, "pooling/waiting.html", context)


def to_setup_page(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Send the person to the page on which the payment method is given; if that can't be reached, say so and lose
    nothing.
    """
    try:
        return redirect(open_setup_page(pledge=pledge, language=get_language() or "de", now=timezone.now()))
    except (OutcomeUnknown, RequestRefused):
        messages.warning(
            request,
            _(
                "The payment service can't be reached just now. Your shares are held; please try again in a few "
                "minutes. Nothing was charged."
            ),
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("pooling:pledge", pledge.uuid)


@never_cache
@login_required
@leads_to_provider
@require_POST
def pledge_setup(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go (again) to the page on which the payment method is given."""
    pledge = own_pledge(request, uuid)
    if not pledge.organisation.is_administered_by(request.user):
        return render(
            request, "pooling/pledge_not_possible.html", {"pool": pledge.pool, "why": NotAdministrator()}, status=403
        )
    return to_setup_page(request, pledge)


@never_cache
@login_required
@require_safe
def setup_return(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The person comes back from the provider. That proves nothing: the provider is asked."""
    pledge = own_pledge(request, uuid)
    try:
        for page in SetupPage.objects.filter(
            pledge=pledge, state__in=[SetupState.OPENING, SetupState.OPEN]
        ).select_related("pledge__pool", "pledge__organisation"):
            look_at_setup_page(page=page, now=timezone.now())
    except (OutcomeUnknown, RequestRefused):
        messages.info(
            request, _("We could not ask the payment service yet. This page will show the result in a few minutes.")
        )
        return redirect("pooling:pledge", pledge.uuid)
    pledge.refresh_from_db()
    if pledge.state == PledgeState.STANDING:
        messages.success(request, _("Thank you. Your pledge stands; a letter confirms it."))
    elif pledge.state == PledgeState.PENDING:
        messages.warning(
            request,
            _(
                "No payment method was given yet, so the pledge does not count. You can still give one; until then "
                "nothing is binding."
            ),
        )
    else:
        messages.warning(
            request,
            _(
                "The payment method came too late: the places are gone or pledging has ended. Nothing was charged, "
                "and the method is not kept."
            ),
        )
    return redirect("pooling:pledge", pledge.uuid)
