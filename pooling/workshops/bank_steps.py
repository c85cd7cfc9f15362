"""What staff enter from the bank's statement: payments by transfer that came, and refunds that they transferred."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.dates import date_in_words
from pooling.actions.bank import enter_payout, enter_receipt
from pooling.bank_fields import BankDayField, InvoiceField, RefundField
from pooling.models import Charge, PaysBy, Pool, Refund
from pooling.money import format_chf

from .forms import RappenFormField
from .step import PoolForm, Step, Typed, letters


def invoiced(pool: Pool) -> QuerySet[Charge]:
    """All charges by invoice, those that are owed no more as well: their money has to be entered, too."""
    charges = Charge.objects.filter(pledge__pool=pool, pays_by=PaysBy.INVOICE)
    return charges.select_related("pledge__organisation", "invoice").order_by("pk")


def waiting_refunds(pool: Pool) -> QuerySet[Refund]:
    refunds = Refund.objects.by_hand().filter(charge__pledge__pool=pool)
    return refunds.select_related("charge__pledge__organisation").order_by("pk")


class ReceiptForm(PoolForm):
    charge = InvoiceField(
        queryset=Charge.objects.none(), label=gettext_lazy("Invoice"), empty_label=gettext_lazy("Please choose")
    )
    amount = RappenFormField(label=gettext_lazy("Amount received in CHF"))
    day = BankDayField(label=gettext_lazy("Value date"))
    reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=100,
        help_text=gettext_lazy("As the bank's statement shows it. The same reference counts once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        charges: Any = self.fields["charge"]
        charges.queryset = invoiced(self.pool)

    def clean_amount(self) -> int:
        """Something, at least."""
        amount: int = self.cleaned_data["amount"]
        if amount < 1:
            raise forms.ValidationError(_("Please write the amount that arrived."), code="nothing")
        return amount


class PayoutForm(PoolForm):
    refund = RefundField(
        queryset=Refund.objects.none(), label=gettext_lazy("Refund"), empty_label=gettext_lazy("Please choose")
    )
    day = BankDayField(label=gettext_lazy("Transferred on"))
    reference = forms.CharField(label=gettext_lazy("Bank reference"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refunds: Any = self.fields["refund"]
        refunds.queryset = waiting_refunds(self.pool)


def why_not_to_enter(pool: Pool, now: datetime) -> str:
    return "" if invoiced(pool).exists() else _("No invoice was issued for this workshop.")


def why_not_to_transfer(pool: Pool, now: datetime) -> str:
    return "" if waiting_refunds(pool).exists() else _("No refund waits for a transfer by hand.")


def effects_of_receipt(pool: Pool, typed: Typed) -> list[str]:
    charge, amount = typed["charge"], typed["amount"]
    figures = {
        "amount": format_chf(amount),
        "number": charge.invoice.number,
        "who": charge.pledge.organisation.name,
        "day": date_in_words(typed["day"]),
    }
    lines = [_("%(amount)s of %(who)s count for invoice %(number)s, received on %(day)s.") % figures]
    left = charge.still_open - amount
    if not charge.is_waiting:
        lines.append(_("Nothing of this invoice is open. The whole amount has to be transferred back."))
    elif left > 0:
        lines.append(_("%(amount)s of the invoice are missing then.") % {"amount": format_chf(left)})
    else:
        lines.append(_("The invoice is paid in full then."))
    if charge.is_waiting and left < 0:
        too_much = {"amount": format_chf(-left)}
        lines.append(_("%(amount)s are too much and have to be transferred back.") % too_much)
    return [*lines, letters(1)]


def effects_of_payout(pool: Pool, typed: Typed) -> list[str]:
    refund = typed["refund"]
    figures = {
        "amount": format_chf(refund.amount),
        "who": refund.charge.pledge.organisation.name,
        "day": date_in_words(typed["day"]),
    }
    return [
        _("%(amount)s count as transferred to %(who)s on %(day)s.") % figures,
        _("The portal moves no money: the transfer is yours."),
        letters(1),
    ]


BANK_STEPS = (
    Step(
        slug="receipt",
        title=gettext_lazy("Payment by transfer"),
        button=gettext_lazy("Enter the payment"),
        done=gettext_lazy("The payment is entered. A letter goes out within the next minutes."),
        why_not=why_not_to_enter,
        effects=effects_of_receipt,
        run=lambda pool, typed, by, now: enter_receipt(
            charge=typed["charge"],
            amount=typed["amount"],
            value_date=typed["day"],
            reference=typed["reference"],
            by=by,
            now=now,
        ),
        form=ReceiptForm,
    ),
    Step(
        slug="payout",
        title=gettext_lazy("Refund by transfer"),
        button=gettext_lazy("Enter the transfer"),
        done=gettext_lazy("The refund counts as paid back. A letter goes out within the next minutes."),
        why_not=why_not_to_transfer,
        effects=effects_of_payout,
        run=lambda pool, typed, by, now: enter_payout(
            refund=typed["refund"], paid_on=typed["day"], reference=typed["reference"], by=by, now=now
        ),
        form=PayoutForm,
    ),
)
