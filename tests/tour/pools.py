"""Pools of the tour that the demo has not, in the words of the demo's pools.yaml."""

from __future__ import annotations

from typing import Any

# All shares stand on the day it opens, and are paid.
PLAN: dict[str, Any] = {
    "state": "confirmed",
    "cost": "600.00",
    "subsidy": "0.00",
    "ceiling": "300.00",
    "seats_per_share": 1,
    "minimum": 2,
    "capacity": 2,
    "closing": 10,
    "start": 70,
    "pledges": [
        {"organisation": "beispiel", "shares": 1, "by": 5, "outcome": "paid"},
        {"organisation": "exemple", "shares": 1, "by": 4, "outcome": "paid"},
    ],
}

# The same, while the second one is still to be paid with TWINT.
FULL: dict[str, Any] = PLAN | {
    "state": "funded",
    "pledges": [PLAN["pledges"][0], PLAN["pledges"][1] | {"outcome": "twint"}],
}

# One in which a place is offered to the first in line, and a second one waits.
QUEUE: dict[str, Any] = PLAN | {
    "capacity": 3,
    "pledges": [
        {"organisation": "beispiel", "shares": 1, "by": 5, "outcome": "paid"},
        {"organisation": "muster", "shares": 1, "by": 4, "outcome": "paid"},
    ],
}

# One that is called off while an invoice is open.
CALLED_OFF: dict[str, Any] = PLAN | {
    "state": "funded",
    "pledges": [
        {"organisation": "beispiel", "shares": 1, "by": 5, "outcome": "paid"},
        {"organisation": "exemple", "shares": 1, "by": 4, "outcome": "invoice"},
    ],
}
