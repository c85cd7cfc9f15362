"""Forms of those who need something."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy

from home.models import Topic
from members.current import current_of
from members.forms import fields_only
from members.models import LANGUAGES, Organisation, User

from .models import LONGEST_SENTENCE, LONGEST_TEXT, LONGEST_TITLE


class LongText(forms.CharField):
    """Text of some lines. No browser cuts what is pasted: what is too long comes back, with a sentence."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> Any:
        """Browsers send two characters for a line's end; people count one."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


def organisations_of(person: User) -> QuerySet[Organisation]:
    """Those that the person acts for and that take part."""
    return Organisation.objects.active().filter(memberships__person=person)


class ForOrganisation(forms.Form):
    """Asks for which organisation, if there is a choice."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("For which organisation?"), queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = organisations_of(request.user)
        self.fields["organisation"].queryset = mine
        self.fields["organisation"].initial = current = current_of(request, mine)
        self.only = current if len(mine) == 1 else None
        if self.only:
            del self.fields["organisation"]
        self.helper = fields_only()

    @property
    def organisation_meant(self) -> Organisation:
        return self.only or self.cleaned_data["organisation"]


class NeedForm(ForOrganisation):
    title = forms.CharField(
        label=gettext_lazy("What do you need, in one line?"),
        help_text=gettext_lazy("For example: a new website, and what to look out for."),
        max_length=LONGEST_TITLE,
        error_messages={"required": gettext_lazy("Please write in one line what you need.")},
    )
    text = LongText(
        rows=8,
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy(
            "What you would like to do, what keeps you from it, what you want to know. At most 2000 characters."
        ),
        max_length=LONGEST_TEXT,
        error_messages={"required": gettext_lazy("Please describe what it is about.")},
    )
    topic = forms.ModelChoiceField(
        label=gettext_lazy("Topic"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=gettext_lazy("None of these"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language that you write in"),
        choices=LANGUAGES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a language.")},
    )
    field_order = ["organisation", "title", "text", "topic", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "de"
        self.fields["topic"].queryset = Topic.objects.filter(locale__language_code=language)
        self.fields["language"].initial = language


class SupportForm(ForOrganisation):
    sentence = LongText(
        rows=3,
        label=gettext_lazy("In a sentence: what would help you most?"),
        help_text=gettext_lazy("It may stay empty. Organisations that take part read it, and so does the expert."),
        max_length=LONGEST_SENTENCE,
        required=False,
    )
