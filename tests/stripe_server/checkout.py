"""Checkout sessions: https://docs.stripe.com/api/checkout/sessions. Hosted pages, mode payment and mode setup."""

import re

from .confirming import TWINT_LARGEST
from .errors import missing, refuse
from .intents import check_amount
from .listing import listing
from .methods import allowed_types
from .routes import operation
from .setup_intents import create_setup_intent
from .world import DAY, Object, Params, World, random_text

SHORTEST_LIFE, LONGEST_LIFE = 1800, DAY  # seconds
LENIENCY = 10  # seconds between a caller's clock and ours
ONLY_IN = {
    "line_items": "payment",
    "payment_intent_data": "payment",
    "setup_intent_data": "setup",
    "submit_type": "payment",
}
TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


@operation("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams")
def create_session(world: World, params: Params) -> Object:
    check_session(world, params)
    setup = params["mode"] == "setup"
    expires = life(world, params)
    types = allowed_types(params)
    currency, total, items = priced(params) if not setup else (params["currency"], None, [])
    if currency != "chf" or (total or 0) > TWINT_LARGEST:
        types = [kind for kind in types if kind != "twint"]
    if not types:
        refuse("No valid payment method types for this Checkout Session.", param="allowed_payment_method_types")
    id_ = f"cs_test_{random_text(56)}"
    session = world.add(
        "checkout.session",
        id=id_,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=currency,
        custom_fields=[],
        custom_text=dict.fromkeys(TEXTS),
        customer=params.get("customer"),
        customer_creation=customer_creation(params),
        customer_email=params.get("customer_email"),
        expires_at=expires,
        locale=params.get("locale"),
        metadata={},
        mode=params["mode"],
        payment_method_options={},
        payment_method_types=types,
        payment_status="no_payment_required" if setup else "unpaid",
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        ui_mode="hosted_page",
        url=f"{world.config.base}/c/pay/{id_}",
    )
    world.set_metadata(session, params.get("metadata"))
    world.session_params[id_] = params
    world.session_items[id_] = items
    if setup:
        session["setup_intent"] = session_setup_intent(world, params, types)["id"]
    return session


def session_setup_intent(world: World, params: Params, types: list[str]) -> Object:
    data = params.get("setup_intent_data") or {}
    return create_setup_intent(
        world,
        {
            "allowed_payment_method_types": types,
            "customer": params.get("customer"),
            "description": data.get("description"),
            "metadata": data.get("metadata"),
        },
    )


def check_session(world: World, params: Params) -> None:
    mode = params.get("mode")
    if mode not in ("payment", "setup"):
        refuse(
            "This stand-in knows mode=payment and mode=setup; mode is required.",
            param="mode",
            code="parameter_missing",
        )
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        refuse("This stand-in only serves ui_mode=hosted_page.", param="ui_mode")
    if not params.get("success_url"):
        missing("success_url")
    for name in ("success_url", "cancel_url"):
        if params.get(name) and not re.match(r"https?://[^/]+", params[name]):
            refuse("Not a valid URL", param=name, code="url_invalid")
    for name, its_mode in ONLY_IN.items():
        if params.get(name) and mode != its_mode:
            refuse(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if params.get("customer") and (params.get("customer_email") or params.get("customer_creation")):
        refuse(
            "You may only specify one of these parameters: customer, customer_email, customer_creation.",
            param="customer",
        )
    world.require_customer(params)
    if mode == "setup" and not params.get("currency"):
        refuse(
            "`currency` is required in `setup` mode when payment methods are dynamic.",
            param="currency",
            code="parameter_missing",
        )


def life(world: World, params: Params) -> int:
    """When the session expires, in seconds since the epoch."""
    now = world.now()
    expires = params.get("expires_at", now + LONGEST_LIFE)
    if not now + SHORTEST_LIFE - LENIENCY <= expires <= now + LONGEST_LIFE + LENIENCY:
        refuse(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires


def customer_creation(params: Params) -> str | None:
    if params.get("customer_creation"):
        return params["customer_creation"]
    if params.get("customer"):
        return None
    return "always" if params["mode"] == "setup" else "if_required"


def priced(params: Params) -> tuple[str, int, list[Object]]:
    """Currency, total and line items of a session that takes a payment."""
    if not params.get("line_items"):
        missing("line_items")
    currency, items = params.get("currency"), []
    for index, line in enumerate(params["line_items"]):
        price = line_price(line, f"line_items[{index}]")
        if currency and price["currency"] != currency:
            refuse("All line items must use one currency.", param=f"line_items[{index}][price_data][currency]")
        currency = price["currency"]
        if "quantity" not in line:
            refuse("Quantity is required.", param=f"line_items[{index}][quantity]", code="parameter_missing")
        items.append(line_item(line["quantity"], price))
    total = sum(item["amount_total"] for item in items)
    check_amount(total, str(currency), "line_items")
    return str(currency), total, items


def line_price(line: Params, param: str) -> Params:
    price = line.get("price_data")
    if not price:
        refuse("This stand-in only knows line items with `price_data`.", param=f"{param}[price_data]")
    if "unit_amount" not in price:
        missing(f"{param}[price_data][unit_amount]", "unit_amount")
    if not (price.get("product_data") or price.get("product")):
        refuse("price_data needs product or product_data.", param=f"{param}[price_data]")
    return price


def line_item(quantity: int, price: Params) -> Object:
    amount = price["unit_amount"] * quantity
    return {
        "id": f"li_{random_text(24)}",
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": (price.get("product_data") or {}).get("name"),
        "price": None,
        "quantity": quantity,
    }


@operation("GET", "/v1/checkout/sessions", "checkout.SessionListParams")
def list_sessions(world: World, params: Params) -> Object:
    equal = {name: params.get(name) for name in ("customer", "payment_intent", "status")}
    return listing(world, world.all("checkout.session"), params, "/v1/checkout/sessions", **equal)


@operation("GET", "/v1/checkout/sessions/{session}", "checkout.SessionRetrieveParams")
def retrieve_session(world: World, params: Params, session: str) -> Object:
    return world.get(session, "checkout.session", "session")


@operation("GET", "/v1/checkout/sessions/{session}/line_items", "checkout.SessionLineItemListParams")
def list_line_items(world: World, params: Params, session: str) -> Object:
    return world.line_items(world.get(session, "checkout.session", "session"))


@operation("POST", "/v1/checkout/sessions/{session}", "checkout.SessionUpdateParams")
def update_session(world: World, params: Params, session: str) -> Object:
    found = world.get(session, "checkout.session", "session")
    world.set_metadata(found, params.get("metadata"))
    return found


@operation("POST", "/v1/checkout/sessions/{session}/expire", "checkout.SessionExpireParams")
def expire_session(world: World, params: Params, session: str) -> Object:
    found = world.get(session, "checkout.session", "session")
    if found["status"] != "open":
        refuse(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {found['status']}."
        )
    found.update(status="expired", url=None)
    world.emit("checkout.session.expired", found)
    return found
