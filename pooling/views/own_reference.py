"""Change the organisation's own reference of a pledge. Views parse, call one action, answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pooling.actions.errors import NotAdministrator, Refused
from pooling.actions.own_reference import change_reference, why_not_to_change_reference
from pooling.forms import ReferenceForm

from .pledges import own_pledge


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_reference(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the invoice and the receipt will say."""
    pledge = own_pledge(request, uuid)
    form = ReferenceForm(request.POST or None, initial={"customer_reference": pledge.customer_reference})
    context = {"pledge": pledge, "pool": pledge.pool, "form": form, "why": None}
    status = 200
    if request.method != "POST":
        context["why"] = why_not_to_change_reference(pledge)
    elif not form.is_valid():
        status = 422
    else:
        try:
            change_reference(pledge=pledge, reference=form.cleaned_data["customer_reference"], by=request.user)
        except Refused as refusal:
            context["why"] = refusal
            status = 403 if isinstance(refusal, NotAdministrator) else 409
        else:
            messages.success(request, _("Your reference is changed. Your invoice and receipt will name it."))
            return redirect("pooling:pledge", pledge.uuid)
    return render(request, "pooling/pledge_reference.html", context, status=status)
