"""What editors fill in: a pool's terms, and why a workshop is called off. What is typed stays in the form."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from pooling.models import Pool, Pricing, SurplusRule
from pooling.money import format_francs, parse_chf

MOST_SHARES = 9_999
MOMENT = "%d.%m.%Y %H:%M"  # as it is written in all three languages of the site


class RappenFormField(forms.CharField):
    """An amount typed in francs; Rappen in `cleaned_data`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"})
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_francs(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return None if text in self.empty_values else parse_chf(text)

    def run_validators(self, value: Any) -> None:
        """CharField's are about text; `parse_chf` has looked at that."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class MomentFormField(forms.DateTimeField):
    """A date and time in Europe/Zurich, with Wagtail's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", AdminDateTimeInput(format=MOMENT))
        kwargs.setdefault("error_messages", {"invalid": _("Please write day and time, for example 31.12.2027 18:00.")})
        super().__init__(input_formats=[MOMENT, "%d.%m.%Y %H.%M", "%Y-%m-%d %H:%M"], **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Where clocks change, an hour is missing and another one comes twice: neither names a moment."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            sentence = _(
                "In the night in which clocks change, this hour is missing or comes twice. Please choose another time."
            )
            raise forms.ValidationError(sentence, code=error.code) from error


class PoolTermsForm(forms.Form):
    """The terms of a pool that isn't open yet. Sound as a whole, or each problem stands at its field."""

    cost = RappenFormField(
        label=_("Cost of the workshop in CHF"),
        help_text=_("Everything that has to be paid for: fee, room, material. Gross."),
    )
    subsidy = RappenFormField(
        label=_("Subsidy in CHF"),
        initial=0,
        help_text=_("What others contribute. It lowers the threshold. 0 if there is none."),
    )
    ceiling = RappenFormField(label=_("Price of a share in CHF"), help_text=_("The most that one share can cost."))
    pricing = forms.ChoiceField(
        label=_("What a share costs"),
        choices=Pricing.choices,
        initial=Pricing.FIXED,
        help_text=_(
            "Fixed: always the price above, charged as soon as the threshold stands. Split: the more shares, the less "
            "each costs, charged at closing time or when all are taken."
        ),
    )
    seats_per_share = forms.IntegerField(
        label=_("Seats per share"),
        min_value=1,
        max_value=500,
        initial=1,
        help_text=_("How many people one share may send."),
    )
    minimum = forms.IntegerField(
        label=_("Shares at least"),
        min_value=1,
        max_value=MOST_SHARES,
        help_text=_("With fewer the workshop makes no sense, even if the cost were covered."),
    )
    capacity = forms.IntegerField(
        label=_("Shares at most"),
        min_value=1,
        max_value=MOST_SHARES,
        help_text=_("As many shares as there is room for."),
    )
    closes_at = MomentFormField(
        label=_("Closing time"),
        help_text=_("Until then organisations can pledge. If the threshold isn't reached by then, nobody pays."),
    )
    starts_at = MomentFormField(label=_("Start of the workshop"))
    surplus_rule = forms.ChoiceField(
        label=_("If more comes in than is needed"), choices=SurplusRule.choices, initial=SurplusRule.PAYERS
    )
    invoice_days = forms.IntegerField(label=_("Invoice term in days"), min_value=1, max_value=120, initial=30)
    mending_days = forms.IntegerField(
        label=_("Mending window in days"),
        min_value=1,
        max_value=60,
        initial=7,
        help_text=_("How long an organisation may take to mend a payment that failed."),
    )
    tax_rate = forms.DecimalField(
        label=_("VAT in per cent"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(30),
        decimal_places=2,
        help_text=_(
            "Empty where the workshop is exempt or the organiser is not registered. Prices are gross either way."
        ),
    )

    error_css_class = "w-field--error"

    def __init__(self, *args: Any, pool: Pool | None, now: datetime, **kwargs: Any) -> None:
        if pool is not None:
            kwargs["initial"] = initial_of(pool)
        super().__init__(*args, **kwargs)
        self.now = now
        self.typed: dict[str, Any] = {}  # what could be read, whether it is sound or not

    def clean_tax_rate(self) -> int | None:
        """Hundredths of a per cent, as the terms hold it."""
        rate = self.cleaned_data["tax_rate"]
        return None if rate is None else int(rate * 100)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.typed = dict(data)
        if not self.errors:
            for field, sentence in Pool(**data).problems():
                self.add_error(field, sentence)
        if data.get("closes_at") and data["closes_at"] <= self.now:
            self.add_error("closes_at", _("The closing time has passed. Please choose a later one."))
        return data

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            (_("Money"), [self["cost"], self["subsidy"], self["ceiling"], self["pricing"]]),
            (_("Shares"), [self["minimum"], self["capacity"], self["seats_per_share"]]),
            (_("Dates"), [self["closes_at"], self["starts_at"]]),
            (_("Rules"), [self["surplus_rule"], self["invoice_days"], self["mending_days"], self["tax_rate"]]),
        ]


def initial_of(pool: Pool) -> dict[str, Any]:
    """A pool's terms as the form shows them."""
    shown = {name: getattr(pool, name) for name in PoolTermsForm.base_fields}
    shown["tax_rate"] = None if pool.tax_rate is None else Decimal(pool.tax_rate) / 100
    return shown


class CallOffForm(forms.Form):
    """Why a workshop is called off."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in every letter as you write it here, in whichever language. Mention nobody by name."),
        error_messages={"required": _("Please say why. The organisations read it in their letters.")},
    )
