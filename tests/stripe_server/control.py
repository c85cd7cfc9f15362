"""The test's own controls: POST JSON to /_ctl/NAME, or GET with a query. GET /_ctl/help lists them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from .answers import WORLD, json_answer
from .cards import DECLINED_CARD, GOOD_CARD
from .checkout import expire_session
from .confirming import authenticate
from .disputes import STATUSES, open_dispute, turn
from .endpoints import require_loopback
from .errors import StripeError, refuse
from .events import MODES, Delivery, Rule
from .faults import KINDS, Fault
from .paying import complete_session, let_time_pass, settle_session
from .world import Context, World

Data = dict[str, Any]
Control = Callable[[World, Data], Any]
CONTROLS: dict[str, Control] = {}
DISTURBED_HERE = ("bad_signature", "old_timestamp", "tampered", "send")  # modes a resent event can have


def control(function: Control) -> Control:
    CONTROLS[function.__name__.rstrip("_")] = function
    return function


async def answer_control(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    name = request.match_info["name"]
    text = await request.text()
    function = CONTROLS.get(name)
    if function is None:
        return json_answer({"error": "unknown control", "known": sorted(CONTROLS)}, 404)
    world.context = Context()
    try:
        data = dict(request.query) if request.method == "GET" else json.loads(text or "{}")
        if name in ("idle", "reset"):
            idle = await world.postbox.idle(float(data.get("timeout", 5 if name == "idle" else 2)))
            data = {**data, "idle": idle}
        return json_answer(function(world, data))
    except StripeError as error:
        return json_answer(error.body, error.status)
    except KeyError as error:
        return json_answer({"error": f"missing or unknown: {error}"}, 400)
    except (TypeError, ValueError) as error:
        return json_answer({"error": str(error)}, 400)


@control
def help_(world: World, data: Data) -> Data:
    """what there is"""
    return {name: " ".join(str(function.__doc__).split()) for name, function in CONTROLS.items()}


@control
def reset(world: World, data: Data) -> Data:
    """forget everything except the configured webhook endpoint, which {webhook_url, webhook_secret} replace"""
    if data.get("webhook_url"):
        require_loopback(data["webhook_url"])
    world.config.webhook_url = data.get("webhook_url", world.config.webhook_url)
    world.config.webhook_secret = data.get("webhook_secret", world.config.webhook_secret)
    world.reset()
    return {"ok": True}


@control
def faults(world: World, data: Data) -> list[Data]:
    """{kind: 429|409|500|503|reset|timeout (no effect) | reset_after|timeout_after|500_after|500_after_sticky|slow
    (effect applied), count, skip, seconds, match, method}; {clear: true}"""
    if data.get("clear"):
        world.faults.planned.clear()
    elif data:
        if str(data["kind"]) not in KINDS:
            refuse("unknown kind")
        world.faults.planned.append(Fault(**{**data, "kind": str(data["kind"])}))
    return world.faults.shown()


@control
def webhooks(world: World, data: Data) -> Data:
    """{mode: duplicate|delay|drop|hold|reorder|bad_signature|old_timestamp|tampered, count, times, seconds, types: []};
    {release: true, reverse: true}; {resend: evt_id, mode}; {clear: true}"""
    postbox = world.postbox
    if data.get("clear"):
        postbox.rules.clear()
    elif data.get("release"):
        return {"released": postbox.release(reverse=data.get("reverse", True))}
    elif data.get("resend"):
        event = world.get(data["resend"], "event")
        mode = data.get("mode", "send")
        if mode not in DISTURBED_HERE:
            refuse("unknown mode")
        for hook in world.all("webhook_endpoint"):
            postbox.enqueue(Delivery(event, hook, mode))
    elif data:
        if data["mode"] not in MODES:
            refuse("unknown mode")
        postbox.rules.append(Rule(**data))
    return {"rules": postbox.rules_shown(), "held": len(postbox.held)}


@control
def deliveries(world: World, data: Data) -> list[Data]:
    """every webhook delivery attempt"""
    return world.postbox.deliveries


@control
def idle(world: World, data: Data) -> Data:
    """wait until no webhook is queued, delayed or being retried: {timeout}"""
    return {"idle": data["idle"]}


@control
def charges(world: World, data: Data) -> Data:
    """the ledger: every charge, totals, and groups by a metadata key: {by: "pledge"}"""
    every = world.all("charge")
    good = [charge for charge in every if charge["status"] == "succeeded"]
    groups: dict[str, Data] = {}
    for charge in good:
        name = charge["metadata"].get(data.get("by", "pledge"), "(none)")
        group = groups.setdefault(name, {"charges": 0, "captured": 0, "refunded": 0})
        group["charges"] += 1
        group["captured"] += charge["amount_captured"]
        group["refunded"] += charge["amount_refunded"]
    return {
        "succeeded": len(good),
        "failed": len(every) - len(good),
        "captured": sum(charge["amount_captured"] for charge in good),
        "refunded": sum(charge["amount_refunded"] for charge in good),
        "groups": groups,
        "more_than_one_charge": sorted(
            name for name, group in groups.items() if group["charges"] > 1 and name != "(none)"
        ),
        "charges": every,
    }


@control
def requests(world: World, data: Data) -> list[Data]:
    """every API request with its status, fault and whether it was an idempotent replay"""
    return world.requests


@control
def violations(world: World, data: Data) -> list[Data]:
    """requests that Stripe's parameter types or rules refused (400/404), and idempotency key misuse"""
    return world.violations


