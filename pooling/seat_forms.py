"""The form with which seats are given to another organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from members.models import LANGUAGES

from .approval_forms import ApproverFields
from .forms import helper


class SeatsForm(forms.Form):
    """How many seats, for whom, and where the letter goes."""

    number = forms.IntegerField(
        min_value=1,
        label=gettext_lazy("Number of seats"),
        error_messages={
            "invalid": gettext_lazy("Please write the number of seats as a whole number, for example 1."),
            "min_value": gettext_lazy("Please give at least one seat."),
            "required": gettext_lazy("Please say how many seats you give."),
        },
    )
    name = forms.CharField(
        max_length=70,
        label=gettext_lazy("Name of the organisation that gets them"),
        help_text=gettext_lazy("It need not be on up2gether. The people who run the workshop see its name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write the name of the organisation that gets the seats.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address for the letter to them"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=ApproverFields.base_fields["approver_email"].error_messages,
    )
    language = forms.ChoiceField(
        choices=LANGUAGES,
        label=gettext_lazy("Language of the letter to them"),
        error_messages=ApproverFields.base_fields["approver_language"].error_messages,
    )

    def __init__(self, *args: Any, left: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.fields["number"].initial = 1
        self.fields["number"].widget.attrs.update({"max": left, "inputmode": "numeric", "autocomplete": "off"})
        self.fields["language"].initial = get_language() or "de"
