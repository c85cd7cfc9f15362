"""An organisation applies, and confirms the address. Views parse, call one action, answer."""

from __future__ import annotations

from allauth.core.ratelimit import consume, respond_429
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.actions.applications import application_of, apply, confirm
from members.actions.errors import LinkEnded
from members.forms import ApplicationForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """How to take part, and the application. The answer is the same whoever is known here already."""
    form = ApplicationForm(request.POST or None)
    if request.method != "POST":
        return render(request, "members/application.html", {"form": form})
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return render(request, "members/application.html", {"form": form}, status=422)
    if form.is_by_a_machine:
        return redirect("members:application_sent")  # it learns nothing
    if not consume(request, action="join", key=form.cleaned_data["email"].lower()):
        return respond_429(request)
    details = {name: form.cleaned_data[name] for name in form.Meta.fields if name not in ("topics", "email")}
    apply(
        details=details,
        topics=[topic.pk for topic in form.cleaned_data["topics"]],
        email=form.cleaned_data["email"],
        now=timezone.now(),
    )
    return redirect("members:application_sent")


@never_cache
@require_safe
def application_sent(request: HttpRequest) -> HttpResponse:
    """What comes next: the letter with the link."""
    return render(request, "members/application_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Looking confirms nothing (mail programs open links); the button does."""
    try:
        application = confirm(token=token, now=timezone.now()) if request.method == "POST" else application_of(token)
    except LinkEnded as refusal:
        return render(request, "members/link_ended.html", {"why": refusal}, status=410)
    if request.method == "POST":
        return redirect("members:application_confirm", token)
    return render(request, "members/application_confirm.html", {"application": application})
