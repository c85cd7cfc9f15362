"""Setup intents, which save a payment method: https://docs.stripe.com/api/setup_intents."""

import copy

from .errors import card_error, refuse
from .listing import listing
from .methods import allowed_types, attach, take_method
from .routes import operation
from .world import Object, Params, World, random_text


@operation("POST", "/v1/setup_intents", "SetupIntentCreateParams")
def create_setup_intent(world: World, params: Params) -> Object:
    world.require_customer(params)
    intent = world.add(
        "setup_intent",
        status="requires_payment_method",
        customer=params.get("customer"),
        description=params.get("description"),
        metadata={},
        usage=params.get("usage", "off_session"),
        payment_method_types=allowed_types(params),
        payment_method_options={"card": {}},
        automatic_payment_methods=params.get("automatic_payment_methods"),
    )
    intent["client_secret"] = f"{intent['id']}_secret_{random_text(24)}"
    world.set_metadata(intent, params.get("metadata"))
    world.emit("setup_intent.created", intent)
    if params.get("payment_method"):
        take_method(world, intent, params["payment_method"])
    if params.get("confirm"):
        confirm_setup(world, intent, params)
    return intent


@operation("GET", "/v1/setup_intents", "SetupIntentListParams")
def list_setup_intents(world: World, params: Params) -> Object:
    customer, method = params.get("customer"), params.get("payment_method")
    intents = world.all("setup_intent")
    return listing(world, intents, params, "/v1/setup_intents", customer=customer, payment_method=method)


@operation("GET", "/v1/setup_intents/{intent}", "SetupIntentRetrieveParams")
def retrieve_setup_intent(world: World, params: Params, intent: str) -> Object:
    return world.get(intent, "setup_intent", "intent")


@operation("POST", "/v1/setup_intents/{intent}", "SetupIntentUpdateParams")
def update_setup_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "setup_intent", "intent")
    if params.get("payment_method"):
        take_method(world, found, params["payment_method"])
    world.update(found, params)
    return found


@operation("POST", "/v1/setup_intents/{intent}/confirm", "SetupIntentConfirmParams")
def confirm_setup_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "setup_intent", "intent")
    if params.get("payment_method"):
        take_method(world, found, params["payment_method"])
    confirm_setup(world, found, params)
    return found


@operation("POST", "/v1/setup_intents/{intent}/cancel", "SetupIntentCancelParams")
def cancel_setup_intent(world: World, params: Params, intent: str) -> Object:
    found = world.get(intent, "setup_intent", "intent")
    if found["status"] in ("succeeded", "canceled"):
        refuse(
            f"You cannot cancel this SetupIntent because it has a status of {found['status']}.",
            code="setup_intent_unexpected_state",
        )
    found.update(status="canceled", cancellation_reason=params.get("cancellation_reason"))
    world.emit("setup_intent.canceled", found)
    return found


def confirm_setup(world: World, intent: Object, params: Params, *, on_page: bool = False) -> None:
    """Save the payment method, or ask for the bank's challenge; on the hosted page that has already happened."""
    require_confirmable(intent)
    method = world.objects[intent["payment_method"]]
    behaviour = world.behaviours[method["id"]]
    if method["type"] not in intent["payment_method_types"]:
        refuse(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this SetupIntent.",
            param="payment_method",
        )
    redirects = (intent.get("automatic_payment_methods") or {}).get("allow_redirects") != "never"
    if not on_page and not params.get("return_url") and redirects and "twint" in intent["payment_method_types"]:
        refuse("You must provide a `return_url`, since payment methods that redirect are enabled.", param="return_url")
    if not behaviour.attach:
        fail_setup(world, intent, method)
    if not on_page and (behaviour.auth in ("always", "unless_setup") or method["type"] == "twint"):
        page = {"url": f"{world.config.base}/_page/auth/{intent['id']}", "return_url": params.get("return_url")}
        intent.update(status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": page})
        world.emit("setup_intent.requires_action", intent)
        return
    finish_setup(world, intent, method)


def require_confirmable(intent: Object) -> None:
    if intent["status"] in ("succeeded", "canceled"):
        refuse(
            f"You cannot confirm this SetupIntent because it has already {intent['status']} status.",
            code="setup_intent_unexpected_state",
            setup_intent=copy.deepcopy(intent),
        )
    if not intent["payment_method"]:
        refuse(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )


def fail_setup(world: World, intent: Object, method: Object) -> None:
    error = card_error(world.behaviours[method["id"]].decline or "generic_decline")
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_setup_error={**error.error, "payment_method": copy.deepcopy(method)},
    )
    world.emit("setup_intent.setup_failed", intent)
    error.error["setup_intent"] = copy.deepcopy(intent)
    raise error


def finish_setup(world: World, intent: Object, method: Object) -> None:
    """The payment method is saved; TWINT leaves a mandate, without which it cannot be charged off-session."""
    if intent["customer"]:
        attach(world, method, intent["customer"])
    world.behaviours[method["id"]].setup_done = True
    intent.update(status="succeeded", payment_method=method["id"], next_action=None, last_setup_error=None)
    if method["type"] == "twint":
        fields = {"type": "multi_use", "multi_use": {}, "payment_method_details": {"type": "twint", "twint": {}}}
        intent["mandate"] = world.add("mandate", status="active", payment_method=method["id"], **fields)["id"]
    world.emit("setup_intent.succeeded", intent)
