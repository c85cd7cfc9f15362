"""Payments by Stripe: hosted Checkout where a person acts, an off-session PaymentIntent where they agreed before.

See STRIPE.md. The only module that imports stripe: its objects end here, its errors become those of `base`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import stripe
import structlog
from django.conf import settings

from pooling.models import TWINT_MOST

from . import stripe_answers as answers
from .base import (
    Books,
    ChargeRequest,
    ChargeResult,
    CustomerRequest,
    DisputeMade,
    ForgedNotice,
    MethodSeen,
    Notice,
    OutcomeUnknown,
    Page,
    Parameters,
    PaymentPageRequest,
    Progress,
    RefundMade,
    RefundRequest,
    RefundResult,
    RequestRefused,
    SetupRequest,
    SetupResult,
)
from .pace import Pace

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams, PaymentIntentCreateParams, RefundCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsPaymentIntentData

Kind = Literal["card", "twint"]

CURRENCY = "chf"
RETRIES = 2  # by the package, with the same key: after a lost connection, 409 and 5xx, never after 429
TOLERANCE = 300  # seconds that a webhook may be old: https://docs.stripe.com/webhooks#replay-attacks
CLOCKS = timedelta(hours=1)  # by so much may our clock and Stripe's differ when its books are searched
NAME_MOST = 250  # characters of a line item's name
PAGE_SIZE = 100  # of a list, the most there is

PACE = Pace()  # https://docs.stripe.com/rate-limits

log = structlog.get_logger(__name__)


class Stripe:
    """See PaymentProvider for what each method means."""

    name = "stripe"
    refund_notices = frozenset({"charge.refunded"})
    dispute_notices = frozenset(
        f"charge.dispute.{what}" for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
    )
    disputed = "charge_disputed"

    def create_customer(self, request: CustomerRequest) -> str:
        params: CustomerCreateParams = {
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
                # Under this key there is no other answer for a day. A customer too many does no harm: take another key.
                return client().v1.customers.create(params).id

    def setup_parameters(self, request: SetupRequest) -> Parameters:
        kinds: list[Kind] = ["card"]
        if settings.STRIPE_TWINT_SAVING and request.most <= TWINT_MOST:
            kinds = ["card", "twint"]
        metadata = {"organisation": request.organisation}
        if request.pledge:
            metadata["pledge"] = request.pledge
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
        return answers.setup_result(session.to_dict())

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
                return answers.declined_result(details_of(declined))
        return answers.off_session_result(intent.to_dict())

    def look_at_intent(self, intent_ref: str) -> ChargeResult:
        with asking():
            intent = client().v1.payment_intents.retrieve(intent_ref)
        return answers.off_session_result(intent.to_dict())

    def find_charge(self, *, key: str, parameters: Parameters, since: datetime) -> ChargeResult | None:
        # Stripe's search lags behind, its lists do not (STRIPE.md, "How we talk to it").
        first = int((since - CLOCKS).timestamp())
        customer = parameters["customer"]
        with asking():
            listed = client().v1.payment_intents.list(
                {"customer": customer, "created": {"gte": first}, "limit": PAGE_SIZE}
            )
            intents = [intent.to_dict() for intent in listed.auto_paging_iter()]
        found = [answers.off_session_result(i) for i in intents if i["metadata"].get("attempt") == key]
        best_first = (Progress.SUCCEEDED, Progress.OPEN, Progress.FAILED)
        return min(found, key=lambda result: best_first.index(result.progress), default=None)

    def payment_page_parameters(self, request: PaymentPageRequest) -> Parameters:
        kinds: list[Kind] = ["card", "twint"] if request.amount <= TWINT_MOST else ["card"]
        metadata = {"pledge": request.pledge, "attempt": request.attempt}
        intent: SessionCreateParamsPaymentIntentData = {"description": request.description, "metadata": {**metadata}}
        if suffix := statement_suffix(request.description):
            intent["statement_descriptor_suffix"] = suffix
        params = page_parameters(request, metadata, kinds)
        params["mode"] = "payment"
        params["payment_intent_data"] = intent
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
        return in_order(params)

    def open_payment_page(self, *, key: str, parameters: Parameters) -> Page:
        return open_page(key, parameters)

    def look_at_payment_page(self, page_ref: str) -> ChargeResult:
        with asking():
            session = client().v1.checkout.sessions.retrieve(page_ref, {"expand": ["payment_intent"]})
        return answers.page_result(session.to_dict())

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
                intent = client().v1.payment_intents.cancel(intent_ref)
            return answers.off_session_result(intent.to_dict())
        except RequestRefused:
            # It moved between the two calls: what it is now decides. One that still waits for a method is not given up.
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
            refund = client().v1.refunds.create(params, {"idempotency_key": key})
        return answers.refund_result(refund.to_dict())

    def find_refund(self, *, parameters: Parameters) -> RefundResult | None:
        wanted, refunds = parameters["metadata"]["refund"], list_refunds(parameters["payment_intent"])
        found = (refund for refund in refunds if (refund["metadata"] or {}).get("refund") == wanted)
        return next(map(answers.refund_result, found), None)

    def refunds_of(self, intent_ref: str) -> list[RefundMade]:
        return [answers.refund_made(refund) for refund in list_refunds(intent_ref)]

    def look_at_refund(self, refund_ref: str) -> RefundResult:
        with asking():
            refund = client().v1.refunds.retrieve(refund_ref)
        return answers.refund_result(refund.to_dict())

    def look_at_dispute(self, dispute_ref: str) -> DisputeMade:
        with asking():
            dispute = client().v1.disputes.retrieve(dispute_ref)
        return answers.dispute_made(dispute.to_dict())

    def disputes_of(self, intent_ref: str) -> list[DisputeMade]:
        with asking():
            listed = client().v1.disputes.list({"payment_intent": intent_ref, "limit": PAGE_SIZE})
            return [answers.dispute_made(dispute.to_dict()) for dispute in listed.auto_paging_iter()]

    def look_at_method(self, method_ref: str) -> MethodSeen:
        try:
            with asking():
                method = client().v1.payment_methods.retrieve(method_ref).to_dict()
        except RequestRefused as refusal:
            if refusal.code != "resource_missing":
                raise
            return MethodSeen()
        if method["type"] != "twint":
            return answers.method_seen(method, mandates=[])
        with asking():
            listed = client().v1.setup_intents.list({"payment_method": method_ref, "expand": ["data.mandate"]})
        return answers.method_seen(method, mandates=[intent.to_dict().get("mandate") for intent in listed.data])

    def release_method(self, method_ref: str) -> None:
        try:
            with asking():
                client().v1.payment_methods.detach(method_ref)
        except RequestRefused as refusal:
            # Gone already: detached before, or with its customer.
            log.info("a payment method was not there to be detached", method=method_ref, code=refusal.code)

    def has_books(self) -> bool:
        return bool(settings.STRIPE_SECRET_KEY)

    def undelivered(self, *, since: datetime) -> list[Notice]:
        with asking():
            listed = client().v1.events.list(
                {"delivery_success": False, "created": {"gte": int(since.timestamp())}, "limit": PAGE_SIZE}
            )
            events = [event.to_dict() for event in listed.auto_paging_iter()]
        return [answers.notice_of(event) for event in reversed(events)]

    def books(self, *, since: datetime, until: datetime) -> Books:
        first, last = int(since.timestamp()), int(until.timestamp())
        with asking():
            v1 = client().v1
            intents = v1.payment_intents.list({"created": {"gte": first, "lte": last}, "limit": PAGE_SIZE})
            payments = [answers.payment_made(intent.to_dict()) for intent in intents.auto_paging_iter()]
            refunds = v1.refunds.list({"created": {"gte": first, "lte": last}, "limit": PAGE_SIZE})
            sent_back = [answers.refund_in_books(refund.to_dict()) for refund in refunds.auto_paging_iter()]
            disputes = v1.disputes.list({"created": {"gte": first, "lte": last}, "limit": PAGE_SIZE})
            disputed = [answers.dispute_made(dispute.to_dict()) for dispute in disputes.auto_paging_iter()]
        return Books(since, until, [made for made in payments if made], sent_back, disputed)

    def read_notice(self, *, body: bytes, signature: str) -> Notice:
        try:
            event = client().construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
            return answers.notice_of(event.to_dict())
        except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError, KeyError) as error:
            # Besides a wrong signature: a header or a body that isn't what it should be. Nothing was believed yet.
            raise ForgedNotice(type(error).__name__) from error


def list_refunds(intent_ref: str) -> list[dict[str, Any]]:
    """Of one payment, the last one first."""
    with asking():
        listed = client().v1.refunds.list({"payment_intent": intent_ref, "limit": PAGE_SIZE})
        return [refund.to_dict() for refund in listed.auto_paging_iter()]


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
    """Around each call: what the package raises becomes OutcomeUnknown or RequestRefused.

    https://docs.stripe.com/error-low-level
    """
    PACE.wait(settings.STRIPE_CALLS_PER_SECOND)
    try:
        yield
    except stripe.StripeError as error:
        if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
            # The operator's mistake, from which nobody's payment may fail: it waits until that is put right.
            log.error(  # noqa: TRY400  # one sentence for the operator, no traceback of ours
                "Stripe does not accept STRIPE_SECRET_KEY, or the key may not do this",
                status=error.http_status,
                reason=error.user_message,
            )
        if error.http_status in (400, 402, 404) and not isinstance(error, stripe.RateLimitError):
            details = details_of(error)
            raise RequestRefused(details.get("code") or details.get("type") or "refused") from error
        raise OutcomeUnknown(type(error).__name__) from error


def details_of(error: stripe.StripeError) -> dict[str, Any]:
    """The `error` of Stripe's answer."""
    body = cast("dict[str, Any]", error.json_body) if isinstance(error.json_body, dict) else {}
    return body.get("error") or {}


def is_stuck(error: stripe.StripeError) -> bool:
    """Whether Stripe keeps this failure under its key, and will answer it again for a day.

    https://docs.stripe.com/api/idempotent_requests
    """
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return (error.http_status or 0) >= 500 and headers.get("idempotent-replayed") == "true"


def in_order(parameters: Mapping[str, Any]) -> Parameters:
    """The same in one order: PostgreSQL gives JSON back in its own, and what is sent again has to be the same bytes."""
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
    """A Checkout page. One whose answer Stripe lost for good is refused: nobody knows its address, so open another."""
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
            session = client().v1.checkout.sessions.retrieve(page_ref)
        if session.status == "open":
            raise


def statement_suffix(title: str) -> str:
    """Words for the card statement: 5 to 12 plain Latin characters of the title, a letter among them; or nothing.

    https://docs.stripe.com/get-started/account/statement-descriptors: 22 characters with the account's own prefix.
    """
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.,&/-]+", " ", latin)[:12].strip(" .,&/-")
    return words.upper() if len(words) >= 5 and re.search("[A-Za-z]", words) else ""


def make() -> Stripe:
    return Stripe()
