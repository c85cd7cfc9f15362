"""The Swiss business identification number (UID), e.g. CHE-109.322.551.

Source of the check digit: Federal Statistical Office, eCH-0097 "Data standard for business identification", section
2.3: weights
5, 4, 3, 2, 7, 6, 5, 4 over the first eight digits, modulo 11; a check digit of 10 is never given out.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4)


def has_valid_check_digit(digits: str) -> bool:
    """Whether nine digits end in the right check digit."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    return (11 - total % 11) % 11 == int(digits[8])


def normalise_uid(text: str) -> str:
    """The UID as CHE-123.456.788, from what a person typed; a suffix MWST, TVA or IVA is left out.

    Raises ValidationError with a sentence if it isn't one or its check digit is wrong.
    """
    match = re.fullmatch(
        r"(?:CHE)?[-\s.]*(\d{3})[.\s]?(\d{3})[.\s]?(\d{3})(?:\s*(?:MWST|TVA|IVA|HR/MWST))?",
        text.strip().upper(),
        re.ASCII,
    )
    if match is None:
        raise ValidationError(_("A UID has nine digits, for example CHE-109.322.551."), code="uid_form")
    if not has_valid_check_digit("".join(match.groups())):
        raise ValidationError(
            _("The last digit of this UID does not fit the others. Please check for a typing error."), code="uid_check"
        )
    return "CHE-" + ".".join(match.groups())


def validate_uid(value: str) -> None:
    """Refuses whatever isn't a UID in its normal form's value. Raises ValidationError."""
    normalise_uid(value)
