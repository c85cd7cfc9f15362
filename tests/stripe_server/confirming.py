"""Confirming a payment intent, and the bank's challenge that may come of it."""

import copy

from .charges import fail, settle
from .errors import refuse
from .setup_intents import finish_setup
from .world import Object, Params, World

TWINT_LARGEST = 500_000  # Rappen: https://docs.stripe.com/payments/twint
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def confirm_payment(world: World, intent: Object, params: Params, *, on_page: bool = False) -> None:
    """Charge, or ask for the bank's challenge; on the hosted page that has already happened."""
    require_confirmable(intent)
    method = world.objects[intent["payment_method"]]
    off_session = bool(params.get("off_session"))
    if not (on_page or off_session or params.get("return_url")) and may_redirect(intent):
        refuse(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these might redirect your customer off of your page, you must provide a `return_url`.",
            param="return_url",
        )
    if method["type"] not in intent["payment_method_types"]:
        refuse(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            param="payment_method",
            code="payment_intent_incompatible_payment_method",
        )
    if method["type"] == "twint":
        check_twint(world, intent, method, off_session=off_session)
    if not on_page and needs_challenge(world, method, off_session=off_session):
        if off_session or params.get("error_on_requires_action"):
            raise fail(world, intent, method, "authentication_required")
        ask_for_challenge(world, intent, params.get("return_url"))
        return
    settle(world, intent, method)


def require_confirmable(intent: Object) -> None:
    if intent["status"] not in CONFIRMABLE:
        refuse(
            f"You cannot confirm this PaymentIntent because it has already {intent['status']} status.",
            code="payment_intent_unexpected_state",
            payment_intent=copy.deepcopy(intent),
        )
    if not intent["payment_method"]:
        refuse(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=copy.deepcopy(intent),
        )


def may_redirect(intent: Object) -> bool:
    redirects = (intent.get("automatic_payment_methods") or {}).get("allow_redirects", "always")
    return redirects == "always" and "twint" in intent["payment_method_types"]


def check_twint(world: World, intent: Object, method: Object, *, off_session: bool) -> None:
    if intent["currency"] != "chf":
        refuse("TWINT only accepts chf.", param="currency", code="payment_intent_invalid_parameter")
    if intent["amount"] > TWINT_LARGEST:
        refuse("Amount must be no more than 5,000.00 chf for TWINT.", param="amount", code="amount_too_large")
    if off_session and not world.behaviours[method["id"]].setup_done:
        refuse(
            "This TWINT payment method has no mandate for off-session payments.",
            param="payment_method",
            code="payment_intent_mandate_invalid",
        )


def needs_challenge(world: World, method: Object, *, off_session: bool) -> bool:
    if method["type"] == "twint" and not off_session:
        return True
    behaviour = world.behaviours[method["id"]]
    match behaviour.auth:
        case "always":
            return True
        case "unless_setup":
            return not behaviour.setup_done
        case "on_session":
            return not off_session
    return False


def ask_for_challenge(world: World, intent: Object, return_url: str | None) -> None:
    url = f"{world.config.base}/_page/auth/{intent['id']}"
    if return_url:
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}
    else:
        action = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    intent.update(status="requires_action", next_action=action)
    world.emit("payment_intent.requires_action", intent)


def authenticate(world: World, intent: Object, *, ok: bool) -> None:
    """The holder passes or fails the bank's challenge for a payment or setup intent."""
    if intent["status"] != "requires_action":
        refuse("Nothing to authenticate.")
    method = world.objects[intent["payment_method"]]
    pays = intent["object"] == "payment_intent"
    if ok and pays:
        settle(world, intent, method)
    elif ok:
        finish_setup(world, intent, method)
    else:
        error = {
            "type": "card_error",
            "code": f"{intent['object']}_authentication_failure",
            "message": "We are unable to authenticate your payment method.",
            "payment_method": copy.deepcopy(method),
        }
        intent.update(status="requires_payment_method", payment_method=None, next_action=None)
        intent["last_payment_error" if pays else "last_setup_error"] = error
        world.emit("payment_intent.payment_failed" if pays else "setup_intent.setup_failed", intent)
