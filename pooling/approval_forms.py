"""Forms about approval: whom an administrator asks, what an approver answers."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

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
        max_length=100,
        label=gettext_lazy("Name of the person who decides"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write the name of the person who has to approve.")},
    )
    approver_email = forms.EmailField(
        label=gettext_lazy("E-mail address of this person"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is no e-mail address. It looks like this: anna.keller@example.org"),
            "required": gettext_lazy("Please write the e-mail address to which the letter goes."),
        },
    )
    approver_language = forms.ChoiceField(
        choices=LANGUAGES,
        label=gettext_lazy("Language of the letter to this person"),
        error_messages={"required": gettext_lazy("Please choose the language of the letter.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver_language"].initial = get_language() or "de"
        for name in APPROVER_FIELDS:
            field = self.fields[name]
            # Asked for and seen with the box only: the browser must not insist on what it does not show.
            field.widget.use_required_attribute = lambda _initial: False
            field.required = not self.is_bound or bool(self["needs_approval"].data)

    def approver(self) -> Approver | None:
        """Whoever has to approve, None if nobody has to or the answers are not all there."""
        return approver_of(self.cleaned_data) if self.cleaned_data.get("needs_approval") else None


def approver_of(data: dict[str, Any]) -> Approver | None:
    """Whoever the answers name, None if they are not all there."""
    if not all(data.get(name) for name in APPROVER_FIELDS):
        return None
    return Approver(*(data[name] for name in APPROVER_FIELDS))


def either_way(without: str, with_approval: str) -> SafeString:
    """Both wordings of a sentence; the box decides which of them shows (forms.css)."""
    return format_html(
        '<span class="unless-approval">{}</span><span class="when-approval">{}</span>', without, with_approval
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
        error_messages=ApproverFields.base_fields["approver_email"].error_messages,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
