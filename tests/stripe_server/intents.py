"""Payment intents: https://docs.stripe.com/api/payment_intents."""

import copy
import re

from .confirming import confirm_payment
from .errors import StripeError, refuse
from .listing import listing
from .methods import allowed_types, take_method, use_method
from .routes import operation
from .world import Object, Params, World, random_text

SMALLEST = {
    "chf": 50,
    "eur": 50,
    "usd": 50,
    "gbp": 30,
}  # https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LARGEST = 99_999_999
DESCRIPTOR_LENGTH = 22
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CLAUSE = re.compile(
    r"""(?:metadata\[['"](?P<key>[^'"]+)['"]\]|(?P<field>status|customer|currency))\s*:\s*['"](?P<value>[^'"]*)['"]"""
)


@operation("POST", "/v1/payment_intents", "PaymentIntentCreateParams")
def create_payment_intent(world: World, params: Params) -> Object:
    check_amount(params["amount"], params["currency"])
    check_descriptors(params)
    world.require_customer(params)
    for name in ("off_session", "error_on_requires_action"):
        if params.get(name) and not params.get("confirm"):
            refuse(f"You can only set `{name}` when `confirm` is true.", param=name)
    types = allowed_types(params)
    if params["currency"] != "chf":
        types = [kind for kind in types if kind != "twint"]
    # a bad reference must fail before anything exists
    method = use_method(world, params["payment_method"]) if params.get("payment_method") else None
    intent = add_payment_intent(world, params, types)
    if not params.get("allowed_payment_method_types"):
        default = {"enabled": True, "allow_redirects": "always"}
        intent["automatic_payment_methods"] = params.get("automatic_payment_methods") or default
    if method:
        try:
            take_method(world, intent, method["id"])
        except StripeError:
            del world.objects[intent["id"]]
            raise
    world.emit("payment_intent.created", intent)
    if params.get("confirm"):
        confirm_payment(world, intent, params)
    return intent


@operation("GET", "/v1/payment_intents", "PaymentIntentListParams")
def list_payment_intents(world: World, params: Params) -> Object:
    intents = world.all("payment_intent")
    return listing(world, intents, params, "/v1/payment_intents", customer=params.get("customer"))


@operation("GET", "/v1/payment_intents/search", "PaymentIntentSearchParams")
def search_payment_intents(world: World, params: Params) -> Object:
    """Equality clauses joined by AND; what is younger than the configured search lag isn't found yet."""
    found = [intent for intent in world.all("payment_intent") if intent["created"] <= world.now() - world.search_lag]
    for clause in re.split(r"\s+AND\s+", params["query"]):
        match = CLAUSE.fullmatch(clause.strip())
        if not match:
            refuse("We were unable to parse your search query.", param="query")
        key, field, value = match["key"], match["field"], match["value"]
        found = [intent for intent in found if (intent["metadata"].get(key) if key else intent[field]) == value]
    page = listing(world, found, {"limit": params.get("limit", 10)}, "/v1/payment_intents/search")
    return {**page, "object": "search_result", "next_page": None}


@operation("GET", "/v1/payment_intents/{intent}", "PaymentIntentRetrieveParams")
def retrieve_payment_intent(world: World, params: Params, intent: str) -> Object:
    return world.get(intent, "payment_intent", "intent")


@operation("POST", "/v1/payment_intents/{intent}", "PaymentIntentUpdateParams")
def update_payment_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "payment_intent", "intent")
    if "amount" in params:
        if found["status"] not in OPEN:
            refuse(
                f"This PaymentIntent's amount could not be updated because it has a status of {found['status']}.",
                param="amount",
                code="payment_intent_unexpected_state",
            )
        check_amount(params["amount"], params.get("currency") or found["currency"])
    if params.get("payment_method"):
        take_method(world, found, params["payment_method"])
    world.update(found, params)
    return found


@operation("POST", "/v1/payment_intents/{intent}/confirm", "PaymentIntentConfirmParams")
def confirm_payment_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "payment_intent", "intent")
    if params.get("payment_method") and found["status"] in ("requires_payment_method", "requires_confirmation"):
        take_method(world, found, params["payment_method"])
    confirm_payment(world, found, params)
    return found


@operation("POST", "/v1/payment_intents/{intent}/cancel", "PaymentIntentCancelParams")
def cancel_payment_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "payment_intent", "intent")
    if found["status"] in ("succeeded", "canceled", "processing"):
        refuse(
            f"You cannot cancel this PaymentIntent because it has a status of {found['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=copy.deepcopy(found),
        )
    found.update(
        status="canceled",
        canceled_at=world.now(),
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    world.emit("payment_intent.canceled", found)
    return found


def add_payment_intent(world: World, params: Params, types: list[str]) -> Object:
    """`params` as in create_payment_intent, or a Checkout session's payment_intent_data with amount etc. added."""
    intent = world.add(
        "payment_intent",
        amount=params["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=params["currency"],
        customer=params.get("customer"),
        description=params.get("description") or None,
        metadata={},
        payment_method_options={kind: {} for kind in types},
        payment_method_types=types,
        receipt_email=params.get("receipt_email") or None,
        setup_future_usage=params.get("setup_future_usage"),
        statement_descriptor=params.get("statement_descriptor"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        status="requires_payment_method",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{random_text(24)}"
    world.set_metadata(intent, params.get("metadata"))
    return intent


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """`amount` in the currency's smallest unit (Rappen for chf)."""
    if currency not in SMALLEST:
        refuse(f"Invalid currency: {currency}.", param="currency")
    if amount < 1:
        refuse(
            "This value must be greater than or equal to 1.",
            param=param,
            code="parameter_invalid_integer",
        )
    if amount < SMALLEST[currency]:
        smallest = f"{SMALLEST[currency] / 100:.2f} {currency}"
        refuse(f"Amount must be at least {smallest}", param=param, code="amount_too_small")
    if amount > LARGEST:
        refuse(f"Amount must be no more than 999,999.99 {currency}", param=param, code="amount_too_large")


def check_descriptors(params: Params) -> None:
    """https://docs.stripe.com/get-started/account/statement-descriptors"""
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        text = params.get(name)
        if not text:
            continue
        if len(text) > DESCRIPTOR_LENGTH or re.search(r"[<>\\'\"*]", text) or not re.search("[A-Za-z]", text):
            refuse(
                f"Statement descriptors hold at most {DESCRIPTOR_LENGTH} characters, at least one letter, "
                "and none of < > \\ ' \" *.",
                param=name,
            )
