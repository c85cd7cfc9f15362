"""Reads only: where a pool's money is, what a pledge has been through, and what anyone needs to recompute both."""

from .cost_sheet import CostSheet, cost_sheet
from .explain import Explanation, explanation_of
from .history import Step, history_of
from .ladder import Rung, ladder_of
from .money import Money, money_of, paid_shares
from .pledges import (
    charge_of,
    is_alive,
    lost_its_method,
    needs_you,
    passed_on_by,
    pledges_of,
    position_of,
    unnamed_seats,
)

__all__ = [
    "CostSheet",
    "Explanation",
    "Money",
    "Rung",
    "Step",
    "charge_of",
    "cost_sheet",
    "explanation_of",
    "history_of",
    "is_alive",
    "ladder_of",
    "lost_its_method",
    "money_of",
    "needs_you",
    "paid_shares",
    "passed_on_by",
    "pledges_of",
    "position_of",
    "unnamed_seats",
]
