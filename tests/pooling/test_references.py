"""References of invoices: made from the number, and told from wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.ch import esr

from pooling.invoices.references import (
    creditor_reference,
    is_creditor_reference,
    is_qr_reference,
    qr_reference,
    reference_for,
)
from pooling.models import Invoice
from pooling.models.invoice import is_qr_iban

QR_IBAN, PLAIN_IBAN = "CH4431999123000889012", "CH9300762011623852957"  # the QR-IBAN of the guidelines' examples
NUMBERS = st.builds(lambda year, number: f"{year}-{number:05d}", st.integers(2020, 2199), st.integers(1, 9_999_999))


def test_a_qr_iban_gets_a_qr_reference_and_a_plain_one_a_creditor_reference() -> None:
    assert reference_for("2027-00042", iban=QR_IBAN) == "000000000000000002027000425"
    assert reference_for("2027-00042", iban=PLAIN_IBAN) == creditor_reference("2027-00042")


def test_the_examples_of_the_guidelines_are_valid() -> None:
    assert is_qr_reference("21 00000 00003 13947 14300 09017")
    assert is_creditor_reference("RF18 5390 0754 7034")
    assert Invoice(reference="210000000003139471430009017").reference_in_groups == "21 00000 00003 13947 14300 09017"
    assert Invoice(reference="RF18539007547034").reference_in_groups == "RF18 5390 0754 7034"


@given(number=NUMBERS)
def test_references_satisfy_a_library_that_is_not_ours(number: str) -> None:
    assert esr.is_valid(qr_reference(number))
    assert iso11649.is_valid(creditor_reference(number))
    assert is_qr_reference(qr_reference(number))
    assert is_creditor_reference(creditor_reference(number))


@given(one=NUMBERS, other=NUMBERS)
def test_two_numbers_never_share_a_reference(one: str, other: str) -> None:
    assert (one == other) == (qr_reference(one) == qr_reference(other))
    assert (one == other) == (creditor_reference(one) == creditor_reference(other))


@given(number=NUMBERS, at=st.integers(0, 26), by=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: str, at: int, by: int) -> None:
    digits = qr_reference(number)
    assert not is_qr_reference(f"{digits[:at]}{(int(digits[at]) + by) % 10}{digits[at + 1 :]}")


@pytest.mark.parametrize("wrong", ["", "0" * 27, "1" * 26, "21000000000313947143000901X", "٢" * 27])
def test_what_is_no_qr_reference(wrong: str) -> None:
    assert not is_qr_reference(wrong)


@pytest.mark.parametrize("wrong", ["", "RF18", "RF19 5390 0754 7034", "XX18539007547034", "RF18" + "1" * 22])
def test_what_is_no_creditor_reference(wrong: str) -> None:
    assert not is_creditor_reference(wrong)


def test_a_number_that_is_too_long_for_a_qr_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="more digits"):
        qr_reference("2027-" + "1" * 23)


@pytest.mark.parametrize(("bank", "is_one"), [("29999", False), ("30000", True), ("31999", True), ("32000", False)])
def test_a_qr_iban_is_told_by_the_number_of_its_bank(bank: str, is_one: bool) -> None:
    assert is_qr_iban(f"CH44 {bank[:4]} {bank[4:]}123000889012") == is_one
