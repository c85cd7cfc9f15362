"""Meetings, in Wagtail's admin: write them, publish, see who comes, call off, and say what came of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem

from members.actions.errors import Refused
from members.meetings.deciding import call_off, change_meeting, give_up_draft, publish, set_results, write_meeting
from members.meetings.models import Meeting, RegistrationState
from members.meetings.templatetags.meeting_tags import when
from members.meetings.views import LOOKS_AFTER
from pooling.attendance import Attendance, Attendee, download

from .meeting_forms import CallOffForm, MeetingForm, ResultsForm

ON_A_PAGE = 50


@permission_required(LOOKS_AFTER, raise_exception=True)
@require_safe
def meetings_list(request: HttpRequest) -> HttpResponse:
    """Those to come with the next one first, or those that have been."""
    now, are_past = timezone.now(), request.GET.get("when") == "past"
    found = Meeting.objects.counted().prefetch_related("texts")
    found = found.past(now=now) if are_past else found.upcoming(now=now)
    context = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "are_past": are_past,
        "page_title": _("Meetings"),
        "header_icon": "calendar-alt",
    }
    return render(request, "portal/admin/meetings.html", context)


@permission_required(LOOKS_AFTER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_write(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new meeting, or its details and texts once more."""
    meeting = get_object_or_404(Meeting.objects.prefetch_related("texts"), pk=pk) if pk else None
    form = MeetingForm(request.POST or None, meeting=meeting)
    if request.method == "POST":
        if form.is_valid() and (saved := save(form, meeting)):
            if saved.published_at is None:
                messages.success(request, _("The draft is saved. Nobody sees it until you publish it."))
            else:
                messages.success(request, _("The meeting is saved. Whoever comes is told of another time or place."))
            return redirect("meeting_desk", saved.pk)
        messages.error(request, _("Nothing was changed: please look at the fields that are marked."))
    context = {
        "meeting": meeting,
        "form": form,
        "page_title": str(meeting) if meeting else _("New meeting"),
        "header_icon": "calendar-alt",
    }
    return render(request, "portal/admin/meeting_form.html", context)


def save(form: MeetingForm, meeting: Meeting | None) -> Meeting | None:
    """What the form says. Nothing if it was refused; the form says why."""
    told: dict[str, Any] = {"details": form.cleaned_data, "texts": form.texts, "now": timezone.now()}
    if meeting is None:
        return write_meeting(**told)
    try:
        return change_meeting(meeting=meeting, **told)
    except Refused as refusal:
        form.add_error("capacity", str(refusal))
        return None


@permission_required(LOOKS_AFTER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting with everybody who comes, and what can be done."""
    meeting = get_object_or_404(Meeting.objects.counted().prefetch_related("texts", "results"), pk=pk)
    data = request.POST or None
    results = ResultsForm(data if data and "results" in data else None, prefix="results", meeting=meeting)
    off = CallOffForm(data if data and "call_off" in data else None, prefix="off")
    if request.method == "POST":
        try:
            if do(request, meeting, results=results, off=off):
                return redirect("meetings_desk") if "give_up" in request.POST else redirect("meeting_desk", pk)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("meeting_desk", pk)
        messages.error(request, _("Nothing was changed: please look at the fields that are marked."))
    now = timezone.now()
    people = meeting.registrations.live().select_related("organisation").order_by("organisation__name", "name", "pk")
    context = {
        "meeting": meeting,
        "people": [each for each in people if each.state == RegistrationState.REGISTERED],
        "waiting": list(meeting.registrations.waiting().select_related("organisation")),
        "results_form": results,
        "off_form": off,
        "can_be_called_off": meeting.takes_people(now=now),
        "is_over": now >= meeting.ends_at,
        "page_title": str(meeting),
        "header_icon": "calendar-alt",
    }
    return render(request, "portal/admin/meeting.html", context)


def do(request: HttpRequest, meeting: Meeting, *, results: ResultsForm, off: CallOffForm) -> bool:
    """Do what was asked for. False if a form has an error."""
    now = timezone.now()
    if "publish" in request.POST:
        publish(meeting=meeting, now=now)
        messages.success(request, _("The meeting is published: organisations can register people."))
    elif "give_up" in request.POST:
        give_up_draft(meeting=meeting)
        messages.success(request, _("The draft is deleted."))
    elif "results" in request.POST and results.is_valid():
        set_results(meeting=meeting, page_keys=results.page_keys)
        messages.success(request, _("The meeting's page leads to these resources."))
    elif "call_off" in request.POST and off.is_valid():
        call_off(meeting=meeting, reason=off.cleaned_data["reason"], now=now)
        messages.success(request, _("The meeting is called off. Everybody who is registered or waits gets a letter."))
    else:
        return False
    return True


@permission_required(LOOKS_AFTER, raise_exception=True)
@require_safe
def meeting_attendance(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Everybody who has a place, as a list to be signed or as a table."""
    meeting = get_object_or_404(Meeting.objects.prefetch_related("texts"), pk=pk)
    people = meeting.registrations.registered().select_related("organisation").order_by("name", "pk")
    attendance = Attendance(
        title=meeting.in_language(get_language() or "de").title,
        facts=[
            (_("When"), when(meeting.starts_at, meeting.ends_at)),
            (_("Where"), meeting.place or _("online")),
            (_("Places"), str(meeting.capacity)),
        ],
        attendees=[Attendee(each.name, each.organisation.name, each.email) for each in people],
    )
    return download(attendance, name=f"meeting-{pk}", kind=kind)


class MeetingsMenuItem(MenuItem):
    """For people who look after meetings."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(LOOKS_AFTER))


def menu_item() -> MenuItem:
    where = reverse("meetings_desk")
    return MeetingsMenuItem(gettext_lazy("Meetings"), where, name="meetings", icon_name="calendar-alt", order=163)


urlpatterns = [
    path("meetings/", meetings_list, name="meetings_desk"),
    path("meetings/new/", meeting_write, name="meeting_new"),
    path("meetings/<int:pk>/", meeting_desk, name="meeting_desk"),
    path("meetings/<int:pk>/attendance.pdf", meeting_attendance, {"kind": "pdf"}, name="meeting_attendance"),
    path("meetings/<int:pk>/attendance.csv", meeting_attendance, {"kind": "csv"}, name="meeting_attendance_table"),
    path("meetings/<int:pk>/edit/", meeting_write, name="meeting_edit"),
]