@control
def clock(world: World, data: Data) -> Data:
    """move time on: {advance: seconds}"""
    world.clock_offset += int(data.get("advance", 0))
    let_time_pass(world)
    return {"now": world.now()}


@control
def config(world: World, data: Data) -> Data:
    """{rate_limit: requests per second (0 = off), search_lag: seconds}"""
    world.faults.rate_limit = int(data.get("rate_limit", world.faults.rate_limit))
    world.search_lag = int(data.get("search_lag", world.search_lag))
    return {"rate_limit": world.faults.rate_limit, "search_lag": world.search_lag}


@control
def checkout(world: World, data: Data) -> Data:
    """finish a session without a browser:
    {session, do: pay|fail|expire|settle|settle_fail, payment_method, later: bool (delayed method)}"""
    session = world.get(data["session"], "checkout.session")
    match data.get("do", "pay"):
        case "expire":
            expire_session(world, {}, session["id"])
        case "settle" | "settle_fail" as do:
            settle_session(world, session, ok=do == "settle")
        case "fail":
            complete_session(world, session, DECLINED_CARD)
        case "pay":
            method = data.get("payment_method", GOOD_CARD)
            complete_session(world, session, method, later=data.get("later", False))
        case _:
            refuse("unknown do")
    return world.public(session)


@control
def authenticate_(world: World, data: Data) -> Data:
    """finish a bank's challenge: {intent, ok: bool}"""
    intent = world.objects[data["intent"]]
    authenticate(world, intent, ok=data.get("ok", True))
    return world.public(intent)


@control
def dispute(world: World, data: Data) -> Data:
    """what the payer's bank does: {intent, amount, reason, status: needs_response|warning_needs_response} opens a
    dispute or asks; {dispute, status: needs_response|under_review|won|lost|warning_closed|...} goes on with one"""
    if str(data.get("status", STATUSES[0])) not in STATUSES:
        refuse("unknown status")
    if "dispute" in data:
        found = world.get(data["dispute"], "dispute")
        turn(world, found, data["status"])
        return world.public(found)
    intent = world.get(data["intent"], "payment_intent")
    charge = world.objects[intent["latest_charge"]]
    how = {"reason": data.get("reason", "fraudulent"), "status": data.get("status", "needs_response")}
    return world.public(open_dispute(world, charge, amount=data.get("amount"), **how))


@control
def mandate(world: World, data: Data) -> Data:
    """the holder takes a TWINT mandate back, or the bank does: {payment_method}"""
    found = next(each for each in world.all("mandate") if each["payment_method"] == data["payment_method"])
    found["status"] = "inactive"
    world.behaviours[data["payment_method"]].setup_done = False
    world.emit("mandate.updated", found, {"status": "active"})
    return found


@control
def renew(world: World, data: Data) -> Data:
    """the card network tells of a card's new end: {payment_method, exp_month, exp_year}"""
    method = world.get(data["payment_method"], "payment_method")
    before = {name: method["card"][name] for name in ("exp_month", "exp_year")}
    method["card"].update(exp_month=data["exp_month"], exp_year=data["exp_year"])
    world.emit("payment_method.automatically_updated", method, {"card": before})
    return method


@control
def behaviour(world: World, data: Data) -> Data:
    """change what a saved payment method will do: {payment_method, set: {decline: code|null,
    auth: always|unless_setup|on_session|null, attach: bool, setup_done: bool, detached: bool}}"""
    changed = world.behaviours[data["payment_method"]]
    for name, value in data["set"].items():
        if name not in asdict(changed):
            raise KeyError(name)
        setattr(changed, name, value)
    return asdict(changed)
