"""What a person may ask of the portal (FADP, articles 25 to 32): see and correct what it keeps, and be erased."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.accounts import remember_language
from members.actions.errors import Refused
from members.actions.people import change_details
from members.forms import holds_no_link
from members.models import Organisation, User

from .everything import about, erase, still_bound
from .farewell import farewell, say_farewell
from .readable import empty_sections, sections


class DetailsForm(forms.ModelForm):
    """Name and language. The address is confirmed, so it has a page of its own."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language"]
        labels = {
            "first_name": gettext_lazy("First name"),
            "last_name": gettext_lazy("Last name"),
            "language": gettext_lazy("Language"),
        }
        help_texts = {"language": gettext_lazy("The portal opens in it, and letters about your account are in it.")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        wanted = {
            "first_name": _("Please enter your first name."),
            "last_name": _("Please enter your last name."),
        }
        for name, sentence in wanted.items():
            self.fields[name].required = True
            self.fields[name].validators.append(holds_no_link)
            self.fields[name].error_messages["required"] = sentence
            self.fields[name].widget.attrs["autocomplete"] = {"first_name": "given-name"}.get(name, "family-name")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Row("first_name", "last_name"), "language")


class EraseForm(forms.Form):
    """One box, so that nobody deletes by pressing one button."""

    sure = forms.BooleanField(
        label=gettext_lazy("Delete my account. I know that nobody can bring it back."),
        error_messages={"required": gettext_lazy("Please tick the box if you want to delete your account.")},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Correct one's name, choose one's language."""
    # The form changes the person it is given, whom the page's head shows.
    person = User.objects.get(pk=request.user.pk)
    form = DetailsForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        person = change_details(person=request.user, **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, _("Your details are saved."))
            response = redirect("account_details")
        remember_language(response, person.language)
        return response
    return render(request, "account/details.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@login_required
@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """Everything, to read."""
    told = about(request.user, now=timezone.now())
    context = {"sections": sections(told), "empty": empty_sections(told)}
    return render(request, "account/own_data.html", context)


@never_cache
@login_required
@require_safe
def own_data_file(request: HttpRequest) -> HttpResponse:
    """Everything, as a file that programs read."""
    return as_file(request.user)


def as_file(person: User) -> HttpResponse:
    """What the portal keeps about `person` as JSON."""
    answer = JsonResponse(about(person, now=timezone.now()), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="up2gether-{timezone.localdate().isoformat()}.json"'
    return answer


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase_account(request: HttpRequest) -> HttpResponse:
    """What would go and what would stay; and the button, unless an organisation still needs the person."""
    person = request.user
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        letter = farewell(person)
        try:
            erase(person=person, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("account_erase")
        logout(request)
        say_farewell(letter)
        return redirect("account_erased")
    context = {"form": form, "bound": [(each, people_of(each)) for each in still_bound(person)]}
    return render(request, "account/erase.html", context, status=422 if form.is_bound else 200)


def people_of(organisation: Organisation) -> str:
    """Where somebody else is made an administrator."""
    return reverse("members:people", args=[organisation.uuid])


@never_cache
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The account is gone. Anybody may read that."""
    return render(request, "account/erased.html")
