"""What Stripe's objects say, in our words. They come as plain dicts: nothing of the stripe package is needed here.

An object's fields: https://docs.stripe.com/api. A field that Stripe leaves out reads as one that is empty.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any

from pooling.models import DisputeState

from .base import (
    ChargeResult,
    DisputeMade,
    Method,
    MethodSeen,
    Notice,
    PaymentMade,
    Progress,
    RefundInBooks,
    RefundMade,
    RefundResult,
    SetupResult,
)

Answer = dict[str, Any]

BRANDS = {
    "american_express": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners_club": "Diners Club",
    "jcb": "JCB",
    "union_pay": "UnionPay",
}
DISPUTES = {
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "appeal_needs_response": DisputeState.NEEDS_RESPONSE,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "warning_needs_response": DisputeState.NEEDS_RESPONSE,
    "warning_under_review": DisputeState.UNDER_REVIEW,
    "warning_closed": DisputeState.CLOSED,
    "prevented": DisputeState.CLOSED,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
REFUNDS = {"succeeded": Progress.SUCCEEDED, "failed": Progress.FAILED, "canceled": Progress.FAILED}


def expanded(value: Any) -> Answer:
    """An object that was asked for in full; empty where there is none, or only its id."""
    return value if isinstance(value, dict) else {}


def setup_result(session: Answer) -> SetupResult:
    """What became of a page for a method. `setup_intent.payment_method` is expanded."""
    if session["status"] == "open":
        return SetupResult(Progress.OPEN)
    intent = expanded(session.get("setup_intent"))
    method = expanded(intent.get("payment_method"))
    if session["status"] == "complete" and intent.get("status") == "processing":
        return SetupResult(Progress.OPEN)
    # A method without a customer was detached since.
    if session["status"] != "complete" or intent.get("status") != "succeeded" or not method.get("customer"):
        return SetupResult(Progress.FAILED)
    return SetupResult(Progress.SUCCEEDED, method_of(method))


def method_of(method: Answer) -> Method:
    """A saved method as people recognise it. A card is good to the last day of its month."""
    kind, customer = method["type"], expanded(method["customer"]).get("id") or method["customer"]
    card = expanded(method.get("card"))
    if kind != "card" or not card:
        return Method(
            method["id"], customer, kind, "TWINT" if kind == "twint" else kind.replace("_", " ").title(), None
        )
    brand = card.get("display_brand") or card.get("brand") or "card"
    label = f"{BRANDS.get(brand, brand.replace('_', ' ').title())} •••• {card['last4']}"
    year, month = card["exp_year"], card["exp_month"]
    return Method(method["id"], customer, kind, label, date(year, month, monthrange(year, month)[1]))


def method_seen(method: Answer, *, mandates: list[Any]) -> MethodSeen:
    """A detached method has no customer, and can't be attached again: https://docs.stripe.com/api/payment_methods/detach.

    TWINT can be charged as long as one of its mandates is active: https://docs.stripe.com/api/mandates.
    """
    states = [mandate["status"] for mandate in map(expanded, mandates) if mandate]
    taken_back = bool(states) and all(state == "inactive" for state in states)
    if not method.get("customer") or taken_back:
        return MethodSeen()
    return MethodSeen(method_of(method))


def page_result(session: Answer) -> ChargeResult:
    """What became of a payment page; `payment_intent` is expanded.

    A completed page counts only once it is paid, some methods take days (https://docs.stripe.com/checkout/fulfillment).
    """
    intent = expanded(session.get("payment_intent"))
    ref = intent.get("id", "")
    if session["status"] == "expired":
        return ChargeResult(Progress.FAILED, ref, failure="expired")
    if intent and session["payment_status"] == "paid":
        return ChargeResult(Progress.SUCCEEDED, ref, intent["amount_received"])
    if session["status"] == "complete" and intent.get("status") in ("requires_payment_method", "canceled"):
        return ChargeResult(Progress.FAILED, ref, failure=failure_of(intent))
    return ChargeResult(Progress.OPEN, ref)


def off_session_result(intent: Answer) -> ChargeResult:
    """What an intent says that nobody sits in front of: one that wants the person has failed.

    https://docs.stripe.com/payments/paymentintents/lifecycle
    """
    if intent["status"] == "succeeded":
        return ChargeResult(Progress.SUCCEEDED, intent["id"], intent["amount_received"])
    if intent["status"] in ("processing", "requires_capture"):
        return ChargeResult(Progress.OPEN, intent["id"])
    return ChargeResult(Progress.FAILED, intent["id"], failure=failure_of(intent))


def failure_of(intent: Answer) -> str:
    """Why an intent brought no money (https://docs.stripe.com/declines/codes)."""
    if intent["status"] == "requires_action":
        return "authentication_required"
    if intent["status"] == "canceled":
        return "canceled"
    return code_of(expanded(intent.get("last_payment_error"))) or str(intent["status"])


def declined_result(error: Answer) -> ChargeResult:
    """A 402, `authentication_required` included: final for this attempt (https://docs.stripe.com/declines/codes)."""
    intent = expanded(error.get("payment_intent"))
    return ChargeResult(Progress.FAILED, intent.get("id", ""), failure=code_of(error) or "card_declined")


def code_of(error: Answer) -> str:
    """The bank's code where Stripe knows it, else Stripe's own."""
    return error.get("decline_code") or error.get("code") or ""


def refund_result(refund: Answer) -> RefundResult:
    """https://docs.stripe.com/refunds#failed-refunds: one that succeeded may fail later."""
    progress = REFUNDS.get(refund["status"], Progress.OPEN)
    failure = refund.get("failure_reason") or refund["status"] if progress == Progress.FAILED else ""
    return RefundResult(progress, refund["id"], failure)


def refund_made(refund: Answer) -> RefundMade:
    """One that is not succeeded yet may still fail."""
    made_for = (refund["metadata"] or {}).get("refund", "")
    return RefundMade(refund["id"], refund["amount"], refund_result(refund).progress, made_for)


def payment_made(intent: Answer) -> PaymentMade | None:
    """None for one that brought no money."""
    if intent["status"] != "succeeded":
        return None
    metadata = intent.get("metadata") or {}
    return PaymentMade(
        ref=intent["id"],
        amount=intent["amount_received"],
        made_at=datetime.fromtimestamp(intent["created"], tz=UTC),
        attempt=metadata.get("attempt", ""),
        pledge=metadata.get("pledge", ""),
    )


def refund_in_books(refund: Answer) -> RefundInBooks:
    intent = refund.get("payment_intent")
    return RefundInBooks(
        made=refund_made(refund),
        intent_ref=expanded(intent).get("id") or intent or "",
        made_at=datetime.fromtimestamp(refund["created"], tz=UTC),
    )


def dispute_made(dispute: Answer) -> DisputeMade:
    """https://docs.stripe.com/api/disputes/object: what Stripe withdrew and gave back stands in its balance
    transactions, without its fee. A status that is new to us needs a look, as one that waits for an answer does.
    """
    status, intent = dispute["status"], dispute.get("payment_intent")
    moved = [transaction["amount"] for transaction in dispute.get("balance_transactions") or []]
    due_by = expanded(dispute.get("evidence_details")).get("due_by")
    return DisputeMade(
        ref=dispute["id"],
        intent_ref=expanded(intent).get("id") or intent or "",
        amount=dispute["amount"],
        state=DISPUTES.get(status, DisputeState.NEEDS_RESPONSE),
        is_inquiry=status.startswith("warning_") or status == "prevented",
        reason=dispute["reason"],
        opened_at=datetime.fromtimestamp(dispute["created"], tz=UTC),
        due_by=datetime.fromtimestamp(due_by, tz=UTC) if due_by else None,
        withdrawn=-sum(amount for amount in moved if amount < 0),
        reinstated=sum(amount for amount in moved if amount > 0),
        movements=len(moved),
    )


def notice_of(event: Answer) -> Notice:
    """Which of our rows a webhook may be about. A setup intent doesn't name its page; the page's own event follows."""
    ref, kind, about = event["id"], event["type"], event["data"]["object"]
    match about.get("object"):
        case "checkout.session":
            return Notice(ref, kind, page_ref=about["id"])
        case "payment_intent":
            return Notice(ref, kind, intent_ref=about["id"])
        case "payment_method":
            return Notice(ref, kind, method_ref=about["id"])
        case "mandate":
            method = about.get("payment_method")
            return Notice(ref, kind, method_ref=expanded(method).get("id") or method or "")
        case "refund":
            return Notice(ref, kind, refund_ref=about["id"])
        case "dispute":
            return Notice(ref, kind, intent_ref=about.get("payment_intent") or "", dispute_ref=about["id"])
        case "charge":
            return Notice(ref, kind, intent_ref=about.get("payment_intent") or "")
    return Notice(ref, kind)
