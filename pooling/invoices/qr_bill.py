"""What the QR code of a bill says, after the SIX Implementation Guidelines QR-bill 2.3; structured addresses only.

qrbill writes the payload, but lets pass what the standard forbids: so `problems` looks before it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import qrbill
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pooling.models.invoice import as_bill_text, compact, is_qr_iban, not_permitted, validate_iban
from pooling.money import format_francs

from .references import is_creditor_reference, is_qr_reference

MOST = 99_999_999_999  # Rappen: 999999999.99
LONGEST_MESSAGE = 140
LONGEST_PAYLOAD = 997  # bytes: version 25 of the code with error correction M
LENGTHS = {"name": 70, "street": 70, "house_number": 16, "postcode": 16, "town": 35}


class BillRefused(Exception):
    """The standard does not allow this bill. `sentences` say why, and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Address:
    """A structured address (type S)."""

    name: str
    street: str
    house_number: str
    postcode: str
    town: str
    country: str = "CH"

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Address:
        """From what an invoice keeps (pooling.models.invoice.address_of): each part in one line, its letters as they
        are.
        """
        return cls(**{field: as_bill_text(kept.get(field, "")) for field in (*LENGTHS, "country")})

    @property
    def lines(self) -> list[str]:
        """As it is printed. The country stands before the postcode of an address abroad."""
        place = f"{self.postcode} {self.town}"
        street = f"{self.street} {self.house_number}".strip()
        return [self.name, *([street] if street else []), place if self.country == "CH" else f"{self.country}-{place}"]


@dataclass(frozen=True)
class Bill:
    """A bill over `amount` Rappen. Without a `debtor` the payer writes their address by hand."""

    iban: str
    creditor: Address
    amount: int
    reference: str
    debtor: Address | None = None
    message: str = ""
    currency: str = "CHF"


def payload(bill: Bill) -> str:
    """The text of the code. Raises BillRefused."""
    if sentences := list(problems(bill)):
        raise BillRefused(sentences)
    return str(
        qrbill.QRBill(
            account=compact(bill.iban),
            creditor=parts_of(bill.creditor),
            debtor=parts_of(bill.debtor) if bill.debtor else None,
            amount=amount_text(bill.amount),
            currency=bill.currency,
            reference_number=compact(bill.reference),
            additional_information=bill.message,
        ).qr_data()
    )


def parts_of(address: Address) -> dict[str, str]:
    """As qrbill calls them."""
    return {
        "name": address.name,
        "street": address.street,
        "house_num": address.house_number,
        "pcode": address.postcode,
        "city": address.town,
        "country": address.country,
    }


def amount_text(rappen: int) -> str:
    """125000 -> "1250.00", as the code has it."""
    return format_francs(rappen).replace("'", "")


def problems(bill: Bill) -> Iterator[str]:
    """What the standard forbids of `bill`, in sentences."""
    yield from problems_of_account(bill)
    if bill.currency != "CHF":
        yield _("Invoices are in Swiss francs only. Please write the amount in CHF.")
    if not 1 <= bill.amount <= MOST:
        yield _("A bill must be of at least CHF 0.01 and at most CHF 999'999'999.99.")
    yield from problems_of_address(bill.creditor)
    if bill.debtor is not None:
        yield from problems_of_address(bill.debtor)
    yield from problems_of_text(bill.message, LONGEST_MESSAGE)
    texts = "".join([*texts_of(bill.creditor), *(texts_of(bill.debtor) if bill.debtor else []), bill.message])
    if len(texts.encode()) > LONGEST_PAYLOAD - 150:  # what is left are the fields of a fixed form, and their ends
        yield _("The names and addresses are too long together for a QR code. Please shorten them.")


def problems_of_account(bill: Bill) -> Iterator[str]:
    """Of the account, and of the reference that goes with it."""
    try:
        validate_iban(bill.iban)
    except ValidationError as error:
        yield str(error.messages[0])
        return
    if compact(bill.reference).startswith("RF"):
        is_right, needs_other = is_creditor_reference(bill.reference), is_qr_iban(bill.iban)
        other = _("A QR-IBAN takes QR references only. Please give the plain IBAN of the account for this reference.")
    else:
        is_right, needs_other = is_qr_reference(bill.reference), not is_qr_iban(bill.iban)
        other = _("A QR reference needs a QR-IBAN. Please give the QR-IBAN of the account for this reference.")
    if not is_right:
        yield _("The check digit of the reference is wrong. Please look for a typing error.")
    if needs_other:
        yield other


def problems_of_address(address: Address) -> Iterator[str]:
    """Name, postcode and town are never empty, and no part is too long."""
    if not address.name.strip():
        yield _("An address has no name. Please complete it.")
    if not address.postcode.strip():
        yield _("The address of %(name)s has no postcode. Please complete it.") % {"name": shortened(address.name)}
    if not address.town.strip():
        yield _("The address of %(name)s has no town. Please complete it.") % {"name": shortened(address.name)}
    if not (len(address.country) == 2 and address.country.isascii() and address.country.isupper()):
        yield _("The address of %(name)s needs a country code of two capital letters, for example CH.") % {
            "name": shortened(address.name)
        }
    for field, longest in LENGTHS.items():
        yield from problems_of_text(getattr(address, field), longest)


def problems_of_text(text: str, longest: int) -> Iterator[str]:
    """Of one part: its length and its characters."""
    if len(text) > longest:
        yield _("“%(text)s” is too long: a QR-bill takes %(n)d characters there. Please shorten it.") % {
            "text": shortened(text),
            "n": longest,
        }
    if wrong := not_permitted(text):
        yield _("“%(text)s” has characters that a QR-bill can't carry: %(characters)s. Please use Latin letters.") % {
            "text": shortened(text),
            "characters": " ".join(wrong[:10]),
        }


def texts_of(address: Address) -> list[str]:
    return [str(getattr(address, field)) for field in LENGTHS]


def shortened(text: str) -> str:
    """So much that one recognises it."""
    return text if len(text) <= 40 else f"{text[:39]}…"
