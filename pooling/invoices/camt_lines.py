"""What a file of the bank says, as plain values: its statements and their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pooling.models.invoice import compact

from .references import is_creditor_reference, is_qr_reference

LONGEST = 140  # of what the standard calls Max140Text; our columns are as wide
OUR_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)  # as orders are called: a UUID
CANDIDATES = re.compile(r"\b(?:RF[0-9]{2}[0-9A-Z ]{1,28}|[0-9][0-9 ]{25,35}[0-9])\b", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One payment as the bank booked it: `amount` Rappen that came in, or that were booked back (`is_reversal`). In
    another `currency` it is so many hundredths of that, and nothing that can be booked here.

    `is_total`: the bank names neither its parts nor a reference. They may come in another file. `entry_ref` is the
    bank's reference of the booking, which the parts of a batch share; `own_ref` the part's own, where it has one.
    """

    amount: int
    booked_on: date
    value_date: date
    is_credit: bool
    is_reversal: bool
    currency: str = "CHF"
    entry_ref: str = ""
    own_ref: str = ""
    uetr: str = ""
    end_to_end_id: str = ""
    reference: str = ""
    text: str = ""
    debtor: str = ""
    debtor_iban: str = ""
    is_total: bool = False
    is_doubtful: bool = False  # the bank could not read the slip well


@dataclass(frozen=True)
class Sent:
    """`amount` Rappen that went out by an order of ours: `id` is what we had called it (see pain.Order).

    `is_part`: other payments share `entry_ref`, the bank's reference of the booking.
    """

    id: str
    amount: int
    booked_on: date
    entry_ref: str = ""
    is_part: bool = False


@dataclass(frozen=True)
class Statement:
    """What one account's statement or notification holds."""

    id: str
    account: str
    lines: tuple[Line, ...]
    skipped: int = 0  # entries that are not booked, or by which money went out
    sent: tuple[Sent, ...] = ()  # what went out by orders that may be ours


@dataclass(frozen=True)
class BankMessage:
    """A whole file."""

    id: str
    kind: str  # camt.053 or camt.054
    statements: tuple[Statement, ...]


def oneline(text: str, longest: int = LONGEST) -> str:
    """Without line breaks and surrounding space, cut off where no standard allows more."""
    return " ".join(text.split())[:longest]


def credit_reference(text: str) -> str:
    """The QR or creditor reference that `text` is, or that stands in it, without spaces; else nothing.

    Only one whose check digits are right: anything else is text.
    """
    for candidate in (text, *CANDIDATES.findall(text)):
        reference = compact(candidate)
        if is_qr_reference(reference) or is_creditor_reference(reference):
            return reference
    return ""
