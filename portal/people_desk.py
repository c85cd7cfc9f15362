"""A person's data in Wagtail's admin, for staff who answer a request: all that is kept, and erasing the person.

Wagtail's own deletion leads here: rows of money name people by number, so nobody's row can go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from members.actions.errors import Refused
from members.models import User
from portal.account.everything import about, erase, still_bound
from portal.account.farewell import farewell, say_farewell
from portal.account.own_data import as_file
from portal.account.readable import empty_sections, sections

PERMISSION = "members.delete_user"


class EraseForm(forms.Form):
    """The address once more, so that nobody erases the wrong person."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address of the person"),
        help_text=gettext_lazy("Please type it: nobody can bring the account back."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please type the person's address.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip().lower()
        if typed != self.person.email:
            raise forms.ValidationError(_("This is not the address of this person. Nothing was deleted."))
        return typed


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def person_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is kept, and the form that erases the person."""
    person = get_object_or_404(User, pk=pk, erased_at=None)
    if person.is_superuser and not request.user.is_superuser:
        return refused(request)
    form = EraseForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        letter = farewell(person)
        try:
            erased = erase(person=person, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("person_data", pk)
        log(erased, "wagtail.delete", user=request.user if request.user.pk != pk else None)
        say_farewell(letter)
        messages.success(request, _("The person is erased. What they did for organisations stays, as a number."))
        return redirect("wagtailusers_users:index")
    told = about(person, now=timezone.now())
    context = {
        "person": person,
        "form": form,
        "bound": still_bound(person),
        "sections": sections(told),
        "empty": empty_sections(told),
        "page_title": _("Data about a person"),
        "header_icon": "user",
    }
    return render(request, "portal/admin/person_data.html", context)


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def person_data_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as JSON, to be handed to the person."""
    return as_file(get_object_or_404(User, pk=pk, erased_at=None))


def instead_of_deletion(request: HttpRequest, user: User) -> HttpResponse:
    """Runs before Wagtail would delete somebody. Deleting a row that others name would fail."""
    return redirect("person_data", user.pk)


def instead_of_many(request: HttpRequest, action: str, objects: list[Any], view: Any) -> HttpResponse | None:
    """Runs before Wagtail would do something with several things at once."""
    if action != "delete" or view.model is not User:
        return None
    messages.warning(request, _("People are erased one by one: please open the page with their data."))
    return redirect("wagtailusers_users:index")


def refused(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("Only a superuser changes superusers, and makes somebody one. Nothing was changed."))
    return redirect("wagtailusers_users:index")


def before_people_are_changed(request: HttpRequest, person: User | None = None) -> HttpResponse | None:
    """Runs before Wagtail adds somebody or changes `person`. Nobody who looks after people gets more than they have."""
    is_about_superusers = "is_superuser" in request.POST or (person is not None and person.is_superuser)
    return refused(request) if is_about_superusers and not request.user.is_superuser else None


def before_many_are_changed(request: HttpRequest, action: str, objects: list[Any], view: Any) -> HttpResponse | None:
    """Runs before Wagtail does something with several people at once."""
    if view.model is User and not request.user.is_superuser and any(each.is_superuser for each in objects):
        return refused(request)
    return None


def listing_buttons(user: User, request_user: User) -> Iterator[Button]:
    """Beside each person in the list."""
    if request_user.has_perm(PERMISSION) and not user.erased_at:
        url = reverse("person_data", args=[user.pk])
        yield Button(_("Data about the person"), url, icon_name="doc-full", priority=40)


urlpatterns = [
    path("people/<int:pk>/data/", person_data, name="person_data"),
    path("people/<int:pk>/data/file/", person_data_file, name="person_data_file"),
]
