"""Money is whole Rappen (1 CHF = 100 Rappen) everywhere inside; francs appear only where people read or type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

# The most that one amount may be: CHF 100 million. It keeps sums far inside 64 bits.
MOST_RAPPEN = 10_000_000_000


if TYPE_CHECKING:
    _WholeNumber = models.BigIntegerField[int | Combinable, int]
else:
    _WholeNumber = models.BigIntegerField


class RappenField(_WholeNumber):
    """An amount in whole Rappen."""

    description = "An amount in Rappen"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [MinValueValidator(0)])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs


def format_francs(rappen: int) -> str:
    """125000 -> "1'250.00", without the currency."""
    francs, rest = divmod(abs(rappen), 100)
    return f"{'-' if rappen < 0 else ''}{francs:,}.{rest:02d}".replace(",", "'")


def format_chf(rappen: int) -> str:
    """125000 -> "CHF 1'250.00", the Swiss way, with a space that does not break."""
    return f"CHF\u00a0{format_francs(rappen)}"


def parse_chf(text: str) -> int:
    """Rappen from what a person typed: "1250", "1'250.00", "CHF 1’250.5" or "1250,50".

    Raises ValidationError with a sentence for anything else, for a negative amount, and for more than CHF 100 million.
    """
    typed = text.strip().removeprefix("CHF").strip()
    match = re.fullmatch(r"(\d{1,3}(?:['’\u00a0\u202f ]?\d{3})*|\d+)(?:[.,](\d{1,2}|[-–—]{1,2}))?", typed, re.ASCII)
    if match is None:
        raise ValidationError(_("Please write an amount in francs, for example 1'250.00."), code="amount_form")
    francs = int(re.sub(r"\D", "", match[1]))
    cents = match[2] if match[2] and match[2].isdigit() else "0"
    rappen = francs * 100 + int(cents.ljust(2, "0"))
    if rappen > MOST_RAPPEN:
        raise ValidationError(_("This amount is too large."), code="amount_large")
    return rappen


def split(total: int, parts: int) -> list[int]:
    """`total` Rappen over `parts` slots, exactly: the first ones pay one Rappen more where it does not divide.

    The sum is `total`, no two slots differ by more than one Rappen, and one more slot makes none dearer (DESIGN.md
    section 5, split pricing). Raises ValueError for fewer than one slot, or for a negative total.
    """
    if parts < 1 or total < 0:
        raise ValueError(f"{total} Rappen can't be split over {parts} slots")
    share, rest = divmod(total, parts)
    return [share + 1] * rest + [share] * (parts - rest)


def vat_within(gross: int, rate: int) -> int:
    """The VAT that `gross` Rappen contain at `rate` hundredths of a per cent, rounded to whole Rappen."""
    return (2 * gross * rate + 10_000 + rate) // (2 * (10_000 + rate))
