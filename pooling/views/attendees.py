"""Who comes to a workshop on a pledge's own seats: name people, send somebody else."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pooling.actions.attendees import free_seat, name_attendee, replace_attendee
from pooling.actions.errors import Refused
from pooling.actions.seats import hindrance
from pooling.attendee_forms import AttendeeForm
from pooling.models import Attendee

from .pledges import own_pledge


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attendees(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who comes so far, and naming one more."""
    pledge, now, status = own_pledge(request, uuid), timezone.now(), 200
    form = AttendeeForm(request.POST or None)
    if request.method == "POST":
        form = AttendeeForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                made = name_attendee(pledge=pledge, by=request.user, now=now, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, _("%(name)s is on the list.") % {"name": made.name})
                return redirect("pooling:attendees", pledge.uuid)
    context = {
        "pledge": pledge,
        "pool": pledge.pool,
        "form": form,
        "people": list(pledge.attendees.named()),
        "unnamed": max(0, pledge.unnamed_seats),
        "why": hindrance(pool=pledge.pool, pledge=pledge, now=now),
    }
    return render(request, "pooling/attendees.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attendee(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else comes on the seat, or nobody is named for it any more."""
    named = Attendee.objects.named().select_related("pledge__organisation", "pledge__pool")
    found: Attendee = get_object_or_404(named, pk=pk)
    pledge, now, status = found.pledge, timezone.now(), 200
    if not pledge.organisation.has_member(request.user):
        raise Http404
    form = AttendeeForm(initial={"name": found.name, "email": found.email})
    if request.method == "POST":
        frees = "free" in request.POST
        form = AttendeeForm({"name": found.name, "email": found.email} if frees else request.POST)
        status = 422
        if form.is_valid():
            try:
                say = change(request, found, form, frees=frees)
            except Attendee.DoesNotExist as error:
                raise Http404 from error
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, say)
                return redirect("pooling:attendees", pledge.uuid)
    why = hindrance(pool=pledge.pool, pledge=pledge, now=now)
    context = {"attendee": found, "pledge": pledge, "pool": pledge.pool, "form": form, "why": why}
    return render(request, "pooling/attendee.html", context, status=status)


def change(request: HttpRequest, found: Attendee, form: AttendeeForm, *, frees: bool) -> str:
    """Do what a button asked for. Returns what to say. Raises Refused, Attendee.DoesNotExist."""
    by, now, before = request.user, timezone.now(), found.name
    if frees:
        free_seat(attendee=found, by=by, now=now)
        return _("The seat of %(name)s is free again.") % {"name": before}
    made = replace_attendee(attendee=found, by=by, now=now, **form.cleaned_data)
    if made.name.lower() == before.lower():
        return _("The entry of %(name)s is corrected.") % {"name": made.name}
    return _("%(name)s comes instead of %(before)s.") % {"name": made.name, "before": before}
