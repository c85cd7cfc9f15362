"""What staff give at the finance desk: a file of the bank, and what a line of it is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Case, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pooling.actions.splitting import Part
from pooling.bank_fields import BankDayField, InvoiceField, RefundField
from pooling.models import BankLine, Charge, PaysBy, Receipt, Refund
from pooling.money import format_chf
from pooling.workshops.forms import RappenFormField


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy("camt.053 or camt.054, as XML. The same file again adds nothing."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
        error_messages={"empty": gettext_lazy("This file is empty. Nothing was imported.")},
    )


class EntryField(forms.ModelChoiceField):
    def label_from_instance(self, receipt: Receipt) -> str:
        return _("%(amount)s, value date %(day)s, reference %(reference)s") % {
            "amount": format_chf(receipt.amount),
            "day": date_format(receipt.value_date),
            "reference": receipt.reference,
        }


def invoices() -> QuerySet[Charge]:
    """All charges by invoice, the open ones first: money for those that are owed no more has to be entered, too."""
    open_first = Case(When(state__in=Charge.INVOICED_STATES, then=Value(0)), default=Value(1))
    charges = Charge.objects.filter(pays_by=PaysBy.INVOICE).select_related("pledge__organisation", "invoice")
    return charges.order_by(open_first, "-pk")


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
        charges.queryset = invoices()
        entries: Any = self.fields["same_as"]
        entries.queryset = Receipt.objects.by_hand().filter(amount=line.amount)
        if line.takes_back or not entries.queryset.exists():
            del self.fields["same_as"]


class PartForm(forms.Form):
    """How much of a line is for one invoice. Left empty, it is no part."""

    charge = InvoiceField(
        queryset=Charge.objects.none(),
        label=gettext_lazy("Invoice"),
        required=False,
        empty_label=gettext_lazy("no invoice"),
    )
    amount = RappenFormField(label=gettext_lazy("Part in CHF"), required=False)
    was_entered = forms.BooleanField(label=gettext_lazy("was entered by hand before"), required=False)

    def __init__(self, *args: Any, choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["charge"]
        field.queryset = Charge.objects.filter(pays_by=PaysBy.INVOICE).select_related("pledge__organisation", "invoice")
        field.choices = choices  # asked for once, for all parts

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if bool(told.get("charge")) != bool(told.get("amount")) and not self.errors:
            raise forms.ValidationError(_("Please give both, the invoice and its part."), code="half")
        return told


class BasePartFormSet(forms.BaseFormSet):
    def __init__(self, *args: Any, line: BankLine, **kwargs: Any) -> None:
        self.line = line
        field = InvoiceField(queryset=invoices(), empty_label=gettext_lazy("no invoice"))
        super().__init__(*args, form_kwargs={"choices": list(field.choices)}, **kwargs)

    def clean(self) -> None:
        if any(self.errors):
            return
        total = sum(part.amount for part in self.parts)
        if total != self.line.amount:
            figures = {"total": format_chf(total), "amount": format_chf(self.line.amount)}
            sentence = _("These parts come to %(total)s, the payment is of %(amount)s. Nothing was booked.") % figures
            raise forms.ValidationError(sentence, code="sum")

    @property
    def parts(self) -> list[Part]:
        told = [form.cleaned_data for form in self.forms if form.cleaned_data.get("charge")]
        return [Part(each["charge"], each["amount"], each["was_entered"]) for each in told]


PartFormSet = forms.formset_factory(PartForm, formset=BasePartFormSet, extra=6, max_num=6)


class DismissForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why this line is put aside"),
        max_length=300,
        help_text=gettext_lazy("For example: membership fee, donation, asked the bank."),
    )


class WriteOffForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it will not be paid"),
        max_length=300,
        help_text=gettext_lazy("For example: dissolved, bankrupt, reminded three times. Your auditors read it."),
    )


class PaidOutForm(forms.Form):
    refund = RefundField(queryset=Refund.objects.none(), label=gettext_lazy("Refund"))
    day = BankDayField(label=gettext_lazy("Transferred on"))
    reference = forms.CharField(label=gettext_lazy("Bank reference"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refunds: Any = self.fields["refund"]
        refunds.queryset = Refund.objects.by_hand().select_related("charge__pledge__organisation").order_by("pk")
