"""Give seats of a pledge to another organisation, and take them back. Views parse, call one action, answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pooling.actions.errors import NotAdministrator, Refused, SeatsTaken
from pooling.actions.seats import give_seats, hindrance, take_seats_back
from pooling.models import SeatGift
from pooling.seat_forms import SeatsForm

from .pledges import own_pledge


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def seats_give(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How many seats go to whom."""
    pledge = own_pledge(request, uuid)
    left = pledge.unnamed_seats
    form = SeatsForm(request.POST or None, left=left)
    context = {"pledge": pledge, "pool": pledge.pool, "form": form, "left": left}
    status = 200
    if request.method != "POST":
        why_not = hindrance(pool=pledge.pool, pledge=pledge, now=timezone.now())
        context["why"] = why_not or (SeatsTaken() if left < 1 else None)
    elif not form.is_valid():
        status = 422
    else:
        try:
            give_seats(pledge=pledge, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 403 if isinstance(refusal, NotAdministrator) else 409
        else:
            messages.success(
                request,
                _("The seats are given to %(name)s, and a letter says so. What you pay stays the same.")
                % {"name": form.cleaned_data["name"]},
            )
            return redirect("pooling:pledge", pledge.uuid)
    return render(request, "pooling/seats_give.html", context, status=status)


@never_cache
@login_required
@require_POST
def seats_take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The seats are the pledge's own again."""
    gift: SeatGift = get_object_or_404(SeatGift.objects.select_related("pledge__organisation"), uuid=uuid)
    if not gift.pledge.organisation.has_member(request.user):
        raise Http404
    try:
        take_seats_back(gift=gift, by=request.user, now=timezone.now())
    except NotAdministrator as refusal:
        context = {"pool": gift.pledge.pool, "why": refusal}
        return render(request, "pooling/pledge_not_possible.html", context, status=403)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The seats are yours again, and a letter tells %(name)s.") % {"name": gift.name})
    return redirect("pooling:pledge", gift.pledge.uuid)
