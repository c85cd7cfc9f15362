"""Meetings: a list, one of them with who comes from one's organisations, its calendar file, and sending somebody else.

Anybody reads when and where; names and the link to take part online are for the organisations concerned and for staff.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from home import languages, structured
from home.freshness import NETWORK, depends_on
from home.privacy import private_q
from members.actions.errors import Refused
from members.models import Organisation
from members.needs.forms import organisations_of
from members.needs.views import reader_language
from members.views.directory import heads

from .actions import register, replace, sign_off
from .forms import RegistrationForm, ReplacementForm
from .ics import calendar_file
from .listing import Meetings, event_data, in_language
from .models import Meeting, Registration

LOOKS_AFTER = "meetings.change_meeting"


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """What is to come, and what has been. Each state of the filter has an address."""
    found = Meetings(asked=request.GET, language=reader_language(), now=timezone.now())
    depends_on(NETWORK, until=found.until)
    return render(request, "meetings/meetings.html", {"found": found, **heads(request)})


def shown_meeting(request: HttpRequest, pk: int, *, now: datetime) -> Meeting:
    """One that is published; a draft is there for staff only. Raises Http404."""
    found = Meeting.objects.all() if request.user.has_perm(LOOKS_AFTER) else Meeting.objects.shown()
    meeting: Meeting = get_object_or_404(found.counted().prefetch_related("texts", "results"), pk=pk)
    moments = [each for each in (meeting.starts_at, meeting.ends_at) if each > now]
    depends_on(NETWORK, until=min(moments, default=None))
    return meeting


def organisations_with(request: HttpRequest) -> list[Organisation]:
    """All for which the person acts, suspended ones too: they still see whom they have registered."""
    if not request.user.is_authenticated:
        return []
    return list(Organisation.objects.filter(memberships__person=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting, whom one's organisations have registered, and registering somebody."""
    now = timezone.now()
    meeting = shown_meeting(request, pk, now=now)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    acting = request.user.is_authenticated and organisations_of(request.user).exists()
    form, status = None, 200
    if request.method == "POST":
        if not acting:
            return render(request, "403.html", status=403)
        if not consume(request, action="meeting", user=request.user):
            return respond_429(request)
        form = RegistrationForm(request.POST, request=request)
        if form.is_valid() and register_asked(request, meeting, form, now=now):
            return redirect("meetings:meeting", pk)
        status = 422
    context = meeting_context(request, meeting, now=now)
    if acting and form is None and meeting.takes_people(now=now):
        form = RegistrationForm(request=request, initial=themselves(request.user, context["registrations"]))
    return render(request, "meetings/meeting.html", {**context, "form": form}, status=status)


def themselves(person: Any, registrations: list[Registration]) -> dict[str, str]:
    """What the form begins with: whoever reads it, as long as they are not registered."""
    name = person.get_full_name()
    if any(each.person_id == person.pk or each.name.lower() == name.lower() for each in registrations):
        return {}
    return {"name": name, "email": person.email}


def register_asked(request: HttpRequest, meeting: Meeting, form: RegistrationForm, *, now: datetime) -> bool:
    """Register whom the form names, and say how that went. False if it was refused."""
    who = {name: form.cleaned_data[name] for name in ("name", "email")}
    try:
        made = register(meeting=meeting, organisation=form.organisation_meant, by=request.user, now=now, **who)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    if made.is_waiting:
        said = _(
            "All places are taken, so %(name)s is on the waiting list. We write to you as soon as a place is free."
        )
    else:
        said = _("%(name)s is registered.")
    messages.success(request, said % {"name": made.name})
    return True


