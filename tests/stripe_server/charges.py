"""Charges: https://docs.stripe.com/api/charges. Money moves in `settle`, and nowhere else."""

import copy
from typing import Any

from .errors import StripeError, card_error
from .listing import listing
from .methods import attach
from .routes import operation
from .world import Object, Params, World, random_text


@operation("GET", "/v1/charges", "ChargeListParams")
def list_charges(world: World, params: Params) -> Object:
    customer, intent = params.get("customer"), params.get("payment_intent")
    return listing(world, world.all("charge"), params, "/v1/charges", customer=customer, payment_intent=intent)


@operation("GET", "/v1/charges/{charge}", "ChargeRetrieveParams")
def retrieve_charge(world: World, params: Params, charge: str) -> Object:
    return world.get(charge, "charge", "id")


def settle(world: World, intent: Object, method: Object) -> None:
    """Charge the payment method; raises the card error if it is declined."""
    decline = world.behaviours[method["id"]].decline
    if decline:
        raise fail(world, intent, method, decline)
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        next_action=None,
        last_payment_error=None,
        payment_method=method["id"],
    )
    charge = add_charge(world, intent, method)
    if intent["setup_future_usage"] and intent["customer"] and not method["customer"]:
        attach(world, method, intent["customer"])
        world.behaviours[method["id"]].setup_done = True
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def fail(world: World, intent: Object, method: Object, decline: str) -> StripeError:
    """Record a declined charge on the intent; returns the error to raise."""
    error = card_error(decline)
    charge = add_charge(world, intent, method, failure=error.error)
    error.error["charge"] = charge["id"]
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error={**error.error, "payment_method": copy.deepcopy(method)},
    )
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    error.error.update(payment_intent=copy.deepcopy(intent), payment_method=copy.deepcopy(method))
    return error


def add_charge(world: World, intent: Object, method: Object, failure: dict[str, Any] | None = None) -> Object:
    kind = method["type"]
    shared = ("currency", "customer", "description", "receipt_email")
    texts = ("statement_descriptor", "statement_descriptor_suffix")
    charge = world.add(
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        billing_details=method["billing_details"],
        disputed=False,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: copy.deepcopy(method[kind])},
        refunded=False,
        **{name: intent[name] for name in (*shared, *texts)},
        **(failed_fields(failure) if failure else succeeded_fields(intent)),
    )
    intent["latest_charge"] = charge["id"]
    return charge


def succeeded_fields(intent: Object) -> Params:
    return {
        "amount_captured": intent["amount"],
        "balance_transaction": f"txn_{random_text(24)}",
        "calculated_statement_descriptor": "STRIPE STAND-IN",
        "captured": True,
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "status": "succeeded",
    }


def failed_fields(failure: dict[str, Any]) -> Params:
    return {
        "amount_captured": 0,
        "captured": False,
        "failure_code": failure["code"],
        "failure_message": failure["message"],
        "outcome": {
            "network_status": "declined_by_network",
            "reason": failure.get("decline_code"),
            "risk_level": "normal",
            "seller_message": "Declined.",
            "type": "issuer_declined",
        },
        "paid": False,
        "status": "failed",
    }
