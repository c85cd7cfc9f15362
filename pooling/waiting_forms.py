"""The form with which an organisation joins a waiting list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.models import Organisation, User

from .actions.errors import MoreThanThereAre
from .forms import PledgeForm, helper, share_text
from .models import Pool
from .payer_forms import OrganisationFields


class WaitingForm(OrganisationFields):
    """Wait for shares: for which organisation, and how many. Nothing is agreed to by that."""

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
        self.offer_organisations(Organisation.objects.administered_by(person))
        shares: Any = self.fields["shares"]
        shares.widget.attrs.update({"max": pool.capacity, "inputmode": "numeric", "autocomplete": "off"})
        shares.help_text = share_text(pool)

    def clean_shares(self) -> int:
        """Not more than the workshop has in all."""
        shares: int = self.cleaned_data["shares"]
        if shares > self.pool.capacity:
            raise forms.ValidationError(str(MoreThanThereAre(self.pool.capacity)), code="more")
        return shares
