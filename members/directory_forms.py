"""Forms of the directory: what an organisation shows there, and a message to one that is found."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home.models import Topic

from .forms import ApplicationForm, HeldOff, fields_only, holds_no_link
from .models import LANGUAGES, DirectoryEntry

SENTENCES = [f"about_{code}" for code, _name in LANGUAGES]


class EntryForm(forms.Form):
    """Whether the organisation is listed, and what it says of itself."""

    is_listed = forms.BooleanField(label=gettext_lazy("Show our organisation in the public directory"), required=False)
    about_de = forms.CharField(label=gettext_lazy("In German"), max_length=200, required=False)
    about_fr = forms.CharField(label=gettext_lazy("In French"), max_length=200, required=False)
    about_it = forms.CharField(label=gettext_lazy("In Italian"), max_length=200, required=False)
    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Topics that matter to you"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, entry: DirectoryEntry | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "de"
        self.fields["topics"].queryset = Topic.objects.filter(locale__language_code=language)
        if entry is not None:
            self.initial = {name: getattr(entry, name) for name in ("is_listed", *SENTENCES)}
            # Chosen in another language, they are the same topics.
            keys = entry.topics.values("translation_key")
            self.initial["topics"] = list(self.fields["topics"].queryset.filter(translation_key__in=keys))
        for name in SENTENCES:
            self.fields[name].widget.attrs["lang"] = name[-2:]
        self.helper = fields_only()
        self.helper.layout = Layout(
            "is_listed", Fieldset(gettext_lazy("What you do, in a sentence"), *SENTENCES), "topics"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_listed") and not any(data.get(name) for name in SENTENCES):
            self.add_error("about_de", _("Please write what you do, in at least one of the languages."))
        return data

    @property
    def about(self) -> dict[str, str]:
        """The sentences by language."""
        return {name[-2:]: self.cleaned_data[name] for name in SENTENCES}


class ContactForm(HeldOff):
    """A message to an organisation, whose addresses stay unknown to whoever writes."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        validators=[holds_no_link],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please enter your name.")},
    )
    message = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("Please write your message.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("Needed only if you would like an answer."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ApplicationForm.base_fields["email"].error_messages["invalid"]},
    )
    may_answer = forms.BooleanField(
        label=gettext_lazy("Pass my address on to the organisation, so that it can answer me"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        self.helper.layout = Layout("name", "message", "email", "may_answer", "opened")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("may_answer") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("Please enter your e-mail address, so that it can be passed on."))
        return data

    @property
    def reply_to(self) -> str:
        """The address, if its owner agreed that it is passed on."""
        return self.cleaned_data["email"] if self.cleaned_data["may_answer"] else ""
