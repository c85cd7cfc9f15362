"""Forms about a pledge that passes to another organisation: to whom it is offered, who takes it over, with what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members.models import LANGUAGES, Organisation, User

from .actions.methods import usable_methods
from .approval_forms import ApproverFields
from .forms import NEW_METHOD, PledgeForm, helper
from .models import Transfer


class OfferForm(forms.Form):
    """To which address the offer goes. Nothing says whether anybody here knows it."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of somebody who decides in the other organisation"),
        help_text=gettext_lazy(
            "They get a letter with a link. Only an organisation that has joined up2gether can take the pledge over."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=ApproverFields.base_fields["approver_email"].error_messages,
    )
    language = forms.ChoiceField(
        choices=LANGUAGES,
        label=gettext_lazy("Language of the letter to this person"),
        error_messages=ApproverFields.base_fields["approver_language"].error_messages,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.fields["language"].initial = get_language() or "de"


class TakeOverForm(forms.Form):
    """Take a pledge over: for which organisation, with which method, and the consent to the terms."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("Organisation"),
        to_field_name="uuid",
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose your organisation.")},
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Payment method"),
        widget=forms.RadioSelect,
        error_messages=PledgeForm.base_fields["method"].error_messages,
    )
    accept = forms.BooleanField(
        label=PledgeForm.base_fields["accept"].label,
        error_messages=PledgeForm.base_fields["accept"].error_messages,
    )

    def __init__(self, *args: Any, transfer: Transfer, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        mine = Organisation.objects.administered_by(person).exclude(pk=transfer.giver_id)
        self.organisations = list(mine)
        organisations: Any = self.fields["organisation"]
        organisations.queryset = mine
        organisations.error_messages["invalid_choice"] = _(
            "Please choose one of the organisations that you administer."
        )
        if len(self.organisations) == 1:
            organisations.widget = forms.HiddenInput()
            organisations.initial = self.organisations[0].uuid
        self.saved = [method for organisation in self.organisations for method in usable_methods(organisation)]
        methods: Any = self.fields["method"]
        methods.choices = [
            *(
                (
                    str(method.pk),
                    _("%(method)s, saved already for %(organisation)s")
                    % {"method": method.label, "organisation": method.organisation.name},
                )
                for method in self.saved
            ),
            (NEW_METHOD, _("Give a card on the next page")),
        ]
        methods.initial = methods.choices[0][0]
        if not self.saved:
            methods.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organisation, chosen = data.get("organisation"), data.get("method")
        data["saved_method"] = None
        if chosen and chosen != NEW_METHOD and organisation:
            data["saved_method"] = next(
                (m for m in self.saved if str(m.pk) == chosen and m.organisation_id == organisation.pk), None
            )
            if data["saved_method"] is None:
                self.add_error(
                    "method",
                    _(
                        "This payment method belongs to another organisation. Please choose one of this organisation "
                        "or give a new one."
                    ),
                )
        return data