def meeting_context(request: HttpRequest, meeting: Meeting, *, now: datetime) -> dict[str, Any]:
    language = reader_language()
    [meeting] = in_language([meeting], language)
    theirs = meeting.registrations.live().of(organisations_with(request)).exclude(name="")
    registrations = list(theirs.select_related("organisation").order_by("registered_at", "pk"))
    in_line = [each.pk for each in meeting.registrations.waiting()] if any(r.is_waiting for r in registrations) else []
    for registration in registrations:
        registration.position = in_line.index(registration.pk) + 1 if registration.is_waiting else 0
    heading = heads(request)
    data = event_data(meeting, language=language, url=heading["canonical"])
    return {
        "meeting": meeting,
        "text": meeting.shown_text,
        "free": max(0, meeting.capacity - meeting.taken),
        "takes_people": meeting.takes_people(now=now),
        "has_begun": now >= meeting.starts_at,
        "is_over": now >= meeting.ends_at,
        "registrations": registrations,
        "several": len({each.organisation_id for each in registrations}) > 1,
        "sees_link": sees_link(request, meeting, registrations) and now < meeting.ends_at,
        "results": results_of(meeting, language=language, reader=request.user),
        "looks_after": request.user.has_perm(LOOKS_AFTER),
        "data": structured.script(data) if meeting.published_at else "",
        **heading,
    }


def results_of(meeting: Meeting, *, language: str, reader: Any) -> list[Page]:
    """The pages that say what came of it, as far as `reader` may read them; each in their language if there is one."""
    keys = [result.page_key for result in meeting.results.all()]
    if not keys:
        return []
    pages = Page.objects.live().filter(languages.written_in_its_language(), translation_key__in=keys)
    found = list(pages.exclude(private_q(reader)).select_related("locale").order_by("pk"))
    found.sort(key=lambda page: page.locale.language_code == language)
    by_key = {page.translation_key: page for page in found}
    return [by_key[key] for key in keys if key in by_key]


def sees_link(request: HttpRequest, meeting: Meeting, registrations: list[Registration]) -> bool:
    """Organisations with somebody who has a place, and staff."""
    if not meeting.online_url or meeting.is_called_off:
        return False
    return any(not each.is_waiting for each in registrations) or bool(request.user.has_perm(LOOKS_AFTER))


@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting as a file for calendars, with the link for those who see it on the page."""
    meeting = shown_meeting(request, pk, now=timezone.now())
    registrations = list(meeting.registrations.live().of(organisations_with(request)))
    url = languages.absolute(reverse("meetings:meeting", args=[pk]))
    with_link = sees_link(request, meeting, registrations)
    content = calendar_file(meeting, language=reader_language(), url=url, with_link=with_link)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="up2gether-{pk}.ics"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else comes instead, or nobody. Of another organisation's people: 404."""
    mine = Registration.objects.live().of(organisations_with(request)).exclude(name="")
    found = get_object_or_404(mine.select_related("organisation", "meeting"), pk=pk)
    now, meeting = timezone.now(), found.meeting
    [meeting] = in_language([meeting], reader_language())
    form, status = ReplacementForm(), 200
    if request.method == "POST":
        form = ReplacementForm(None if "sign_off" in request.POST else request.POST)
        if "sign_off" in request.POST or form.is_valid():
            if changed_as_asked(request, found, form, now=now):
                return redirect("meetings:meeting", meeting.pk)
            status = 409
        else:
            status = 422
    context = {
        "registration": found,
        "meeting": meeting,
        "form": form,
        "takes_people": meeting.takes_people(now=now),
    }
    return render(request, "meetings/registration.html", context, status=status)


def changed_as_asked(request: HttpRequest, found: Registration, form: ReplacementForm, *, now: datetime) -> bool:
    """Do what a button asked for, and say how that went. False if it was refused."""
    by, names = request.user, {"before": found.name, "name": ""}
    do: Callable[[], object]
    if "sign_off" in request.POST:
        do, said = partial(sign_off, registration=found, by=by, now=now), _("%(before)s is signed off.")
    else:
        who = {name: form.cleaned_data[name] for name in ("name", "email")}
        names["name"] = who["name"]
        do = partial(replace, registration=found, by=by, now=now, **who)
        said = _("%(name)s comes instead of %(before)s.")
        if who["name"].lower() == found.name.lower():
            said = _("The entry of %(name)s is corrected.")
    try:
        do()
    except Refused as refusal:
        form.add_error(None, str(refusal)) if form.is_bound else messages.error(request, str(refusal))
        return False
    messages.success(request, said % names)
    return True
