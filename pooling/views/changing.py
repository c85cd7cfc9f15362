"""Change or withdraw a pledge, as long as prices are not locked. Views parse, call one action, answer."""

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

from pooling.actions.asking_more import ask_for_more
from pooling.actions.errors import NotAdministrator, Refused
from pooling.actions.pledges import change_pledge, require_changeable, withdraw_pledge
from pooling.forms import ChangeForm, change_text
from pooling.models import Approval, Pledge

from .pledges import own_pledge


def chosen_shares(typed: object, *, now: int, most: int) -> int:
    """The number that the figures above the button are about: what was typed if there are so many, else the nearest
    that there is; the number of `now` where none was typed.
    """
    text = str(typed or "").strip()
    shares = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else now
    return min(max(shares, 1), most)


def hindrance(pledge: Pledge, *, now: datetime) -> Refused | None:
    """Why a pledge can be neither changed nor withdrawn any more: told before somebody fills in a form for nothing.

    The actions decide again, under the pool's lock.
    """
    try:
        require_changeable(pool=pledge.pool, pledge=pledge, now=now)
    except Refused as refusal:
        return refusal
    return None


def more_asked(pledge: Pledge) -> Approval | None:
    """The request for more shares that is open."""
    more: Approval | None = pledge.approvals.asked().for_more().first()
    return more


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change the number of shares."""
    pledge = own_pledge(request, uuid)
    form = ChangeForm(request.POST or None, pledge=pledge, now=timezone.now())
    context = {"pledge": pledge, "pool": pledge.pool, "form": form, "more": more_asked(pledge)}
    status = 200
    if request.method != "POST":
        context["why"] = hindrance(pledge, now=timezone.now())
    elif not form.is_valid():
        status = 422
    else:
        try:
            asked = {
                "pledge": pledge,
                "shares": form.cleaned_data["shares"],
                "by": request.user,
                "language": get_language() or "de",
                "now": timezone.now(),
            }
            approver = form.cleaned_data["approver"]
            if approver:
                ask_for_more(**asked, approver=approver)
            else:
                change_pledge(**asked)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 403 if isinstance(refusal, NotAdministrator) else 409
        else:
            if approver:
                done = _("The added shares are held, and a letter asks for the approval. Your pledge stands as it is.")
            else:
                done = _("The number of shares was changed; a letter confirms it.")
            messages.success(request, done)
            return redirect("pooling:pledge", pledge.uuid)
    # While somebody types, the page is asked for with the number in its address, and only these figures are exchanged.
    typed = request.GET.get("shares") or form["shares"].value()
    shares = chosen_shares(typed, now=pledge.shares, most=form.most)
    context |= {"most": shares * pledge.pool.ceiling, "shares": shares, "seats": shares * pledge.pool.seats_per_share}
    context["button"] = change_text(pool=pledge.pool, shares=shares)
    return render(request, "pooling/pledge_change.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Withdraw a pledge, after a page that says what this means."""
    pledge = own_pledge(request, uuid)
    context = {"pledge": pledge, "pool": pledge.pool}
    if request.method != "POST":
        context["why"] = hindrance(pledge, now=timezone.now())
        return render(request, "pooling/pledge_withdraw.html", context)
    try:
        withdraw_pledge(pledge=pledge, by=request.user, now=timezone.now())
    except NotAdministrator as refusal:
        return render(request, "pooling/pledge_not_possible.html", {"pool": pledge.pool, "why": refusal}, status=403)
    except Refused as refusal:
        return render(request, "pooling/pledge_withdraw.html", {**context, "why": refusal}, status=409)
    messages.success(request, _("The pledge is withdrawn. Nothing will be charged."))
    return redirect("pooling:pledge", pledge.uuid)
