"""Payments by Stripe: hosted Checkout where a person acts, an off-session PaymentIntent where they agreed before (STRIPE.md).

The only module that imports stripe. Nothing of Stripe's goes inward: its objects end here, its errors become those of `base`.
Documentation: https://docs.stripe.com/api, version as in the package.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import stripe
import structlog
from django.conf import settings

from .base import (
    ChargeRequest,
    ChargeResult,
    CustomerRequest,
    ForgedNotice,
    Method,
    Notice,
    OutcomeUnknown,
    Page,
    Parameters,
    PaymentPageRequest,
    Progress,
    RefundRequest,
    RefundResult,
    RequestRefused,
    SetupRequest,
    SetupResult,
)

if TYPE_CHECKING:
    from stripe.checkout import Session
    from stripe.params import PaymentIntentCreateParams, RefundCreateParams
    from stripe.params.checkout import SessionCreateParams

Kind = Literal["card", "twint"]

CURRENCY = "chf"
RETRIES = 2  # by the package, with the same key: after a lost connection, 409 and 5xx, never after 429
TOLERANCE = 300  # seconds that a webhook may be old: https://docs.stripe.com/webhooks#replay-attacks
TWINT_MOST = 500_000  # Rappen a payment: https://docs.stripe.com/payments/twint
CLOCKS = timedelta(hours=1)  # by so much may our clock and Stripe's differ when its books are searched
NAME_MOST = 250  # characters of a line item's name
PAGE_SIZE = 100  # of a list, the most there is
BRANDS = {
    "american_express": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners_club": "Diners Club",
    "jcb": "JCB",
    "union_pay": "UnionPay",
}

log = structlog.get_logger(__name__)


class Stripe:
    """See PaymentProvider for what each method means."""

    name = "stripe"

    def create_customer(self, request: CustomerRequest) -> str:
        params: stripe.params.CustomerCreateParams = {
            "name": request.name,
            "preferred_locales": [request.language],
            "metadata": {"organisation": request.organisation},
        }
        with asking():
            try:
                return client().v1.customers.create(params, {"idempotency_key": request.key}).id
            except stripe.StripeError as error:
                if not is_stuck(error):
                    raise
                # This key will answer nothing else for a day. A customer too many does no harm, so ask under another one.
                return client().v1.customers.create(params).id

    def setup_parameters(self, request: SetupRequest) -> Parameters:
        kinds: list[Kind] = ["card", "twint"] if settings.STRIPE_TWINT_SAVING else ["card"]
        metadata = {"pledge": request.pledge}
        params = page_parameters(request, metadata, kinds)
        params["mode"] = "setup"
        params["currency"] = CURRENCY
        params["setup_intent_data"] = {"metadata": {**metadata}}
        return in_order(params)

    def open_setup_page(self, *, key: str, parameters: Parameters) -> Page:
        return open_page(key, parameters)

    def look_at_setup(self, page_ref: str) -> SetupResult:
        with asking():
            session = client().v1.checkout.sessions.retrieve(page_ref, {"expand": ["setup_intent.payment_method"]})
        intent = session.setup_intent
        if session.status == "open":
            return SetupResult(Progress.OPEN)
        if session.status != "complete" or not isinstance(intent, stripe.SetupIntent):
            return SetupResult(Progress.FAILED)
        if intent.status == "processing":
            return SetupResult(Progress.OPEN)
        method = intent.payment_method
        if intent.status != "succeeded" or not isinstance(method, stripe.PaymentMethod) or not method.customer:
            return SetupResult(Progress.FAILED)  # one without a customer was detached since
        return SetupResult(Progress.SUCCEEDED, method_of(method))

    def close_setup_page(self, page_ref: str) -> None:
        expire(page_ref)

    def charge_parameters(self, request: ChargeRequest) -> Parameters:
        params: PaymentIntentCreateParams = {
            "amount": request.amount,
            "currency": CURRENCY,
            "customer": request.customer_ref,
            "payment_method": request.method_ref,
            "allowed_payment_method_types": [cast("Kind", request.method_kind)],
            "confirm": True,
            "off_session": True,
            "description": request.description,
            "metadata": {"pledge": request.pledge, "attempt": request.attempt},
        }
        if suffix := statement_suffix(request.description):
            params["statement_descriptor_suffix"] = suffix
        return in_order(params)

    def charge(self, *, key: str, parameters: Parameters) -> ChargeResult:
        params = cast("PaymentIntentCreateParams", in_order(parameters))
        with asking():
            try:
                intent = client().v1.payment_intents.create(params, {"idempotency_key": key})
            except stripe.CardError as declined:
                return declined_result(declined)
        return off_session_result(intent)

    def look_at_intent(self, intent_ref: str) -> ChargeResult:
        with asking():
            return off_session_result(client().v1.payment_intents.retrieve(intent_ref))

    def find_charge(self, *, key: str, parameters: Parameters, since: datetime) -> ChargeResult | None:
        # Stripe's search lags behind, its lists do not (STRIPE.md, "How we talk to it").
        first = int((since - CLOCKS).timestamp())
        with asking():
            listed = client().v1.payment_intents.list(
                {"customer": parameters["customer"], "created": {"gte": first}, "limit": PAGE_SIZE}
            )
            found = [
                off_session_result(intent)
                for intent in listed.auto_paging_iter()
                if intent.metadata.to_dict().get("attempt") == key
            ]
        ranks = [Progress.SUCCEEDED, Progress.OPEN, Progress.FAILED]
        return min(found, key=lambda result: ranks.index(result.progress), default=None)

    def payment_page_parameters(self, request: PaymentPageRequest) -> Parameters:
        kinds: list[Kind] = ["card", "twint"] if request.amount <= TWINT_MOST else ["card"]
        metadata = {"pledge": request.pledge, "attempt": request.attempt}
        params = page_parameters(request, metadata, kinds)
        params["mode"] = "payment"
        params["line_items"] = [
            {
                "quantity": 1,
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": request.amount,
                    "product_data": {"name": request.description[:NAME_MOST]},
                },
            }
        ]
        params["payment_intent_data"] = {"description": request.description, "metadata": {**metadata}}
        if suffix := statement_suffix(request.description):
            params["payment_intent_data"]["statement_descriptor_suffix"] = suffix
        return in_order(params)

    def open_payment_page(self, *, key: str, parameters: Parameters) -> Page:
        return open_page(key, parameters)

    def look_at_payment_page(self, page_ref: str) -> ChargeResult:
        with asking():
            session = client().v1.checkout.sessions.retrieve(page_ref, {"expand": ["payment_intent"]})
        return page_result(session)

    def close_payment_page(self, page_ref: str) -> ChargeResult:
        expire(page_ref)
        return self.look_at_payment_page(page_ref)

    def abandon_intent(self, intent_ref: str) -> ChargeResult:
        try:
            result = self.look_at_intent(intent_ref)
        except RequestRefused as refusal:
            if refusal.code != "resource_missing":
                raise
            return ChargeResult(Progress.FAILED, intent_ref, failure=refusal.code)
        if result.progress != Progress.FAILED or result.failure == "canceled":
            return result
        try:
            with asking():
                return off_session_result(client().v1.payment_intents.cancel(intent_ref))
        except RequestRefused:
            # It moved between the two calls. What it is now decides; one that still waits for a method was not given up.
            result = self.look_at_intent(intent_ref)
            if result.progress == Progress.FAILED and result.failure != "canceled":
                raise
            return result

    def refund_parameters(self, request: RefundRequest) -> Parameters:
        params: RefundCreateParams = {
            "payment_intent": request.intent_ref,
            "amount": request.amount,
            "metadata": {"refund": request.refund, "pledge": request.pledge},
        }
        return in_order(params)

    def refund(self, *, key: str, parameters: Parameters) -> RefundResult:
        params = cast("RefundCreateParams", in_order(parameters))
        with asking():
            return refund_result(client().v1.refunds.create(params, {"idempotency_key": key}))

    def find_refund(self, *, parameters: Parameters) -> RefundResult | None:
        with asking():
            for refund in (
                client()
                .v1.refunds.list({"payment_intent": parameters["payment_intent"], "limit": PAGE_SIZE})
                .auto_paging_iter()
            ):
                if refund.metadata and refund.metadata.to_dict().get("refund") == parameters["metadata"]["refund"]:
                    return refund_result(refund)
        return None

    def look_at_refund(self, refund_ref: str) -> RefundResult:
        with asking():
            return refund_result(client().v1.refunds.retrieve(refund_ref))

    def release_method(self, method_ref: str) -> None:
        try:
            with asking():
                client().v1.payment_methods.detach(method_ref)
        except RequestRefused as refusal:
            # Gone already: detached before, or with its customer.
            log.info("a payment method was not there to be detached", method=method_ref, code=refusal.code)

    def read_notice(self, *, body: bytes, signature: str) -> Notice:
        try:
            event = client().construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
            return notice_of(event.id, event.type, event.data.object)
        except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError, KeyError) as error:
            # The package checks the signature before it reads: what else it raises, a body or header caused that is none.
            raise ForgedNotice(type(error).__name__) from error


def client() -> stripe.StripeClient:
    """The client for the settings as they are now."""
    return made_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT)


@lru_cache(maxsize=4)
def made_client(key: str, base: str, timeout: float) -> stripe.StripeClient:
    """It keeps its connections, one per thread."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@contextmanager
