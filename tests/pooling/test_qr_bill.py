"""What a QR code of a bill may say, and what is refused (SIX Implementation Guidelines QR-bill 2.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pooling.invoices.qr_bill import Address, Bill, BillRefused, payload, problems
from pooling.invoices.references import creditor_reference, qr_reference
from pooling.models import Creditor
from pooling.models.invoice import as_bill_text, is_qr_iban, validate_iban

PLAIN, QR = "CH5800791123000889012", "CH4431999123000889012"  # of the guidelines' examples
MAX = Address("Max Muster & Söhne", "Musterstrasse", "123", "8000", "Seldwyla")
SIMON = Address("Simon Muster", "Musterstrasse", "1", "8000", "Seldwyla")
SCOR = Bill(PLAIN, MAX, 199_95, "RF18539007547034", SIMON)
QRR = Bill(QR, MAX, 1_949_75, "210000000003139471430009017", SIMON, "Auftrag vom 15.06.2027")
CYRILLIC = "Благотворителен" * 14


def changed(bill: Bill, *, creditor: dict[str, str] | None = None, **changes: Any) -> Bill:
    return replace(bill, creditor=replace(bill.creditor, **(creditor or {})), **changes)


def test_the_payload_has_the_fields_of_the_standard_in_its_order() -> None:
    assert payload(QRR).split("\r\n") == [
        *("SPC", "0200", "1", QR),
        *("S", "Max Muster & Söhne", "Musterstrasse", "123", "8000", "Seldwyla", "CH"),
        *[""] * 7,  # the ultimate creditor, for future use
        *("1949.75", "CHF"),
        *("S", "Simon Muster", "Musterstrasse", "1", "8000", "Seldwyla", "CH"),
        *("QRR", "210000000003139471430009017", "Auftrag vom 15.06.2027", "EPD"),
    ]


def test_without_a_debtor_its_fields_are_empty() -> None:
    lines = payload(replace(SCOR, debtor=None)).split("\r\n")
    assert lines[20:] == [*[""] * 7, "SCOR", "RF18539007547034", "", "EPD"]


GOOD = {
    "plain IBAN with SCOR": SCOR,
    "QR-IBAN with QRR": QRR,
    "IBAN in groups": replace(SCOR, iban="CH58 0079 1123 0008 8901 2"),
    "Liechtenstein": replace(SCOR, iban="LI21088100002324013AA"),
    "one Rappen": replace(SCOR, amount=1),
    "the most": replace(SCOR, amount=99_999_999_999),
    "no debtor": replace(SCOR, debtor=None),
    "no street": changed(SCOR, creditor={"street": "", "house_number": ""}),
    "letters of Latin Extended-A": changed(SCOR, creditor={"name": "Čaplja Łódź Ștefan Ğ œuvre €"}),
    "70 letters": changed(SCOR, creditor={"name": "n" * 70}),
    "140 letters of a message": replace(SCOR, message="m" * 140),
    "a debtor abroad": replace(SCOR, debtor=replace(SIMON, country="DE", postcode="79539", town="Lörrach")),
}
BAD = {
    "wrong IBAN": (replace(SCOR, iban="CH5800791123000889013"), "keine IBAN"),
    "IBAN of another country": (replace(SCOR, iban="DE89370400440532013000"), "keine IBAN"),
    "QR-IBAN with SCOR": (replace(SCOR, iban=QR), "Zu einer QR-IBAN gehört eine QR-Referenz"),
    "plain IBAN with QRR": (replace(QRR, iban=PLAIN), "Zu einer QR-Referenz gehört eine QR-IBAN"),
    "QR-IBAN without reference": (replace(QRR, reference=""), "Prüfziffer"),
    "wrong check digit of QRR": (replace(QRR, reference="210000000003139471430009018"), "Prüfziffer"),
    "wrong check digits of SCOR": (replace(SCOR, reference="RF19539007547034"), "Prüfziffer"),
    "euro": (replace(SCOR, currency="EUR"), "Schweizer Franken"),
    "CHF 0.00": (replace(SCOR, amount=0), "mindestens CHF 0.01"),
    "a negative amount": (replace(SCOR, amount=-100), "mindestens CHF 0.01"),
    "a milliard": (replace(SCOR, amount=100_000_000_000), "höchstens CHF 999'999'999.99"),
    "no town": (changed(SCOR, creditor={"town": " "}), "In der Adresse von Max Muster & Söhne fehlt der Ort"),
    "no postcode of the debtor": (replace(SCOR, debtor=replace(SIMON, postcode="")), "fehlt die Postleitzahl"),
    "no name": (changed(SCOR, creditor={"name": ""}), "keinen Namen"),
    "71 letters": (changed(SCOR, creditor={"name": "n" * 71}), "nimmt dort 70 Zeichen auf"),
    "a town of 36": (changed(SCOR, creditor={"town": "t" * 36}), "nimmt dort 35 Zeichen auf"),
    "a house number of 17": (changed(SCOR, creditor={"house_number": "1" * 17}), "nimmt dort 16 Zeichen auf"),
    "200 Cyrillic letters": (replace(SCOR, debtor=replace(SIMON, name=CYRILLIC[:200])), "lateinischen Buchstaben"),
    "an emoji": (changed(SCOR, creditor={"name": "Kita 🌻"}), "lateinischen Buchstaben"),
    "a line break": (changed(SCOR, creditor={"name": "Kita\nSonne"}), "lateinischen Buchstaben"),
    "a country in words": (changed(SCOR, creditor={"country": "Schweiz"}), "Ländercode"),
    "a small country": (changed(SCOR, creditor={"country": "ch"}), "Ländercode"),
    "a message of 141": (replace(SCOR, message="m" * 141), "nimmt dort 140 Zeichen auf"),
    "more bytes than a code takes": (
        replace(SCOR, creditor=Address(*["é" * 70] * 2, *["é" * 16] * 2, "é" * 35), debtor=None, message="é" * 140)
        and replace(
            SCOR,
            creditor=Address("é" * 70, "é" * 70, "é" * 16, "é" * 16, "é" * 35),
            debtor=Address("é" * 70, "é" * 70, "é" * 16, "é" * 16, "é" * 35),
            message="é" * 140,
        ),
        "zusammen zu lang",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_bill_has_a_payload(name: str) -> None:
    assert list(problems(GOOD[name])) == []
    assert payload(GOOD[name]).endswith("\r\nEPD")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_bill_is_refused_with_a_sentence(name: str) -> None:
    bill, sentence = BAD[name]
    with translation.override("de"), pytest.raises(BillRefused) as refused:
        payload(bill)
    assert sentence in str(refused.value)


def test_the_cyrillic_name_gets_one_sentence_for_its_length_and_one_for_its_letters() -> None:
    bill = replace(SCOR, debtor=replace(SIMON, name=CYRILLIC[:200]))
    with translation.override("de"):
        assert len(list(problems(bill))) == 2


@given(text=st.text(max_size=60))
def test_what_is_written_for_a_bill_stays_in_one_line_and_keeps_its_letters(text: str) -> None:
    written = as_bill_text(text)
    assert as_bill_text(written) == written
    assert not set("\r\n\t") & set(written)


def test_typographic_signs_become_plain_ones() -> None:
    assert as_bill_text("  L’Arche – «Kita»  „Sonne“…") == 'L\'Arche - «Kita» "Sonne"...'


@given(year=st.integers(2020, 2199), number=st.integers(1, 999_999), amount=st.integers(1, 10_000_000_000))
def test_every_invoice_number_and_amount_makes_a_bill_with_either_account(year: int, number: int, amount: int) -> None:
    text = f"{year}-{number:05d}"
    for iban, reference in ((PLAIN, creditor_reference(text)), (QR, qr_reference(text))):
        lines = payload(Bill(iban, MAX, amount, reference, SIMON)).split("\r\n")
        assert round(float(lines[18]) * 100) == amount
        assert is_qr_iban(iban) == (lines[27] == "QRR")


def test_the_account_takes_a_qr_iban_and_refuses_what_a_bill_can_not_carry() -> None:
    fields = {"name": "Kita", "street": "Gasse", "postcode": "3000", "town": "Bern"}
    Creditor(**fields, iban=QR).clean_fields()
    validate_iban(PLAIN)
    with pytest.raises(ValidationError, match="IBAN"):
        Creditor(**fields, iban="CH5800791123000889013").clean_fields()
    with pytest.raises(ValidationError):
        Creditor(**{**fields, "name": "Кита"}, iban=PLAIN).clean_fields()
    with pytest.raises(ValidationError):
        Creditor(**{**fields, "town": ""}, iban=PLAIN).clean_fields()
