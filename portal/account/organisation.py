"""Whether an organisation is named in public: its administrators decide."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actions.organisations import name_in_public
from members.models import Organisation


class NamingForm(forms.Form):
    """One box to tick."""

    is_named = forms.BooleanField(
        label=gettext_lazy("Name our organisation in public cost sheets"),
        required=False,
        help_text=gettext_lazy("It is never named with a pledge that has ended. You can change this at any time."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_naming(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose whether cost sheets show the name or a number. Of an organisation that one does not bind: 404."""
    mine = Organisation.objects.administered_by(request.user)
    organisation = get_object_or_404(mine, uuid=uuid)
    form = NamingForm(request.POST or None, initial={"is_named": organisation.is_named})
    if request.method == "POST":
        form = NamingForm(request.POST)
        form.is_valid()
        is_named = form.cleaned_data["is_named"]
        name_in_public(organisation=organisation, is_named=is_named, by=request.user)
        if is_named:
            messages.success(request, _("Your organisation is named in public cost sheets from now on."))
        else:
            messages.success(request, _("Your organisation is a number in public cost sheets from now on."))
        return redirect("dashboard")
    return render(request, "account/organisation_naming.html", {"organisation": organisation, "form": form})
