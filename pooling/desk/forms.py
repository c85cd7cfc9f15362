"""What staff give at the finance desk: a file of the bank, and what a line of it is for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, Value, When
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pooling.models import BankLine, Charge, PaysBy, Receipt, Refund
from pooling.money import format_chf


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy("camt.053 or camt.054, as XML. The same file again adds nothing."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
        error_messages={"empty": gettext_lazy("This file is empty. Nothing was imported.")},
    )


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


class EntryField(forms.ModelChoiceField):
    def label_from_instance(self, receipt: Receipt) -> str:
        return _("%(amount)s, value date %(day)s, reference %(reference)s") % {
            "amount": format_chf(receipt.amount),
            "day": date_format(receipt.value_date),
            "reference": receipt.reference,
        }


class AssignForm(forms.Form):
    charge = InvoiceField(queryset=Charge.objects.none(), label=gettext_lazy("Invoice"))
    same_as = EntryField(
        queryset=Receipt.objects.none(),
        label=gettext_lazy("Entered by hand before"),
        required=False,
        empty_label=gettext_lazy("no, this payment is new"),
        help_text=gettext_lazy("If somebody has entered this payment already, it must not count twice."),
    )

    def __init__(self, *args: Any, line: BankLine, **kwargs: Any) -> None:
        super().__init__(*args, initial={"charge": line.charge_id}, **kwargs)
        charges: Any = self.fields["charge"]
        open_first = Case(When(state__in=Charge.INVOICED_STATES, then=Value(0)), default=Value(1))
        charges.queryset = (
            Charge.objects.filter(pays_by=PaysBy.INVOICE)
            .select_related("pledge__organisation", "invoice")
            .order_by(open_first, "-pk")
        )
        entries: Any = self.fields["same_as"]
        entries.queryset = Receipt.objects.filter(bank_line=None, reverses=None, amount=line.amount)
        if line.takes_back or not entries.queryset.exists():
            del self.fields["same_as"]


class DismissForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why this line is put aside"),
        max_length=300,
        help_text=gettext_lazy("For example: membership fee, donation, asked the bank."),
    )


class RefundField(forms.ModelChoiceField):
    def label_from_instance(self, refund: Refund) -> str:
        return f"{refund.charge.pledge.organisation.name}, {format_chf(refund.amount)}"


class PaidOutForm(forms.Form):
    refund = RefundField(queryset=Refund.objects.none(), label=gettext_lazy("Refund"))
    day = forms.DateField(label=gettext_lazy("Transferred on"), widget=forms.DateInput(attrs={"type": "date"}))
    reference = forms.CharField(label=gettext_lazy("Bank reference"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refunds: Any = self.fields["refund"]
        refunds.queryset = Refund.objects.by_hand().select_related("charge__pledge__organisation").order_by("pk")

    def clean_day(self) -> date:
        """The bank's day; one that is still to come is a slip of the pen."""
        day: date = self.cleaned_data["day"]
        if day > localdate():
            raise forms.ValidationError(_("This day is still to come."), code="future")
        return day
