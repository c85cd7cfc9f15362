"""Stripe's error answers, as exceptions."""

from typing import Any, NoReturn

OWN_CODES = {"authentication_required", "expired_card", "processing_error", "incorrect_cvc"}
CARD_MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


class StripeError(Exception):
    """What Stripe answers instead of a result: an HTTP status and an `error` body."""

    def __init__(self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **details: Any) -> None:
        super().__init__(message)
        self.status = status
        error = {"type": kind, "message": message, **details}
        self.error = {name: value for name, value in error.items() if value is not None}
        if "code" in self.error:
            self.error["doc_url"] = "https://docs.stripe.com/error-codes#" + self.error["code"].replace("_", "-")

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def refuse(message: str, *, status: int = 400, kind: str = "invalid_request_error", **details: Any) -> NoReturn:
    """Raise a StripeError; `details` are param, code, decline_code and objects that belong to the error."""
    raise StripeError(message, status=status, kind=kind, **details)


def missing(param: str, shown: str | None = None) -> NoReturn:
    """Refuse a request that lacks `param`; `shown` is its name in the message where Stripe words it differently."""
    refuse(f"Missing required param: {shown or param}.", param=param, code="parameter_missing")


def card_error(decline: str) -> StripeError:
    """A 402. A few declines are error codes themselves, the others are card_declined with a decline_code."""
    return StripeError(
        CARD_MESSAGES.get(decline, "Your card was declined."),
        status=402,
        kind="card_error",
        code=decline if decline in OWN_CODES else "card_declined",
        decline_code=decline,
    )
