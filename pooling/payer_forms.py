"""Parts of forms: which organisation it is for, and how that organisation pays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import Organisation

from .actions import twint
from .actions.errors import NoInvoices, Refused
from .actions.invoices import require_invoice_possible
from .actions.methods import usable_methods
from .models import PaysBy, Pool, SavedMethod

NEW_METHOD = "new"
BY_INVOICE = "invoice"
BY_TWINT = "twint"
# What is chosen instead of a saved method, and how the pledge is paid then.
WAYS = {NEW_METHOD: PaysBy.CARD, BY_TWINT: PaysBy.TWINT, BY_INVOICE: PaysBy.INVOICE}


def new_method_label(*, most: int) -> str:
    """What can be given on the provider's page, by the Rappen that it may be charged with."""
    if not twint.is_offered() and twint.takes(most):
        return _("Give a card or TWINT on the next page")
    return _("Give a card on the next page")


class OrganisationFields(forms.Form):
    """One of the organisations that a person administers; not asked for where there is only one."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("Organisation"),
        to_field_name="uuid",
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose your organisation.")},
    )

    def offer_organisations(self, mine: QuerySet[Organisation]) -> None:
        field: Any = self.fields["organisation"]
        field.queryset = mine
        field.error_messages["invalid_choice"] = _("Please choose one of the organisations that you administer.")
        self.organisations = list(mine)
        if len(self.organisations) == 1:
            field.widget = forms.HiddenInput()
            field.initial = self.organisations[0].uuid


class PayerFields(OrganisationFields):
    """How it pays, too. Cleaned: `saved_method`, if one was chosen, and `pays_by`."""

    method = forms.ChoiceField(
        label=gettext_lazy("Payment method"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a payment method.")},
    )

    def offer_methods(self, pool: Pool, *, now: datetime, shares: int = 1) -> None:
        """What is saved, a new card, TWINT and an invoice, or the reasons why there are none, for a pledge of at least
        `shares`. After offer_organisations.
        """
        self.saved = [method for organisation in self.organisations for method in usable_methods(organisation)]
        field: Any = self.fields["method"]
        field.choices = [
            *((str(method.pk), self.saved_label(method)) for method in self.saved),
            (NEW_METHOD, new_method_label(most=shares * pool.ceiling)),
        ]
        reasons = []
        if not twint.takes(shares * pool.ceiling):
            reasons.append(_("TWINT takes CHF 5'000.00 a payment at most, and this pledge may cost more."))
        elif twint.is_offered():
            field.choices = [*field.choices, (BY_TWINT, _("With TWINT, by a link when the payment is due"))]
        try:
            require_invoice_possible(pool=pool, now=now)
        except NoInvoices:
            pass  # nobody is told of a way that this portal does not know
        except Refused as refusal:
            reasons.append(str(refusal))
        else:
            sentence = ngettext(
                "By invoice, payable within %(n)d day", "By invoice, payable within %(n)d days", pool.invoice_days
            )
            field.choices = [*field.choices, (BY_INVOICE, sentence % {"n": pool.invoice_days})]
        field.help_text = " ".join(reasons)
        field.initial = field.choices[0][0]
        if len(field.choices) == 1 and not field.help_text:
            field.widget = forms.HiddenInput()

    def saved_label(self, method: SavedMethod) -> str:
        """The method as people recognise it, with its organisation where there are several."""
        if len(self.organisations) == 1:
            return _("%(method)s, saved already") % {"method": method}
        return _("%(method)s, saved already for %(organisation)s") % {
            "method": method,
            "organisation": method.organisation.name,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organisation, chosen = data.get("organisation"), data.get("method")
        data["saved_method"] = None
        data["pays_by"] = WAYS.get(chosen or "", PaysBy.CARD)
        if chosen and chosen not in WAYS and organisation:
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
