"""Forms about approval: whom an administrator asks, what an approver answers."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members.models import LANGUAGES

from .actions.approvals import Approver

APPROVER_FIELDS = ("approver_name", "approver_email", "approver_language")


class ApproverFields(forms.Form):
    """A part of the form for a pledge: somebody has to approve it first, and who that is."""

    needs_approval = forms.BooleanField(
        required=False,
        label=gettext_lazy("Somebody has to approve this first, for example the board or the treasurer"),
        help_text=gettext_lazy(
            "The shares are held for ten days, at the longest until pledging ends. The person gets a letter with a "
            "link and needs no account. Nothing is binding before they approve."
        ),
    )
    approver_name = forms.CharField(
        required=False,
        max_length=100,
        label=gettext_lazy("Name of the person who decides"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    approver_email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail address of this person"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is no e-mail address. It looks like this: anna.keller@example.org")
        },
    )
    approver_language = forms.ChoiceField(
        required=False, choices=LANGUAGES, label=gettext_lazy("Language of the letter to this person")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver_language"].initial = get_language() or "de"

    def approver(self) -> Approver | None:
        """Whoever has to approve, None if nobody has to. Adds an error to each field that is missing."""
        data = self.cleaned_data
        if not data.get("needs_approval"):
            return None
        for field, sentence in [
            ("approver_name", _("Please write the name of the person who has to approve.")),
            ("approver_email", _("Please write the e-mail address to which the letter goes.")),
        ]:
            if not data.get(field) and field not in self.errors:
                self.add_error(field, sentence)
        if any(field in self.errors for field in APPROVER_FIELDS):
            return None
        return Approver(
            name=data["approver_name"],
            email=data["approver_email"],
            language=data["approver_language"] or get_language() or "de",
        )


def approver_layout(*, before: list[str], after: list[str]) -> Layout:
    """The fields about the approver in a group of their own, shown while its box is ticked (forms.css)."""
    return Layout(*before, "needs_approval", Div(*APPROVER_FIELDS, css_class="when-approval"), *after)


class DeclineForm(forms.Form):
    """A refusal, with a sentence if the approver likes."""

    sentence = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Your reason, in a sentence"),
        help_text=gettext_lazy("The people who asked you read it. You can leave it empty."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": gettext_lazy("Please use 500 characters at most.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class SendAgainForm(forms.Form):
    """Where the letter goes."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of this person"),
        error_messages={
            **ApproverFields.base_fields["approver_email"].error_messages,
            "required": gettext_lazy("Please write the e-mail address to which the letter goes."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