def asking() -> Iterator[None]:
    """Around each call: what the package raises becomes OutcomeUnknown or RequestRefused (https://docs.stripe.com/error-low-level)."""
    try:
        yield
    except stripe.StripeError as error:
        if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
            # The key is wrong: the operator's mistake, from which nobody's payment may fail. It waits until that is put right.
            log.error(
                "Stripe does not accept STRIPE_SECRET_KEY, or it may not do this",
                status=error.http_status,
                reason=error.user_message,
            )
        if error.http_status in (400, 402, 404) and not isinstance(error, stripe.RateLimitError):
            raise RequestRefused(details_of(error).get("code") or details_of(error).get("type") or "refused") from error
        raise OutcomeUnknown(type(error).__name__) from error


def details_of(error: stripe.StripeError) -> dict[str, Any]:
    """The `error` of Stripe's answer."""
    body = cast("dict[str, Any]", error.json_body) if isinstance(error.json_body, dict) else {}
    return body.get("error") or {}


def is_stuck(error: stripe.StripeError) -> bool:
    """Whether Stripe keeps this failure under the key and will answer it again for a day (https://docs.stripe.com/api/idempotent_requests)."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return (error.http_status or 0) >= 500 and headers.get("idempotent-replayed") == "true"


def in_order(parameters: Mapping[str, Any]) -> Parameters:
    """The same parameters in one order: PostgreSQL gives JSON back in its own, and what is sent again has to be the same bytes."""
    return {name: in_order(value) if isinstance(value, dict) else value for name, value in sorted(parameters.items())}


def page_parameters(
    request: SetupRequest | PaymentPageRequest, metadata: dict[str, str], kinds: list[Kind]
) -> SessionCreateParams:
    """What both kinds of page have in common."""
    return {
        "allowed_payment_method_types": [*kinds],
        "customer": request.customer_ref,
        "locale": request.language,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "metadata": {**metadata},
    }


def open_page(key: str, parameters: Parameters) -> Page:
    """A Checkout page. One whose answer Stripe lost for good is refused: nobody knows its address, another one can be opened."""
    params = cast("SessionCreateParams", in_order(parameters))
    with asking():
        try:
            session = client().v1.checkout.sessions.create(params, {"idempotency_key": key})
        except stripe.StripeError as error:
            if is_stuck(error):
                raise RequestRefused("answer_lost") from error
            raise
    return Page(session.id, session.url or "")


def expire(page_ref: str) -> None:
    """Nobody can finish the page from now on. Raises RequestRefused if it is open all the same."""
    try:
        with asking():
            client().v1.checkout.sessions.expire(page_ref)
    except RequestRefused:
        with asking():
            if client().v1.checkout.sessions.retrieve(page_ref).status == "open":
                raise


def page_result(session: Session) -> ChargeResult:
    """A completed page counts only once it is paid: some methods take days (https://docs.stripe.com/checkout/fulfillment)."""
    intent = session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    ref = intent.id if intent else ""
    if session.status == "expired":
        return ChargeResult(Progress.FAILED, ref, failure="expired")
    if intent and session.payment_status == "paid":
        return ChargeResult(Progress.SUCCEEDED, ref, intent.amount_received)
    if intent and session.status == "complete" and intent.status in ("requires_payment_method", "canceled"):
        return ChargeResult(Progress.FAILED, ref, failure=failure_of(intent))
    return ChargeResult(Progress.OPEN, ref)


def off_session_result(intent: stripe.PaymentIntent) -> ChargeResult:
    """What an intent says that nobody sits in front of (https://docs.stripe.com/payments/paymentintents/lifecycle)."""
    if intent.status == "succeeded":
        return ChargeResult(Progress.SUCCEEDED, intent.id, intent.amount_received)
    if intent.status in ("processing", "requires_capture"):
        return ChargeResult(Progress.OPEN, intent.id)
    return ChargeResult(Progress.FAILED, intent.id, failure=failure_of(intent))


def failure_of(intent: stripe.PaymentIntent) -> str:
    """Why an intent brought no money."""
    if intent.status == "requires_action":
        return "authentication_required"
    error = intent.last_payment_error
    if intent.status == "canceled" or error is None:
        return intent.status
    return error.to_dict().get("decline_code") or error.to_dict().get("code") or intent.status


def declined_result(error: stripe.CardError) -> ChargeResult:
    """A 402, authentication_required included: final for this attempt (https://docs.stripe.com/declines/codes)."""
    details = details_of(error)
    intent = details.get("payment_intent") or {}
    return ChargeResult(
        Progress.FAILED,
        intent.get("id", ""),
        failure=details.get("decline_code") or details.get("code") or "card_declined",
    )


def refund_result(refund: stripe.Refund) -> RefundResult:
    """https://docs.stripe.com/refunds: one that succeeded may fail later."""
    progress = {"succeeded": Progress.SUCCEEDED, "failed": Progress.FAILED, "canceled": Progress.FAILED}.get(
        refund.status or "", Progress.OPEN
    )
    failure = refund.to_dict().get("failure_reason") or refund.status or ""
    return RefundResult(progress, refund.id, failure=failure if progress == Progress.FAILED else "")


def method_of(method: stripe.PaymentMethod) -> Method:
    """A saved method as people recognise it."""
    customer = method.customer if isinstance(method.customer, str) else method.customer.id if method.customer else ""
    if method.type != "card" or method.card is None:
        return Method(
            method.id,
            customer,
            method.type,
            method.type.upper() if method.type == "twint" else method.type.title(),
            None,
        )
    brand = method.card.display_brand or method.card.brand
    last_day = monthrange(method.card.exp_year, method.card.exp_month)[1]
    label = f"{BRANDS.get(brand, brand.replace('_', ' ').title())} •••• {method.card.last4}"
    return Method(method.id, customer, "card", label, date(method.card.exp_year, method.card.exp_month, last_day))


def notice_of(ref: str, kind: str, about: Any) -> Notice:
    """Which of our rows a webhook may be about. A setup intent does not name its page; the page's own event follows."""
    fields = dict(about)
    match fields.get("object"):
        case "checkout.session":
            return Notice(ref, kind, page_ref=fields["id"])
        case "payment_intent":
            return Notice(ref, kind, intent_ref=fields["id"])
        case "refund":
            return Notice(ref, kind, refund_ref=fields["id"])
        case "charge" | "dispute":
            return Notice(ref, kind, intent_ref=fields.get("payment_intent") or "")
    return Notice(ref, kind)


def statement_suffix(title: str) -> str:
    """Words for the card statement: 5 to 12 plain Latin characters of the title, a letter among them, or nothing where that can't be.

    https://docs.stripe.com/get-started/account/statement-descriptors: 22 characters with the account's own prefix.
    """
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.,&/-]+", " ", latin)[:12].strip(" .,&/-")
    return words.upper() if len(words) >= 5 and re.search("[A-Za-z]", words) else ""


def make() -> Stripe:
    return Stripe()
