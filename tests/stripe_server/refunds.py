"""Refunds: https://docs.stripe.com/api/refunds."""

from .disputes import check_undisputed
from .errors import refuse
from .listing import listing
from .routes import operation
from .world import DAY, Object, Params, World, random_text

TWINT_DAYS = 180  # https://docs.stripe.com/payments/twint


@operation("POST", "/v1/refunds", "RefundCreateParams")
def create_refund(world: World, params: Params) -> Object:
    charge = charge_to_refund(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    check_refundable(world, charge, amount, left)
    refund = world.add(
        "refund",
        amount=amount,
        balance_transaction=f"txn_{random_text(24)}",
        charge=charge["id"],
        currency=charge["currency"],
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    world.set_metadata(refund, params.get("metadata"))
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    return refund


def charge_to_refund(world: World, params: Params) -> Object:
    if params.get("charge"):
        charge = world.get(params["charge"], "charge", "id")
    elif params.get("payment_intent"):
        intent = world.get(params["payment_intent"], "payment_intent", "payment_intent")
        if intent["status"] != "succeeded":
            refuse(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
            )
        charge = world.objects[intent["latest_charge"]]
    else:
        refuse(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if charge["status"] != "succeeded":
        refuse("This charge did not succeed, so it cannot be refunded.")
    return charge


def check_refundable(world: World, charge: Object, amount: int, left: int) -> None:
    check_undisputed(world, charge)
    if left == 0:
        refuse(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        refuse(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    too_old = world.now() - charge["created"] > TWINT_DAYS * DAY
    if charge["payment_method_details"]["type"] == "twint" and too_old:
        refuse(f"TWINT charges can only be refunded within {TWINT_DAYS} days.", code="charge_not_refundable")


@operation("GET", "/v1/refunds", "RefundListParams")
def list_refunds(world: World, params: Params) -> Object:
    charge, intent = params.get("charge"), params.get("payment_intent")
    return listing(world, world.all("refund"), params, "/v1/refunds", charge=charge, payment_intent=intent)


@operation("GET", "/v1/refunds/{refund}", "RefundRetrieveParams")
def retrieve_refund(world: World, params: Params, refund: str) -> Object:
    return world.get(refund, "refund", "id")


@operation("POST", "/v1/refunds/{refund}", "RefundUpdateParams")
def update_refund(world: World, params: Params, refund: str) -> Object:
    found = world.get(refund, "refund", "id")
    world.update(found, params)
    world.emit("refund.updated", found)
    return found
