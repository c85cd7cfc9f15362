"""Choosing what one hears of, and ending it from a letter. Views parse, call one action, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members.models import User

from .actions import choose, kinds_of, stop
from .forms import ChoicesForm
from .kinds import ALWAYS
from .links import ALL_COLLECTED, read
from .paces import paces_of

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, section 3.1


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_notices(request: HttpRequest) -> HttpResponse:
    """What one hears of and how often, and which letters always come."""
    form, status = ChoicesForm(person=request.user), 200
    if request.method == "POST":
        form = ChoicesForm(request.POST, person=request.user)
        if form.is_valid():
            topics = [topic.pk for topic in form.cleaned_data["topics"]]
            choose(person=request.user, paces=form.paces, topics=topics, now=timezone.now())
            messages.success(request, _("Saved. Letters come as you have chosen from now on."))
            return redirect("notices:settings")
        status = 422
    return render(request, "notices/settings.html", {"form": form, "always": list(ALWAYS)}, status=status)


@csrf_exempt  # the signed link proves more than a CSRF token would, and a mail program has no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link only asks; posting ends the letters, whoever does it: the person, or their mail program."""
    try:
        pk, what = read(token)
        person = User.objects.get(pk=pk)
    except (signing.BadSignature, User.DoesNotExist):
        return render(request, "notices/no_such_link.html", status=404)
    name, value = ONE_CLICK
    context: dict[str, Any] = {"is_collected": what == ALL_COLLECTED}
    if request.method == "POST" and request.POST.get(name) == value:
        context |= {"is_done": True, "kinds": stop(person=person, what=what, now=timezone.now())}
    else:
        context["kinds"] = kinds_of(what, paces_of(person))
    return render(request, "notices/stop.html", context)
