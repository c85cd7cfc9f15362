"""The form in which a person chooses what they hear of, and how often."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import get_language, gettext_lazy

from home.models import Topic
from members.forms import fields_only
from members.models import User

from .kinds import MEANING, STAFF_PACES, Kind, Pace
from .models import Choice
from .paces import kinds_for, paces_of


class ChoicesForm(forms.Form):
    """A field for each kind, called like it."""

    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("New resources about these topics only"),
        help_text=gettext_lazy("Choose none, and you hear of all of them."),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds, paces = kinds_for(person), paces_of(person)
        for kind in self.kinds:
            choices = [(pace.value, pace.label) for pace in (STAFF_PACES if kind == Kind.STAFF else Pace)]
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, help_text=MEANING[kind], choices=choices, initial=paces[kind]
            )
        self.fields["topics"].queryset = Topic.objects.filter(locale__language_code=get_language() or "de")
        keys = Choice.objects.filter(person=person, kind=Kind.RESOURCES).values("topics__translation_key")
        self.initial["topics"] = list(self.fields["topics"].queryset.filter(translation_key__in=keys))
        self.helper = fields_only()
        self.helper.layout = Layout(*(kind.value for kind in self.kinds), "topics")

    @property
    def paces(self) -> dict[Kind, Pace]:
        return {kind: Pace(self.cleaned_data[kind]) for kind in self.kinds}
