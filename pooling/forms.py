"""Forms of pledging. What is typed stays in the form, and each refusal is a sentence."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import Organisation, User

from .actions.errors import PoolFull
from .approval_forms import APPROVER_FIELDS, ApproverFields, approver_layout, approver_of, either_way
from .models import Approval, Pledge, Pool
from .money import format_chf
from .payer_forms import PayerFields


def share_text(pool: Pool) -> str:
    """What one share is, in a sentence."""
    return ngettext(
        "One share costs %(price)s at most and holds %(n)d seat.",
        "One share costs %(price)s at most and holds %(n)d seats.",
        pool.seats_per_share,
    ) % {"price": format_chf(pool.ceiling), "n": pool.seats_per_share}


def helper() -> FormHelper:
    """Fields only: the template writes the form tag, the money above the button, and the button itself."""
    made = FormHelper()
    made.form_tag = False
    return made


def own_reference() -> forms.CharField:
    """What an organisation wants its invoice and receipt to name."""
    return forms.CharField(
        required=False,
        max_length=70,
        label=gettext_lazy("Your reference"),
        help_text=gettext_lazy(
            "It stands on your invoice and receipt, for example a cost centre. Leave it empty if you need none."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReferenceForm(forms.Form):
    customer_reference = own_reference()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class PledgeForm(PayerFields, ApproverFields):
    """Pledge shares: for which organisation, how many, with which method, and the consent to the terms."""

    shares = forms.IntegerField(
        min_value=1,
        label=gettext_lazy("Number of shares"),
        error_messages={
            "invalid": gettext_lazy("Please write the number of shares as a whole number, for example 1."),
            "min_value": gettext_lazy("A pledge is of at least one share."),
            "required": gettext_lazy("Please say how many shares you pledge."),
        },
    )
    customer_reference = own_reference()
    accept = forms.BooleanField(
        label=gettext_lazy(
            "I may bind this organisation and accept the terms of this pool, the participation terms and, for a saved "
            "payment method, the mandate to charge it."
        ),
        error_messages={
            "required": gettext_lazy("Without your consent to the terms nothing can be pledged. Please tick this box.")
        },
    )
    field_order = ["organisation", "shares", "method", "customer_reference"]  # as they stand, for the summary of errors

    def __init__(
        self, *args: Any, pool: Pool, person: User, now: datetime, offer: Pledge | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.helper.layout = approver_layout(
            before=["organisation", "shares", "method", "customer_reference"], after=["accept"]
        )
        self.fields["accept"].label = either_way(
            str(self.fields["accept"].label),
            _(
                "On condition that the person approves, I accept the terms of this pool, the participation terms and, "
                "for a saved payment method, the mandate to charge it."
            ),
        )
        self.pool = pool
        self.left = offer.shares if offer else pool.open_places(now=now)
        mine = Organisation.objects.administered_by(person)
        if offer:
            mine = mine.filter(pk=offer.organisation_id)
            # Asking for its value has made the bound field already, with a copy of the help.
            self.fields["needs_approval"].help_text = self["needs_approval"].help_text = _(
                "The shares are held as long as this offer runs. The person gets a letter with a link and needs no "
                "account. Nothing is binding before they approve."
            )
        self.offer_organisations(mine)
        self.offer_methods(pool, now=now)
        shares: Any = self.fields["shares"]
        shares.widget.attrs.update({"max": self.left, "inputmode": "numeric", "autocomplete": "off"})
        shares.initial = offer.shares if offer else 1
        shares.help_text = share_text(pool)

    def clean_shares(self) -> int:
        """As many as are left; the action decides again under the pool's lock."""
        shares: int = self.cleaned_data["shares"]
        if shares > self.left > 0:
            raise forms.ValidationError(str(PoolFull(self.left)), code="full")
        return shares

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["approver"] = self.approver()
        return data


class ChangeForm(forms.Form):
    """Change the number of shares of a pledge that stands. More than somebody approved need that person once more."""

    shares = forms.IntegerField(
        min_value=1,
        label=gettext_lazy("Number of shares"),
        error_messages=PledgeForm.base_fields["shares"].error_messages,
    )
    accept = forms.BooleanField(
        label=gettext_lazy("I may bind this organisation and accept the terms for the new number of shares."),
        error_messages=PledgeForm.base_fields["accept"].error_messages,
    )

    def __init__(self, *args: Any, pledge: Pledge, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        more = pledge.approvals.asked().for_more().first()
        self.most = pledge.shares + pledge.pool.open_places(now=now) + (more.added if more else 0)
        shares: Any = self.fields["shares"]
        shares.help_text = share_text(pledge.pool)
        shares.initial = pledge.shares
        if pledge.pool.is_split:
            shares.help_text = _("You can change the number until pledging ends or all shares are taken.")
        shares.widget.attrs.update({"max": self.most, "inputmode": "numeric", "autocomplete": "off"})
        self.approved = pledge.approvals.most_approved()
        if self.approved is not None:
            self.ask_who_approves(pledge.approvals.own().latest("pk"))

    def ask_who_approves(self, last: Approval) -> None:
        """Fields for whoever has to approve more, filled in with the person who was asked last."""
        for name in APPROVER_FIELDS:
            self.fields[name] = deepcopy(ApproverFields.base_fields[name])
            self.fields[name].required = False
        self.initial |= {
            "approver_name": last.name,
            "approver_email": last.email,
            "approver_language": last.language,
        }
        legend = ngettext(
            "More than %(n)d share has to be approved by:",
            "More than %(n)d shares have to be approved by:",
            self.approved or 0,
        ) % {"n": self.approved}
        self.helper.layout = Layout("shares", Fieldset(legend, *APPROVER_FIELDS), "accept")

    def clean_shares(self) -> int:
        """Not more than it has and are left; the action decides again under the pool's lock."""
        shares: int = self.cleaned_data["shares"]
        if shares > self.most:
            sentence = ngettext(
                "Your pledge can have %(n)d share at most. Please choose a smaller number; it stands as before.",
                "Your pledge can have %(n)d shares at most. Please choose a smaller number; it stands as before.",
                self.most,
            )
            raise forms.ValidationError(sentence % {"n": self.most}, code="full")
        return shares

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["approver"] = None
        if self.approved is not None and data.get("shares", 0) > self.approved:
            for name in APPROVER_FIELDS:
                if name in data and not data[name]:
                    self.add_error(name, self.fields[name].error_messages["required"])
            data["approver"] = approver_of(data)
        return data


def button_text(*, pool: Pool, shares: int) -> str:
    """What the button does, with the most that it can cost (DESIGN.md section 5, "Consent")."""
    return _("Pledge bindingly: %(most)s at most") % {"most": format_chf(shares * pool.ceiling)}


def change_text(*, pool: Pool, shares: int) -> str:
    """The same of the button that changes the number of shares."""
    return _("Change bindingly: %(most)s at most") % {"most": format_chf(shares * pool.ceiling)}
