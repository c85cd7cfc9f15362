"""Where a person is logged in: seen, ended from elsewhere, and gone from the database once it is over."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.devices import note_session


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """All of them, the latest first. Posting ends the one that is named, or all but this one."""
    here = request.session.session_key
    if not UserSession.objects.filter(session_key=here).exists():
        note_session(request)  # it began before sessions were noted
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda each: each.created_at, reverse=True)
    others = [session for session in found if session.session_key != here]
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        ending = others if wanted == "others" else [each for each in others if str(each.pk) == wanted]
        for session in ending:
            session.end()
        if ending:
            sentence = ngettext("%(n)d session was ended.", "%(n)d sessions were ended.", len(ending))
            messages.success(request, sentence % {"n": len(ending)})
        else:
            messages.warning(request, _("This session was over already."))
        return redirect("usersessions_list")
    return render(request, "usersessions/usersession_list.html", {"others": others, "here": here, "sessions": found})


def forget_sessions(*, now: datetime) -> int:
    """Delete those that are over; Django leaves their rows, in which it stands whose they were. Returns how many."""
    over, _by_model = Session.objects.filter(expire_date__lte=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return over
