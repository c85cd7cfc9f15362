"""What readers ask for, in Wagtail's admin: a period, two tables, and the file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.permissions import page_permission_policy

from pooling.accounts.tables import as_csv

from .demand import demand, demand_rows

USUAL_PERIOD = timedelta(days=90)


class PeriodForm(forms.Form):
    """Whole days, both included."""

    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until and including"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("since") and told.get("until") and told["until"] < told["since"]:
            self.add_error("until", _("The period ends before it begins."))
        return told


def usual_period() -> dict[str, date]:
    today = localdate()
    return {"since": today - USUAL_PERIOD, "until": today}


def may_see_demand(user: Any) -> bool:
    return bool(page_permission_policy.user_has_any_permission(user, ["add", "change", "publish"]))


@require_safe
def demand_page(request: HttpRequest) -> HttpResponse:
    """For whoever writes pages. With `export` as a file."""
    if not may_see_demand(request.user):
        raise PermissionDenied
    asked = {name: request.GET[name] for name in ("since", "until") if name in request.GET}
    form = PeriodForm(asked or usual_period())
    found = demand(**form.cleaned_data, language=translation.get_language() or "de") if form.is_valid() else None
    if found and request.GET.get("export") == "csv":
        response = HttpResponse(as_csv(demand_rows(found)), content_type="text/csv; charset=utf-8")
        name = f"demand-{form.cleaned_data['since']}-{form.cleaned_data['until']}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    context = {"form": form, "found": found, "page_title": _("What readers ask for"), "header_icon": "help"}
    return render(request, "resources/demand.html", context)
