"""What staff fill in about meetings: when, where, what in three languages, why one is called off, what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.meetings.deciding import DETAILS
from members.meetings.models import LONGEST_REASON, LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_TITLE, Meeting
from members.models import LANGUAGES
from members.needs.forms import LongText
from pooling.workshops.forms import MomentFormField
from resources.models import ResourcePage

MOST_PLACES = 1000
TEXTS = ("title", "summary", "text", "programme")


class TextForm(forms.Form):
    """A meeting's texts in one language. Left empty, there are none in it."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE, required=False)
    summary = forms.CharField(
        label=gettext_lazy("In a sentence"),
        max_length=LONGEST_SUMMARY,
        required=False,
        help_text=gettext_lazy("It stands in the list, too."),
    )
    text = LongText(rows=6, label=gettext_lazy("What it is about"), max_length=LONGEST_TEXT, required=False)
    programme = LongText(
        rows=6,
        label=gettext_lazy("Programme"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=gettext_lazy("A line for each point, its time first. For example: 14:00 Arriving and coffee"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_said and not self.errors:
            for name in ("title", "summary"):
                if not data.get(name):
                    self.add_error(name, _("Title and sentence belong together. Please write both."))
        return data

    @property
    def is_said(self) -> bool:
        return any(self.cleaned_data.get(name) for name in TEXTS)


class MeetingForm(forms.ModelForm):
    """Details, and below them a form of texts for each language."""

    starts_at = MomentFormField(label=gettext_lazy("Begins"))
    ends_at = MomentFormField(label=gettext_lazy("Ends"))
    online_url = Meeting._meta.get_field("online_url").formfield(assume_scheme="https")
    capacity = forms.IntegerField(label=gettext_lazy("Places"), min_value=1, max_value=MOST_PLACES)

    class Meta:
        model = Meeting
        fields = DETAILS

    def __init__(self, *args: Any, meeting: Meeting | None, **kwargs: Any) -> None:
        super().__init__(*args, instance=meeting, **kwargs)
        said = {text.language: text for text in meeting.texts.all()} if meeting else {}
        self.text_forms = {
            code: TextForm(
                self.data if self.is_bound else None,
                prefix=code,
                initial={name: getattr(said[code], name) for name in TEXTS} if code in said else {},
            )
            for code, _name in LANGUAGES
        }

    @property
    def languages(self) -> list[tuple[str, str, TextForm]]:
        return [(code, name, self.text_forms[code]) for code, name in LANGUAGES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("A meeting ends after it begins."))
        if not self.errors and not data.get("place") and not data.get("online_url"):
            self.add_error("place", _("Please give a place, a link to take part online, or both."))
        return data

    def is_valid(self) -> bool:
        sound = all([super().is_valid(), *(form.is_valid() for form in self.text_forms.values())])
        own = self.text_forms.get(self.cleaned_data.get("language", ""))
        if sound and own is not None and not own.is_said:
            own.add_error("title", _("The meeting is held in this language. Please write its title and a sentence."))
            return False
        return sound

    def _post_clean(self) -> None:
        """The action changes the meeting, under its lock."""

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """By language, those that say something."""
        return {code: form.cleaned_data for code, form in self.text_forms.items() if form.is_said}


class CallOffForm(forms.Form):
    reason = LongText(
        rows=3,
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "It stands on the page and in the letters as you write it: in the meeting's language, please."
        ),
        error_messages={"required": gettext_lazy("Please give the reason: it stands on the page and in the letters.")},
    )


class ResultsForm(forms.Form):
    """The resources that say what came of a meeting: minutes, links."""

    resources = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Resources"),
        queryset=ResourcePage.objects.none(),
        required=False,
        help_text=gettext_lazy("Their translations are shown in their languages. Keep Ctrl or Cmd down for several."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resources = ResourcePage.objects.live().in_language(meeting.language).order_by("title")
        self.fields["resources"].queryset = resources
        keys = [result.page_key for result in meeting.results.all()]
        self.initial["resources"] = [page.pk for page in resources if page.translation_key in keys]

    @property
    def page_keys(self) -> list[UUID]:
        return [page.translation_key for page in self.cleaned_data["resources"]]
