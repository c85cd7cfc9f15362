import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from pooling.money import MOST_RAPPEN, format_chf, format_francs, parse_chf


@pytest.mark.parametrize(
    ("typed", "rappen"),
    [
        ("0", 0),
        ("1250", 125_000),
        ("1'250.00", 125_000),
        ("1’250.5", 125_050),
        ("CHF 1 250,50", 125_050),
        ("CHF 300.-", 30_000),
        ("300.—", 30_000),
        (" 0.05 ", 5),
        ("100'000'000.00", MOST_RAPPEN),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, rappen: int) -> None:
    assert parse_chf(typed) == rappen


@pytest.mark.parametrize(
    "typed", ["", "abc", "-5", "1.234", "12'34.00", "1e3", "١٢", "1..5", "CHF", "EUR 5", "100'000'000.01", "9" * 40]
)
def test_anything_else_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_chf(typed)
    assert refused.value.messages[0].endswith(".")


@given(st.integers(min_value=0, max_value=MOST_RAPPEN))
def test_what_is_shown_is_read_back_as_the_same_amount(rappen: int) -> None:
    assert parse_chf(format_chf(rappen)) == rappen
    assert parse_chf(format_francs(rappen)) == rappen


def test_amounts_are_shown_the_swiss_way() -> None:
    assert format_chf(125_000) == "CHF\u00a01'250.00"
    assert format_francs(-5) == "-0.05"
