"""Organisations that would like to take part, in Wagtail's admin: read, compare, approve or decline."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import SummaryItem

from members.actions.applications import approve, decline, invite_applicant_again
from members.actions.errors import Refused
from members.actions.lookalikes import lookalikes
from members.models import Application, ApplicationState

PERMISSION = "members.change_application"
ON_A_PAGE = 50
# What staff see: an application whose address nobody confirmed may be anybody's.
SEEN = [ApplicationState.WAITING, ApplicationState.APPROVED, ApplicationState.DECLINED]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It stands in the letter as you write it: in the organisation's language, please."),
        error_messages={"required": gettext_lazy("Please give the reason: it stands in the letter.")},
    )


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """The list: those to be decided, the oldest first, or the ones that were decided."""
    decided = "decided" in request.GET
    found = Application.objects.filter(state__in=SEEN[1:] if decided else SEEN[:1])
    found = found.order_by("-decided_at" if decided else "confirmed_at", "pk").select_related("decided_by")
    context = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "decided": decided,
        "page_title": _("Applications"),
        "header_icon": "group",
    }
    return render(request, "portal/admin/applications.html", context)


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def application_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One application, those it resembles, and the decision."""
    found = Application.objects.filter(state__in=SEEN).select_related("organisation", "decided_by")
    application = get_object_or_404(found.prefetch_related("topics"), uuid=uuid)
    form = ReasonForm(request.POST if "decline" in request.POST else None)
    if request.method == "POST":
        try:
            done = decide(request, application, form)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("application", uuid)
        if done:
            return redirect(done)
    is_open = application.state == ApplicationState.WAITING
    context = {
        "application": application,
        "form": form,
        "is_open": is_open,
        "lookalikes": list(lookalikes(application)) if is_open else [],
        "can_invite": application.organisation and application.organisation.invitations.open().exists(),
        "page_title": application.name,
        "header_icon": "group",
    }
    return render(request, "portal/admin/application.html", context)


def decide(request: HttpRequest, application: Application, form: ReasonForm) -> str:
    """Do what was asked for. Returns the name of the page to go on with; nothing if the form has an error."""
    by, now = request.user, timezone.now()
    if "approve" in request.POST:
        approve(application=application, by=by, now=now)
        messages.success(
            request, _("%(name)s takes part. A letter with the link is on its way.") % {"name": application}
        )
    elif "again" in request.POST:
        invite_applicant_again(application=application, now=now)
        messages.success(request, _("The letter with the link is sent once more within minutes."))
    elif form.is_valid():
        decline(application=application, reason=form.cleaned_data["reason"], by=by, now=now)
        messages.success(request, _("The application is declined, and a letter with the reason is on its way."))
    else:
        return ""
    return "applications"


class ApplicationsMenuItem(MenuItem):
    """For people who decide on them."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class ApplicationsSummary(SummaryItem):
    """On the admin's first page, and only if there is something to do."""

    order = 390
    template_name = "portal/admin/applications_summary.html"

    def count(self) -> int:
        return Application.objects.waiting().count()

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(PERMISSION)) and self.count() > 0

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        n = self.count()
        sentence = ngettext("%(n)d application to decide", "%(n)d applications to decide", n)
        return {"sentence": sentence % {"n": n}, "url": reverse("applications")}


def menu_item() -> MenuItem:
    return ApplicationsMenuItem(
        gettext_lazy("Applications"), reverse("applications"), name="applications", icon_name="group", order=161
    )


def add_summary(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(ApplicationsSummary(request))


urlpatterns = [
    path("applications/", applications, name="applications"),
    path("applications/<uuid:uuid>/", application_page, name="application"),
]
