"""Split pricing's arithmetic: exact in Rappen, and never against anybody who has pledged already."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pooling.money import MOST_RAPPEN, split

# A representative row: every cost up to CHF 12.00, then one in 97. `make proof` takes every cost up to CHF 300.00.
ALL_COSTS = range(1, 30_001)
COSTS = ALL_COSTS if os.environ.get("HYPOTHESIS_PROFILE") == "proof" else [*range(1, 1_201), *range(1_201, 30_001, 97)]
MOST_SHARES = 60


def test_every_small_cost_is_split_exactly_among_every_number_of_shares() -> None:
    for cost in COSTS:
        dearest_before = cheapest_before = cost
        for shares in range(1, MOST_SHARES + 1):
            prices = split(cost, shares)
            dearest, cheapest = prices[0], prices[-1]
            assert len(prices) == shares
            assert sum(prices) == cost
            assert 0 <= dearest - cheapest <= 1
            assert dearest <= dearest_before, "one more share made the first slot dearer"
            assert cheapest <= cheapest_before
            dearest_before, cheapest_before = dearest, cheapest


def test_nobody_pays_more_than_the_ceiling_from_the_threshold_on() -> None:
    for cost in COSTS:
        dearest = [0, *(-(-cost // shares) for shares in range(1, MOST_SHARES + 1))]
        for threshold in range(1, MOST_SHARES + 1):
            ceiling = -(-cost // threshold)
            assert all(price <= ceiling for price in dearest[threshold:])
    assert all(split(cost, 7)[0] == -(-cost // 7) for cost in COSTS)


@given(
    total=st.integers(min_value=0, max_value=MOST_RAPPEN),
    shares=st.integers(min_value=1, max_value=2_000),
    more=st.integers(min_value=1, max_value=50),
)
def test_large_amounts_are_split_exactly_too(total: int, shares: int, more: int) -> None:
    before, after = split(total, shares), split(total, shares + more)
    assert sum(before) == total
    assert before[0] - before[-1] in (0, 1)
    assert before == sorted(before, reverse=True)
    assert all(new <= old for old, new in zip(before, after, strict=False)), "a slot became dearer by more shares"


@pytest.mark.parametrize(("total", "parts"), [(100, 0), (100, -1), (-1, 3)])
def test_what_can_not_be_split_is_refused(total: int, parts: int) -> None:
    with pytest.raises(ValueError, match="can't be split"):
        split(total, parts)
