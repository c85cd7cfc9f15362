"""Form fields about the bank that staff meet beside a workshop and at the finance desk alike."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from pooling.models import Charge, Refund
from pooling.money import format_chf


class InvoiceField(forms.ModelChoiceField):
    def label_from_instance(self, charge: Charge) -> str:
        figures = {
            "number": charge.invoice.number,
            "who": charge.pledge.organisation.name,
            "amount": format_chf(charge.still_open),
        }
        if charge.is_waiting:
            return _("%(number)s, %(who)s, %(amount)s open") % figures
        return _("%(number)s, %(who)s, nothing open") % figures


class RefundField(forms.ModelChoiceField):
    def label_from_instance(self, refund: Refund) -> str:
        return f"{refund.charge.pledge.organisation.name}, {format_chf(refund.amount)}"


class BankDayField(forms.DateField):
    """A day as the bank's statement shows it; one that is still to come is a slip of the pen."""

    widget = forms.DateInput(attrs={"type": "date"})

    def clean(self, value: object) -> date | None:
        day: date | None = super().clean(value)
        if day and day > localdate():
            raise forms.ValidationError(_("This day is still to come."), code="future")
        return day
