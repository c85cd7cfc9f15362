"""What every payment provider can do: see `base` for the words in which it is asked and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from .base import (
    Books,
    ChargeRequest,
    ChargeResult,
    CustomerRequest,
    DisputeMade,
    MethodSeen,
    Notice,
    Page,
    Parameters,
    PaymentPageRequest,
    RefundMade,
    RefundRequest,
    RefundResult,
    SetupRequest,
    SetupResult,
)


class PaymentProvider(Protocol):
    """Each method that talks to the provider raises OutcomeUnknown or RequestRefused; those that build parameters talk
    to nobody.

    `charge` and `open_*` answer the same to the same key and parameters, however often they are called within 23 hours.
    """

    name: str
    refund_notices: frozenset[str]  # kinds of notices after which a payment may have a refund that we did not make
    dispute_notices: frozenset[str]  # kinds of notices that are about a dispute
    disputed: str  # the code with which a refund of a payment that is disputed is refused

    def create_customer(self, request: CustomerRequest) -> str:
        """The provider's name for the organisation."""

    def setup_parameters(self, request: SetupRequest) -> Parameters:
        """For open_setup_page."""

    def open_setup_page(self, *, key: str, parameters: Parameters) -> Page:
        """A page on which the method is given."""

    def look_at_setup(self, page_ref: str) -> SetupResult:
        """What became of it. A person's coming back proves nothing, this does."""

    def close_setup_page(self, page_ref: str) -> None:
        """Nobody can finish it from now on. Closing one that has ended already is fine."""

    def charge_parameters(self, request: ChargeRequest) -> Parameters:
        """For charge."""

    def charge(self, *, key: str, parameters: Parameters) -> ChargeResult:
        """Collect now. A decline, a wish for the person included, is a FAILED result and no exception."""

    def look_at_intent(self, intent_ref: str) -> ChargeResult:
        """What became of a payment that was still open at the provider."""

    def find_charge(self, *, key: str, parameters: Parameters, since: datetime) -> ChargeResult | None:
        """Look through the provider's books for an attempt whose answer never came.

        None: it never happened. For when keys may be forgotten.
        """

    def payment_page_parameters(self, request: PaymentPageRequest) -> Parameters:
        """For open_payment_page."""

    def open_payment_page(self, *, key: str, parameters: Parameters) -> Page:
        """A page on which the person pays."""

    def look_at_payment_page(self, page_ref: str) -> ChargeResult:
        """What became of it."""

    def close_payment_page(self, page_ref: str) -> ChargeResult:
        """Nobody can pay there from now on; or, if somebody has, that result."""

    def abandon_intent(self, intent_ref: str) -> ChargeResult:
        """A declined payment can't be finished later by anybody; or, if it was after all paid, that result."""

    def refund_parameters(self, request: RefundRequest) -> Parameters:
        """For refund."""

    def refund(self, *, key: str, parameters: Parameters) -> RefundResult:
        """Send money back."""

    def find_refund(self, *, parameters: Parameters) -> RefundResult | None:
        """Look through the provider's books for a refund whose answer never came."""

    def refunds_of(self, intent_ref: str) -> list[RefundMade]:
        """All refunds of a payment, whoever made them."""

    def look_at_refund(self, refund_ref: str) -> RefundResult:
        """What became of it."""

    def look_at_dispute(self, dispute_ref: str) -> DisputeMade:
        """What a bank wants back, and how far that is."""

    def disputes_of(self, intent_ref: str) -> list[DisputeMade]:
        """All disputes of a payment."""

    def look_at_method(self, method_ref: str) -> MethodSeen:
        """What has become of a saved method: a new expiry, or that it was detached or its mandate taken back."""

    def release_method(self, method_ref: str) -> None:
        """Forget a saved method. Forgetting one that is gone already is fine."""

    def has_books(self) -> bool:
        """Whether it keeps books elsewhere, which can be asked for now: `undelivered` and `books`."""

    def undelivered(self, *, since: datetime) -> list[Notice]:
        """Notices since then that our webhook did not take, the oldest first."""

    def books(self, *, since: datetime, until: datetime) -> Books:
        """Payments that succeeded, refunds and disputes that were made between."""

    def read_notice(self, *, body: bytes, signature: str) -> Notice:
        """Verify and parse a webhook. Raises ForgedNotice."""
