"""What a person does on the hosted Checkout page."""

from .charges import fail, settle
from .checkout import expire_session
from .confirming import confirm_payment
from .customers import create_customer
from .errors import StripeError, refuse
from .intents import add_payment_intent
from .methods import take_method
from .setup_intents import confirm_setup
from .world import Object, World


def let_time_pass(world: World) -> None:
    """Expire sessions that are due, and forget old idempotency keys."""
    for session in world.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= world.now():
            expire_session(world, {}, session["id"])
    world.keys.forget_old(world.now())


def complete_session(world: World, session: Object, reference: str, *, later: bool = False) -> None:
    """Press Pay or Save with a payment method; `later` plays one that only settles after some days."""
    let_time_pass(world)
    if session["status"] != "open":
        refuse(f"This Checkout Session is {session['status']}.")
    if session["customer_creation"] == "always" and not session["customer"]:
        email = session["customer_email"]
        session["customer"] = create_customer(world, {"email": email} if email else {})["id"]
    if session["mode"] == "setup":
        intent = world.objects[session["setup_intent"]]
        intent["customer"] = session["customer"]
        take_method(world, intent, reference)
        confirm_setup(world, intent, {}, on_page=True)
    else:
        pay(world, session, reference, later=later)
    session.update(status="complete", url=None, customer_details=customer_details(world, session))
    world.emit("checkout.session.completed", session)


def pay(world: World, session: Object, reference: str, *, later: bool) -> None:
    intent = session_payment_intent(world, session)
    take_method(world, intent, reference)
    if later:
        intent["status"] = "processing"
        world.emit("payment_intent.processing", intent)
    else:
        confirm_payment(world, intent, {}, on_page=True)
        session["payment_status"] = "paid"


def session_payment_intent(world: World, session: Object) -> Object:
    """Made when the first attempt to pay is made, as at Stripe."""
    if session["payment_intent"]:
        return world.objects[session["payment_intent"]]
    params = {
        **(world.session_params[session["id"]].get("payment_intent_data") or {}),
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
    }
    intent = add_payment_intent(world, params, session["payment_method_types"])
    session["payment_intent"] = intent["id"]
    world.emit("payment_intent.created", intent)
    return intent


def customer_details(world: World, session: Object) -> Object:
    email = session["customer_email"]
    if not email and session["customer"]:
        email = world.objects[session["customer"]]["email"]
    return {
        "address": None,
        "email": email or "payer@example.test",
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def settle_session(world: World, session: Object, *, ok: bool) -> None:
    """The outcome of a payment that was completed with `later`."""
    intent = world.objects.get(session["payment_intent"])
    if intent is None or intent["status"] != "processing":
        refuse("Nothing to settle.")
    method = world.objects[intent["payment_method"]]
    if ok:
        try:
            settle(world, intent, method)
        except StripeError:
            ok = False
        else:
            session["payment_status"] = "paid"
    else:
        fail(world, intent, method, "generic_decline")
    outcome = "succeeded" if ok else "failed"
    world.emit(f"checkout.session.async_payment_{outcome}", session)
