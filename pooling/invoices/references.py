"""References by which a bank says which invoice was paid, made from the invoice's number (SIX Implementation
Guidelines QR-bill 2.3, section 3.2 "Reference"; style guide for QR-bills for how they are printed).

With a QR-IBAN it is a QR reference (QRR), with a plain IBAN a Creditor Reference (SCOR, ISO 11649).
"""

from __future__ import annotations

import re

from pooling.models.invoice import compact, is_qr_iban

QRR_LENGTH = 27
# SIX, "Modulo 10, recursive": the carry after a digit stands at (carry + digit) mod 10.
CARRIES = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
SCOR = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")


def reference_for(number: str, *, iban: str) -> str:
    """The reference of the invoice `number` ("2027-00042") for payments to `iban`, as a bill and the bank carry it."""
    return qr_reference(number) if is_qr_iban(iban) else creditor_reference(number)


def qr_reference(number: str) -> str:
    """27 digits: those of `number` behind zeros, and a check digit. Raises ValueError if there are too many."""
    digits = re.sub(r"\D", "", number).zfill(QRR_LENGTH - 1)
    if len(digits) != QRR_LENGTH - 1:
        raise ValueError(f"{number} has more digits than a QR reference can carry")
    return digits + check_digit(digits)


def creditor_reference(number: str) -> str:
    """RF, two check digits (ISO 7064, mod 97-10), and the digits of `number`."""
    digits = re.sub(r"\D", "", number)
    return f"RF{98 - mod_97(digits + 'RF00'):02d}{digits}"


def check_digit(digits: str) -> str:
    """Modulo 10, recursive."""
    carry = 0
    for digit in digits:
        carry = CARRIES[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)


def mod_97(text: str) -> int:
    """The remainder of `text`, its letters written as 10 to 35."""
    return int("".join(str(int(letter, 36)) for letter in text)) % 97


def is_qr_reference(reference: str) -> bool:
    """Whether this is a QR reference with the right check digit, that is not all zeros; spaces are ignored."""
    digits = compact(reference)
    is_made_of_digits = len(digits) == QRR_LENGTH and digits.isascii() and digits.isdigit()
    return is_made_of_digits and int(digits) > 0 and check_digit(digits[:-1]) == digits[-1]


def is_creditor_reference(reference: str) -> bool:
    """Whether this is a Creditor Reference with the right check digits; spaces and small letters are allowed."""
    text = compact(reference)
    return SCOR.fullmatch(text) is not None and mod_97(text[4:] + text[:4]) == 1
