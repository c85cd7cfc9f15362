"""Deciding on a pledge by a signed link, which needs no account; and what administrators do with their request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pooling import links
from pooling.actions.approval_letters import name_of
from pooling.actions.approvals import approve, decline, send_again
from pooling.actions.asking_more import take_request_back
from pooling.actions.errors import NotAdministrator, Refused
from pooling.approval_forms import DeclineForm, SendAgainForm
from pooling.models import Approval, ApprovalState, Pool, TransferState

from .pledges import own_pledge


def approval_from(token: str) -> tuple[Approval, int]:
    """The approval of a link, and the link's number. Raises Http404 for a forged link."""
    try:
        uuid, link = links.approval_of(token)
    except (BadSignature, TypeError, ValueError) as forged:
        raise Http404 from forged
    approvals = Approval.objects.select_related("pledge__pool", "pledge__organisation", "asked_by")
    return get_object_or_404(approvals.prefetch_related("pledge__pool__texts"), uuid=uuid), link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, token: str) -> HttpResponse:
    """Looking decides nothing (mail programs open links); the buttons do."""
    asked, link = approval_from(token)
    form = DeclineForm()
    if request.method != "POST":
        return show(request, asked, link, form)
    now, choice = timezone.now(), request.POST.get("do", "")
    try:
        if choice == "approve":
            approve(approval=asked, link=link, now=now)
        elif choice == "decline":
            form = DeclineForm(request.POST)
            if not form.is_valid():
                return show(request, asked, link, form, status=422)
            decline(approval=asked, link=link, sentence=form.cleaned_data["sentence"], now=now)
        else:
            return show(request, asked, link, form, status=400)
    except Refused as refusal:
        # The page says what is so now, and takes nothing.
        asked, link = approval_from(token)
        return show(request, asked, link, form, why=refusal, status=409)
    return redirect("pooling:approval", token)


def show(
    request: HttpRequest,
    asked: Approval,
    link: int,
    form: DeclineForm,
    *,
    why: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The request with its two buttons, or the sentence that says why there are none."""
    pledge = asked.pledge
    if former := pledge.transfers.filter(state=TransferState.DONE, ended_at__gte=asked.asked_at).order_by("pk").first():
        pledge.organisation = former.giver  # that of the person who was asked, whoever holds the pledge now
    pool = pledge.pool
    context = {
        "approval": asked,
        "pledge": pledge,
        "pool": pool,
        "asker": name_of(asked.asked_by),
        "seats": asked.shares * pool.seats_per_share,
        "form": form,
        "state": state_of(asked, link),
        "why": why,
        "charged_at_once": pool.state in Pool.FINANCED_STATES,
    }
    return render(request, "pooling/approval.html", context, status=status)


def state_of(asked: Approval, link: int) -> str:
    """What the page is about: "open", or why it takes no answer."""
    now = timezone.now()
    if asked.state == ApprovalState.ASKED:
        if not asked.is_open(now=now):
            return ApprovalState.EXPIRED
        if not asked.pledge.pool.accepts(now=now):
            return "pool_ended"
        return "replaced" if link != asked.link else "open"
    if asked.is_for_more and asked.state == ApprovalState.EXPIRED and asked.pledge.pool.funded_at == asked.ended_at:
        return "locked"
    if asked.state == ApprovalState.EXPIRED and asked.ended_at and asked.ended_at < asked.expires_at:
        return "pool_ended"
    return asked.state


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the request to the approver again, to another address if the first one was wrong."""
    pledge = own_pledge(request, uuid)
    asked = pledge.approvals.own().order_by("pk").last()
    if asked is None:
        raise Http404
    form = SendAgainForm(request.POST or None, initial={"email": asked.email})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                send_again(approval=asked, email=form.cleaned_data["email"], by=request.user, now=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 403 if isinstance(refusal, NotAdministrator) else 409
            else:
                messages.success(
                    request,
                    _("A letter with a new link goes to %(email)s. The link of the earlier letter is no longer good.")
                    % {"email": form.cleaned_data["email"]},
                )
                return redirect("pooling:pledge", pledge.uuid)
    context = {"pledge": pledge, "pool": pledge.pool, "approval": asked, "form": form}
    return render(request, "pooling/approval_again.html", context, status=status)


@never_cache
@login_required
@require_POST
def approval_take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask no longer for more shares: the pledge stands as it is."""
    pledge = own_pledge(request, uuid)
    asked = pledge.approvals.own().for_more().order_by("pk").last()
    if asked is None:
        raise Http404
    try:
        take_request_back(approval=asked, by=request.user, now=timezone.now())
    except NotAdministrator as refusal:
        return render(request, "pooling/pledge_not_possible.html", {"pool": pledge.pool, "why": refusal}, status=403)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn. Your pledge stands as it was."))
    return redirect("pooling:pledge", pledge.uuid)
