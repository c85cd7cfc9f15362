"""The form with which an organisation joins a waiting list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import Organisation, User

from .actions.errors import MoreThanThereAre
from .forms import PledgeForm, helper
from .models import Pool
from .money import format_chf


class WaitingForm(forms.Form):
    """Wait for shares: for which organisation, and how many. Nothing is agreed to by that."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("Organisation"),
        to_field_name="uuid",
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose your organisation.")},
    )
    shares = forms.IntegerField(
        min_value=1,
        initial=1,
        label=gettext_lazy("Number of shares"),
        error_messages={
            "invalid": PledgeForm.base_fields["shares"].error_messages["invalid"],
            "min_value": gettext_lazy("Please wish at least one share."),
            "required": gettext_lazy("Please say how many shares you wish."),
        },
    )

    def __init__(self, *args: Any, pool: Pool, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.pool = pool
        mine = Organisation.objects.administered_by(person)
        organisations: Any = self.fields["organisation"]
        organisations.queryset = mine
        organisations.error_messages["invalid_choice"] = _(
            "Please choose one of the organisations that you administer."
        )
        self.organisations = list(mine)
        if len(self.organisations) == 1:
            organisations.widget = forms.HiddenInput()
            organisations.initial = self.organisations[0].uuid
        shares: Any = self.fields["shares"]
        shares.widget.attrs.update({"max": pool.capacity, "inputmode": "numeric", "autocomplete": "off"})
        shares.help_text = ngettext(
            "One share costs %(price)s at most and holds %(n)d seat.",
            "One share costs %(price)s at most and holds %(n)d seats.",
            pool.seats_per_share,
        ) % {"price": format_chf(pool.ceiling), "n": pool.seats_per_share}

    def clean_shares(self) -> int:
        """Not more than the workshop has in all."""
        shares: int = self.cleaned_data["shares"]
        if shares > self.pool.capacity:
            raise forms.ValidationError(str(MoreThanThereAre(self.pool.capacity)), code="more")
        return shares
