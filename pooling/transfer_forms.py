"""Forms about a pledge that passes to another organisation: to whom it is offered, who takes it over, how they pay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from members.models import LANGUAGES, Organisation, User

from .approval_forms import ApproverFields
from .forms import PledgeForm, helper
from .models import Transfer
from .payer_forms import PayerFields


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


class TakeOverForm(PayerFields):
    """Take a pledge over: for which organisation, how it pays, and the consent to the terms."""

    accept = forms.BooleanField(
        label=PledgeForm.base_fields["accept"].label,
        error_messages=PledgeForm.base_fields["accept"].error_messages,
    )

    def __init__(self, *args: Any, transfer: Transfer, person: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.offer_organisations(Organisation.objects.administered_by(person).exclude(pk=transfer.giver_id))
        self.offer_methods(transfer.pledge.pool, now=now, shares=transfer.shares)
