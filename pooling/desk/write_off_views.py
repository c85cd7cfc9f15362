"""Writing an invoice off in Wagtail's admin: what it means, why, and doing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from pooling.actions.errors import Refused
from pooling.actions.writing_off import why_not_to_write_off, write_off
from pooling.models import Charge

from .forms import WriteOffForm
from .views import PERMISSION


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def write_off_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for the reason, then take it out of the receivables."""
    charges = Charge.objects.select_related("pledge__organisation", "pledge__pool", "invoice")
    charge = get_object_or_404(charges, uuid=uuid, invoice__isnull=False)
    now = timezone.now()
    form = WriteOffForm(request.POST or None)
    why_not = why_not_to_write_off(charge, now=now)
    if form.is_bound and form.is_valid():
        try:
            write_off(charge=charge, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except Refused as refusal:
            why_not = refusal
        else:
            messages.success(request, _("The invoice is written off. It can still be paid."))
            return redirect("desk_receivables")
    context = {
        "charge": charge,
        "form": form,
        "why_not": why_not,
        "page_title": _("Write off an invoice"),
        "header_icon": "list-ul",
    }
    return render(request, "desk/write_off.html", context)
