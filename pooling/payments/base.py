"""What a payment provider has to be able to do. Only frozen dataclasses and plain JSON cross this line, in both
directions.

The rule behind its shape: whatever moves money is first written down (key and parameters, as JSON), then sent, then
recorded. So building the
parameters and sending them are two calls, and what is sent again later is exactly what was written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pooling.models import DisputeState

Parameters = dict[str, Any]


class OutcomeUnknown(Exception):
    """The provider did not say what became of the request (time-out, reset, 409, 429, 5xx).

    Ask again with the same key, later.
    """


class RequestRefused(Exception):
    """The provider refused the request itself; nothing happened, and sending it again will not help.

    Holds the provider's code.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ForgedNotice(Exception):
    """A webhook whose signature is wrong, or that can't be read."""


class Progress(StrEnum):
    """How far something is at the provider."""

    OPEN = "open"  # waits for the person, or for the bank
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # final for this attempt: declined, expired or cancelled


@dataclass(frozen=True)
class CustomerRequest:
    """An organisation, as a provider needs to know it."""

    key: str
    organisation: str  # uuid
    name: str
    language: str


@dataclass(frozen=True)
class SetupRequest:
    """Ask for a hosted page on which a payment method is saved, for a pledge or for all of an organisation's."""

    customer_ref: str
    organisation: str  # uuid
    pledge: str  # uuid, empty where it is for no single one
    most: int  # Rappen that one payment with it may be of
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class Page:
    """A hosted page to send the person to."""

    ref: str
    url: str


@dataclass(frozen=True)
class Method:
    """A saved payment method."""

    ref: str
    customer_ref: str
    kind: str  # card | twint
    label: str  # "Visa •••• 4242"
    expires_on: date | None


@dataclass(frozen=True)
class MethodSeen:
    """What a provider says of a saved method now. `method` is there unless it can't be charged any more."""

    method: Method | None = None


@dataclass(frozen=True)
class SetupResult:
    """What became of a setup page. `method` is there if and only if it succeeded."""

    progress: Progress
    method: Method | None = None


@dataclass(frozen=True)
class ChargeRequest:
    """Collect `amount` Rappen from a saved method, without the person."""

    amount: int
    customer_ref: str
    method_ref: str
    method_kind: str
    pledge: str  # uuid
    attempt: str  # the attempt's key, found again in the provider's books
    description: str


@dataclass(frozen=True)
class PaymentPageRequest:
    """Ask for a hosted page on which the person pays `amount` Rappen now."""

    amount: int
    customer_ref: str
    pledge: str
    attempt: str
    description: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class ChargeResult:
    """What became of an attempt. `captured` Rappen arrived; `failure` is the provider's code of a decline."""

    progress: Progress
    intent_ref: str = ""
    captured: int = 0
    failure: str = ""


@dataclass(frozen=True)
class RefundRequest:
    """Send `amount` Rappen of a payment back."""

    intent_ref: str
    amount: int
    refund: str  # uuid
    pledge: str  # uuid


@dataclass(frozen=True)
class RefundResult:
    progress: Progress
    ref: str = ""
    failure: str = ""


@dataclass(frozen=True)
class RefundMade:
    """A refund in the provider's books. `refund` is the uuid of ours; empty where it was made in its own dashboard."""

    ref: str
    amount: int
    progress: Progress
    refund: str


@dataclass(frozen=True)
class DisputeMade:
    """A dispute as the provider tells it now. Amounts in Rappen.

    `movements` counts those of the provider's balance, of which `withdrawn` and `reinstated` are the sums: an answer
    with fewer of them is an older one.
    """

    ref: str
    intent_ref: str
    amount: int
    state: DisputeState
    is_inquiry: bool
    reason: str
    opened_at: datetime
    due_by: datetime | None = None
    withdrawn: int = 0
    reinstated: int = 0
    movements: int = 0


@dataclass(frozen=True)
class PaymentMade:
    """A payment in the provider's books that succeeded. `attempt` is our key, `pledge` the uuid of ours, both empty
    where it was not made by us.
    """

    ref: str
    amount: int
    made_at: datetime
    attempt: str = ""
    pledge: str = ""


@dataclass(frozen=True)
class RefundInBooks:
    """A refund of the payment `intent_ref`, whoever made it."""

    made: RefundMade
    intent_ref: str
    made_at: datetime


@dataclass(frozen=True)
class Books:
    """What a provider's books hold from `since` to `until`, by the time at which each was made there."""

    since: datetime
    until: datetime
    payments: list[PaymentMade]
    refunds: list[RefundInBooks]
    disputes: list[DisputeMade]


@dataclass(frozen=True)
class Notice:
    """A verified webhook: an id that is unique at the provider, its type, and what it is about."""

    ref: str
    kind: str
    page_ref: str = ""  # a setup or payment page
    intent_ref: str = ""  # a payment
    refund_ref: str = ""
    dispute_ref: str = ""
    method_ref: str = ""  # a saved method
