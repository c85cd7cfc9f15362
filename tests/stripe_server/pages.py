"""The pages a person sees: hosted Checkout, and the bank's challenge."""

import html
from contextlib import suppress

from aiohttp import web

from .answers import WORLD
from .cards import CARDS, DECLINED_CARD, GOOD_CARD, TWINT
from .confirming import authenticate
from .errors import StripeError
from .paying import complete_session, let_time_pass
from .world import Context, Object, World

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Stripe stand-in</title>
<h1>{title}</h1>
<p id="what">{what}</p>
{error}
<form method="post">{fields}</form>
</html>
"""
CHECKOUT_FIELDS = """
<label>Payment method <select name="pm">{options}</select></label>
<button name="do" value="pay">Pay</button>
{twint}
<button name="do" value="fail">Fail</button>
<button name="do" value="cancel">Cancel</button>
"""
TWINT_BUTTON = '<button name="do" value="twint">Pay with TWINT</button>'
BANK_FIELDS = """
<button name="do" value="ok">Authorise</button>
<button name="do" value="no">Fail</button>
"""


def page(title: str, what: str, fields: str, error: str = "") -> web.Response:
    alert = f'<p role="alert">{html.escape(error)}</p>' if error else ""
    text = PAGE.format(title=title, what=html.escape(what), error=alert, fields=fields)
    return web.Response(text=text, content_type="text/html")


async def answer_checkout(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.context = Context()
    let_time_pass(world)
    session = world.objects.get(request.match_info["id"])
    if session is None or session["status"] != "open":
        return web.Response(status=410 if session else 404, text="This Checkout Session is no longer active.")
    if request.method == "GET":
        return checkout_page(world, session)
    form = await request.post()
    if form.get("do") == "cancel":
        if not session["cancel_url"]:
            return checkout_page(world, session, "No cancel_url was given.")
        raise web.HTTPSeeOther(session["cancel_url"])
    fixed = {"fail": DECLINED_CARD, "twint": TWINT}
    chosen = fixed.get(str(form.get("do"))) or str(form.get("pm", GOOD_CARD))
    try:
        complete_session(world, session, chosen)
    except StripeError as error:
        return checkout_page(world, session, str(error))
    raise web.HTTPSeeOther(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def checkout_page(world: World, session: Object, error: str = "") -> web.Response:
    types = session["payment_method_types"]
    by_twint = "twint" in types
    names = [*(CARDS if "card" in types else ()), *([TWINT] if by_twint else ())]
    options = "".join(f'<option value="{name}">{name}</option>' for name in names)
    what = "Save a payment method"
    if session["mode"] == "payment":
        what = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    fields = CHECKOUT_FIELDS.format(options=options, twint=TWINT_BUTTON if by_twint else "")
    items = "; ".join(f"{item['quantity']} x {item['description']}" for item in world.session_items[session["id"]])
    return page("Checkout", f"{what} {items}", fields, error)


async def answer_bank(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.context = Context()
    intent = world.objects.get(request.match_info["id"])
    if intent is None or intent["status"] != "requires_action":
        return web.Response(status=410, text="Nothing to authenticate.")
    if request.method == "GET":
        return page("3D Secure", intent["id"], BANK_FIELDS)
    back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    form = await request.post()
    with suppress(StripeError):  # a decline shows in the intent's status
        authenticate(world, intent, ok=form.get("do") == "ok")
    if not back:
        return web.Response(text=intent["status"])
    raise web.HTTPSeeOther(back + ("&" if "?" in back else "?") + outcome_query(intent))


def outcome_query(intent: Object) -> str:
    kind = intent["object"]
    outcome = "succeeded" if intent["status"] == "succeeded" else "failed"
    return f"{kind}={intent['id']}&{kind}_client_secret={intent['client_secret']}&redirect_status={outcome}"
