"""Payment methods: https://docs.stripe.com/api/payment_methods."""

import hashlib

from .cards import CARDS, OFFERED, TWINT_NAMES, Behaviour, Card, card_numbered
from .errors import card_error, missing, refuse
from .listing import listing
from .routes import operation
from .world import Object, Params, World


@operation("POST", "/v1/payment_methods", "PaymentMethodCreateParams")
def create_method(world: World, params: Params) -> Object:
    if "type" not in params:
        missing("type")
    kind = params["type"]
    if kind not in OFFERED:
        refuse(f"The payment method type {kind} is not enabled.", param="type")
    metadata = params.get("metadata") or {}
    if kind != "card":
        return add_method(world, kind, metadata=metadata)
    details = params.get("card", {})
    if "number" not in details:
        missing("card", "card[number]")
    card = card_numbered(details["number"])
    if card is None:
        refuse(
            "Your card was declined. Your request was in test mode, but used a non test card.",
            status=402,
            kind="card_error",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    return add_card(world, card, details, metadata=metadata)


@operation("GET", "/v1/payment_methods", "PaymentMethodListParams")
def list_methods(world: World, params: Params) -> Object:
    saved = [method for method in world.all("payment_method") if method["customer"]]
    customer, kind = params.get("customer"), params.get("type")
    return listing(world, saved, params, "/v1/payment_methods", customer=customer, type=kind)


@operation("GET", "/v1/payment_methods/{payment_method}", "PaymentMethodRetrieveParams")
def retrieve_method(world: World, params: Params, payment_method: str) -> Object:
    return use_method(world, payment_method, "id")


@operation("POST", "/v1/payment_methods/{payment_method}", "PaymentMethodUpdateParams")
def update_method(world: World, params: Params, payment_method: str) -> Object:
    method = world.get(payment_method, "payment_method", "id")
    if not method["customer"]:
        refuse("You must save this PaymentMethod to a customer before you can update it.")
    world.emit("payment_method.updated", method, world.update(method, params))
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/attach", "PaymentMethodAttachParams")
def attach_method(world: World, params: Params, payment_method: str) -> Object:
    if not params.get("customer"):
        missing("customer")
    world.require_customer(params)
    method = use_method(world, payment_method, "id")
    attach(world, method, params["customer"])
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/detach", "PaymentMethodDetachParams")
def detach_method(world: World, params: Params, payment_method: str) -> Object:
    method = world.get(payment_method, "payment_method", "id")
    if not method["customer"]:
        refuse("The payment method you provided is not attached to a customer so detachment is impossible.")
    method["customer"] = None
    world.behaviours[method["id"]].detached = True
    world.emit("payment_method.detached", method)
    return method


def use_method(world: World, reference: str, param: str = "payment_method") -> Object:
    """By its id, or by one of Stripe's test names: each use of a name makes a new payment method, as at Stripe."""
    if reference in CARDS:
        return add_card(world, CARDS[reference], {})
    if reference in TWINT_NAMES:
        return add_method(world, "twint")
    return world.get(reference, "payment_method", param, status=404 if param == "id" else 400)


def add_card(world: World, card: Card, params: Params, **fields: object) -> Object:
    details = {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "CH" if card.number[6:9] == "756" else "US",
        "display_brand": card.brand,
        "exp_month": params.get("exp_month", 12),
        "exp_year": params.get("exp_year", 2034),
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return add_method(world, "card", card.behaviour.copy(), card=details, **fields)


def add_method(world: World, kind: str, behaviour: Behaviour | None = None, **fields: object) -> Object:
    given = {kind: {}, "metadata": {}, "allow_redisplay": "unspecified", **fields}
    owner = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
    method = world.add("payment_method", type=kind, billing_details=owner, **given)
    world.behaviours[method["id"]] = behaviour or Behaviour()
    return method


def attach(world: World, method: Object, customer: str) -> None:
    """Save a payment method for a customer."""
    if method["customer"] == customer:
        return
    if method["customer"]:
        refuse("This payment method has already been attached to a customer.")
    behaviour = world.behaviours[method["id"]]
    if not behaviour.attach:
        raise card_error(behaviour.decline or "generic_decline")
    if behaviour.detached:
        refuse("This PaymentMethod was previously detached and can not be used again.")
    method["customer"] = customer
    world.emit("payment_method.attached", method)


def take_method(world: World, intent: Object, reference: str) -> Object:
    """Put a payment method on an intent, which then can be confirmed."""
    method = use_method(world, reference)
    if method["customer"] and method["customer"] != intent["customer"]:
        refuse(
            "The provided PaymentMethod belongs to a Customer: you must include that Customer in this request.",
            param="payment_method",
        )
    if world.behaviours[method["id"]].detached:
        refuse(
            "This PaymentMethod was detached from its Customer and cannot be used again.",
            param="payment_method",
        )
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"
    return method


def allowed_types(params: Params) -> list[str]:
    """The payment method types that are left of those on offer: the allowed ones filter silently."""
    param = "allowed_payment_method_types"
    exclusive = ("excluded_payment_method_types", "automatic_payment_methods", "payment_method_configuration")
    others = [name for name in exclusive if params.get(name)]
    if params.get(param) and others:
        refuse(f"You can only specify one of: {param}, {', '.join(others)}.", param=param)
    excluded = params.get("excluded_payment_method_types") or []
    types = [kind for kind in params.get(param) or OFFERED if kind in OFFERED and kind not in excluded]
    if not types:
        refuse("No valid payment method types for this intent.", param=param)
    return types
