"""Forms of those who join: an organisation's application, invitations, roles, an account of one's own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home.models import Topic

from .models import CANTONS, LANGUAGES, Application, LegalForm, Role, Size, User
from .models.uid import normalise_uid

# Nobody fills the application in within three seconds. Whose page is older than a day only sends it once more.
QUICKEST, LONGEST = timedelta(seconds=3), timedelta(days=1)
SALT = "members.application"


def fields_only() -> FormHelper:
    """The template writes the form's tag and its button."""
    made = FormHelper()
    made.form_tag = False
    return made


def opened_now() -> str:
    """When the page was made, signed, for the hidden field."""
    return signing.TimestampSigner(salt=SALT).sign("")


def holds_no_link(name: str) -> None:
    """Refuses a name that leads somewhere: it stands in letters, also to people who never asked for one.

    Raises ValidationError.
    """
    if re.search(r"://|\bwww\.", name, re.IGNORECASE):
        raise ValidationError(_("A name can't hold the address of a website."), code="link")


class HeldOff(forms.Form):
    """Holds machines off without asking people for anything: a field that nobody sees, and the time it took."""

    # Of no use to people, who don't see it: members/templates/members/application.html
    fax = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = opened_now()

    def clean(self) -> dict[str, Any]:
        """Asks for another try where a person can't have been so quick: nothing that was typed is lost."""
        data = super().clean() or {}
        try:
            signing.TimestampSigner(salt=SALT).unsign(data.get("opened", ""), max_age=LONGEST)
            self.require_time()
        except signing.BadSignature:
            self.data = self.data.copy()
            self.data["opened"] = opened_now()
            self.add_error(None, _("This page was open for long. Please send it once more; everything is still there."))
        return data

    def require_time(self) -> None:
        try:
            signing.TimestampSigner(salt=SALT).unsign(self.cleaned_data.get("opened", ""), max_age=QUICKEST)
        except signing.SignatureExpired:
            return
        self.add_error(None, _("That was very quick. Please look it through and send it once more."))

    @property
    def is_by_a_machine(self) -> bool:
        return bool(self.data.get("fax"))


class ApplicationForm(HeldOff, forms.ModelForm):
    """What we ask of an organisation that would like to take part."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We send a link to it, to confirm that it is yours."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Please enter your e-mail address."),
            "invalid": gettext_lazy("Please enter an e-mail address, for example name@organisation.ch."),
        },
    )
    # Longer than what is stored, since people paste it with its suffix ("MWST").
    uid = forms.CharField(
        label=gettext_lazy("UID"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("For example CHE-109.322.551. Leave it empty if there is none."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Legal form"),
        choices=[("", gettext_lazy("Please choose")), *LegalForm.choices],
        error_messages={"required": gettext_lazy("Please choose the legal form.")},
    )
    canton = forms.ChoiceField(
        label=gettext_lazy("Canton"),
        choices=[("", gettext_lazy("Please choose")), *CANTONS],
        error_messages={"required": gettext_lazy("Please choose the canton.")},
    )
    size = forms.ChoiceField(
        label=gettext_lazy("How many people do you employ?"),
        choices=[("", gettext_lazy("Please choose")), *Size.choices],
        error_messages={"required": gettext_lazy("Please choose how many people you employ.")},
    )
    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Which topics matter to you?"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Application
        fields = [
            *("name", "legal_form", "uid", "street", "house_number", "postcode", "town", "canton"),
            *("language", "website", "size", "topics", "why", "first_name", "last_name", "email"),
        ]
        widgets = {
            "why": forms.Textarea(attrs={"rows": 5}),
            "language": forms.RadioSelect,
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "street": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
            "town": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }
        error_messages = {
            "name": {"required": gettext_lazy("Please enter the name of the organisation.")},
            "language": {"required": gettext_lazy("Please choose a language.")},
            "postcode": {"required": gettext_lazy("Please enter the postcode.")},
            "town": {"required": gettext_lazy("Please enter the town.")},
            "why": {"required": gettext_lazy("Please write a sentence or two on why you would like to take part.")},
            "first_name": {"required": gettext_lazy("Please enter your first name.")},
            "last_name": {"required": gettext_lazy("Please enter your last name.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "de"
        self.fields["topics"].queryset = Topic.objects.filter(locale__language_code=language)
        self.fields["language"].choices = LANGUAGES
        self.fields["language"].initial = language
        self.fields["language"].label = gettext_lazy("Language of letters and invoices")
        for name in ("name", "first_name", "last_name"):
            self.fields[name].validators.append(holds_no_link)
        self.helper = fields_only()
        self.helper.layout = Layout(
            Fieldset(
                gettext_lazy("Your organisation"),
                *("name", "legal_form", "uid", "size", "website", "language"),
            ),
            Fieldset(gettext_lazy("Address"), Row("street", "house_number"), Row("postcode", "town"), "canton"),
            Fieldset(gettext_lazy("What brings you here"), "topics", "why"),
            Fieldset(gettext_lazy("You yourself"), Row("first_name", "last_name"), "email"),
            "opened",
        )

    def clean_uid(self) -> str:
        typed = self.cleaned_data["uid"].strip()
        return normalise_uid(typed) if typed else ""


class InviteForm(forms.Form):
    """Whom to ask to act for the organisation."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=ApplicationForm.base_fields["email"].error_messages
        | {"required": gettext_lazy("Please enter the e-mail address.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[
            (Role.MEMBER, gettext_lazy("Member: sees everything, can't commit you to a payment")),
            (Role.ADMINISTRATOR, gettext_lazy("Administrator: pledges, pays, invites")),
        ],
        initial=Role.MEMBER,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a role.")},
    )
    language = forms.ChoiceField(
        choices=LANGUAGES,
        label=gettext_lazy("Language of the letter to this person"),
        error_messages={"required": gettext_lazy("Please choose a language.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        self.fields["language"].initial = get_language() or "de"


class NewAccountForm(forms.Form):
    """An account for somebody who was invited. The address is the invitation's."""

    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=150,
        validators=[holds_no_link],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages=ApplicationForm.Meta.error_messages["first_name"],
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=150,
        validators=[holds_no_link],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages=ApplicationForm.Meta.error_messages["last_name"],
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        help_text=gettext_lazy("At least ten characters. A short sentence is easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Please choose a password.")},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = User(email=self.email, first_name=data.get("first_name", ""), last_name=data.get("last_name", ""))
        if password := data.get("password"):
            try:
                validate_password(password, person)
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return data
