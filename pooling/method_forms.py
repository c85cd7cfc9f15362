"""Forms about an organisation's saved methods. What is typed stays in the form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .forms import PledgeForm, helper
from .models import Pledge, SavedMethod
from .models.pledge import PledgeQuerySet
from .money import format_chf
from .payer_forms import NEW_METHOD, new_method_label


class NameForm(forms.Form):
    """The organisation's own name for a method."""

    name = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Your own name for it"),
        help_text=gettext_lazy("For example “Club card”. Only your organisation sees it."),
        error_messages={"max_length": gettext_lazy("The name can have 40 characters at most.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, method: SavedMethod, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": method.name}, auto_id=f"id_{method.pk}_%s", **kwargs)
        self.helper = helper()


class PledgeChoices(forms.ModelMultipleChoiceField):
    """Pledges by their workshop, with the most that each can cost."""

    def label_from_instance(self, pledge: Pledge) -> str:
        return pledge_label(pledge)


def pledge_label(pledge: Pledge) -> str:
    shares = ngettext("%(n)d share", "%(n)d shares", pledge.shares) % {"n": pledge.shares}
    return _("%(workshop)s: %(shares)s, %(most)s at most") % {
        "workshop": pledge.pool.title(),
        "shares": shares,
        "most": format_chf(pledge.most),
    }


class OtherMethodForm(forms.Form):
    """Which method takes the place of a saved one: another saved one, or one that is still to be given."""

    method = forms.ChoiceField(
        label=gettext_lazy("Use instead"),
        widget=forms.RadioSelect,
        error_messages=PledgeForm.base_fields["method"].error_messages,
    )

    def __init__(self, *args: Any, others: Iterable[SavedMethod], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.others = list(others)
        methods: Any = self.fields["method"]
        methods.choices = [
            *((str(other.pk), str(other)) for other in self.others),
            (NEW_METHOD, new_method_label(most=most)),
        ]
        methods.initial = NEW_METHOD
        if not self.others:
            methods.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("method")
        data["other"] = next((other for other in self.others if str(other.pk) == chosen), None)
        return data


class ReplaceForm(OtherMethodForm):
    """The same for some of the pledges, or for all."""

    pledges = PledgeChoices(
        queryset=Pledge.objects.none(),
        label=gettext_lazy("For these pledges"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Please choose at least one pledge."),
            "invalid_choice": gettext_lazy(
                "One of these pledges does not need this method any more. Please look again."
            ),
        },
    )
    field_order = ["pledges", "method"]

    def __init__(self, *args: Any, pledges: PledgeQuerySet, first: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout("pledges", "method")
        choices: Any = self.fields["pledges"]
        choices.queryset = pledges.select_related("pool").prefetch_related("pool__texts")
        choices.initial = first
