"""The journal in Wagtail's admin: a period, its sums, and the file for the bookkeeping."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pooling.accounts.journal import ORDER, Entry, EntryKind, Period, journal
from pooling.accounts.journal_tables import journal_columns, journal_rows

from .spreadsheets import download
from .views import PERMISSION


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

    @property
    def period(self) -> Period:
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return Period(midnight(since), midnight(until + timedelta(days=1)))


def midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def last_month() -> dict[str, date]:
    """What a treasurer mostly wants: the month that is over."""
    until = localdate().replace(day=1) - timedelta(days=1)
    return {"since": until.replace(day=1), "until": until}


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def journal_page(request: HttpRequest) -> HttpResponse:
    """The sums of a period by kind. With `export` the file itself."""
    asked = {name: request.GET[name] for name in ("since", "until") if name in request.GET}
    form = PeriodForm(asked or last_month())
    entries = journal(form.period) if form.is_valid() else []
    export = request.GET.get("export")
    if form.is_valid() and export in ("csv", "xlsx"):
        told = form.cleaned_data
        return download(journal_rows(entries), name=f"journal-{told['since']}-{told['until']}", kind=export)
    context = {
        "form": form,
        "is_valid": form.is_valid(),
        "sums": sums_by_kind(entries),
        "number": len(entries),
        "amount": sum(entry.amount for entry in entries),
        "moved": sum(entry.moved for entry in entries),
        "columns": journal_columns(),
        "kinds": EntryKind.choices,
        "page_title": _("Journal"),
        "header_icon": "history",
    }
    return render(request, "desk/journal.html", context)


def sums_by_kind(entries: list[Entry]) -> list[dict[str, Any]]:
    """Number and sums of each kind of which there is something."""
    found: dict[EntryKind, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.kind].append(entry)
    return [
        {
            "label": kind.label,
            "number": len(found[kind]),
            "amount": sum(entry.amount for entry in found[kind]),
            "moved": sum(entry.moved for entry in found[kind]),
        }
        for kind in sorted(found, key=lambda kind: ORDER[kind])
    ]
