"""Stripe's test payment methods and what they do: https://docs.stripe.com/testing."""

from dataclasses import dataclass, replace

OFFERED = ("card", "twint")  # what this account has enabled in its Dashboard


@dataclass
class Behaviour:
    """How a payment method behaves when it is saved or charged.

    `auth` says when the bank asks its holder: always, unless_setup (not once it was saved with a challenge) or
    on_session. `attach` is False for cards that cannot even be saved.
    """

    decline: str | None = None
    auth: str | None = None
    attach: bool = True
    setup_done: bool = False
    detached: bool = False

    def copy(self) -> "Behaviour":
        return replace(self)


@dataclass(frozen=True)
class Card:
    number: str
    brand: str
    behaviour: Behaviour


def good(number: str, brand: str = "visa") -> Card:
    return Card(number, brand, Behaviour())


def declined(number: str, decline: str, *, attach: bool = False) -> Card:
    return Card(number, "visa", Behaviour(decline=decline, attach=attach))


def asking(number: str, auth: str, decline: str | None = None) -> Card:
    return Card(number, "visa", Behaviour(auth=auth, decline=decline))


CARDS = {
    "pm_card_visa": good("4242424242424242"),
    "pm_card_mastercard": good("5555555555554444", "mastercard"),
    "pm_card_ch": good("4000007560000009"),
    "pm_card_chargeDeclined": declined("4000000000000002", "generic_decline"),
    "pm_card_visa_chargeDeclined": declined("4000000000000002", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": declined("4000000000009995", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": declined("4000000000009987", "lost_card"),
    "pm_card_chargeDeclinedExpiredCard": declined("4000000000000069", "expired_card"),
    "pm_card_chargeDeclinedProcessingError": declined("4000000000000119", "processing_error"),
    "pm_card_chargeCustomerFail": declined("4000000000000341", "generic_decline", attach=True),
    "pm_card_authenticationRequired": asking("4000002760003184", "always"),
    "pm_card_authenticationRequiredOnSetup": asking("4000002500003155", "unless_setup"),
    "pm_card_authenticationRequiredSetupForOffSession": asking("4000003800000446", "on_session"),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": asking(
        "4000008260003178", "unless_setup", "insufficient_funds"
    ),
}
TWINT = "pm_twint"
TWINT_NAMES = (TWINT, "twint")
DECLINED_CARD = "pm_card_chargeDeclined"
GOOD_CARD = "pm_card_visa"


def card_numbered(number: str) -> Card | None:
    return next((card for card in CARDS.values() if card.number == number), None)
