"""Refunds that staff have to transfer, in Wagtail's admin: a list to type off, and a file for the bank."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from pooling.actions.bank import enter_payout
from pooling.actions.errors import Refused
from pooling.actions.payout_orders import OrderFile, forget_order, order_refunds, ordered_file, to_transfer
from pooling.models import Refund

from .forms import PaidOutForm
from .views import PERMISSION


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def payouts(request: HttpRequest) -> HttpResponse:
    """The list. Posting enters that one was transferred, or that the bank did not send one that was ordered."""
    form = PaidOutForm(request.POST if "paid" in request.POST else None)
    try:
        if "forget" in request.POST:
            forget_order(refund=get_object_or_404(Refund, uuid=request.POST["forget"]))
            messages.success(request, _("The refund can be ordered again."))
            return redirect("desk_payouts")
        if form.is_bound and form.is_valid():
            told = form.cleaned_data
            enter_payout(
                refund=told["refund"],
                paid_on=told["day"],
                reference=told["reference"],
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("The refund counts as paid back. A letter goes out within the next minutes."))
            return redirect("desk_payouts")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_payouts")
    waiting = to_transfer()
    context = {
        "waiting": waiting,
        "can_order": any(each.can_be_ordered and each.refund.ordered_at is None for each in waiting),
        "ordered": sorted({each.refund.ordered_at for each in waiting if each.refund.ordered_at}, reverse=True),
        "form": form,
        "page_title": _("Refunds to transfer"),
        "header_icon": "rotate",
    }
    return render(request, "desk/payouts.html", context)


@permission_required(PERMISSION, raise_exception=True)
@require_POST
def ordered_payouts(request: HttpRequest) -> HttpResponse:
    """The file for the bank: of what was in none yet, or once more the one that was made `at` a moment."""
    try:
        made = once_more(request.POST["at"]) if "at" in request.POST else order_refunds(now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_payouts")
    response = HttpResponse(made.content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def once_more(text: str) -> OrderFile:
    """The file that was made at the moment which a form names."""
    at: datetime | None = parse_datetime(text)
    return ordered_file(at=at or timezone.now())
