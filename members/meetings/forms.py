"""Forms of those who come to meetings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms import fields_only, holds_no_link
from members.models.attending import LONGEST_NAME
from members.needs.forms import ForOrganisation


class NamedPerson(forms.Form):
    """Who comes."""

    name = forms.CharField(
        label=gettext_lazy("First and last name"),
        max_length=LONGEST_NAME,
        validators=[holds_no_link],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write who comes.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("For the confirmation and a reminder. Without it we write to you instead."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("Please enter an e-mail address, for example name@organisation.ch."),
        },
    )

    def clean_name(self) -> str:
        """With one space between words, so that the same name is the same."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(character.isalpha() for character in name):
            raise forms.ValidationError(_("Please write who comes."), code="required")
        return name


class RegistrationForm(NamedPerson, ForOrganisation):
    """Whom an organisation sends."""

    field_order = ["organisation", "name", "email"]


class ReplacementForm(NamedPerson):
    """Who comes instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
