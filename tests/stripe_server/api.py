"""One request to /v1/, from its arrival to its answer."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

# imported for their operations, which register themselves
from . import charges, checkout, customers, disputes, endpoints, intents, methods, refunds, setup_intents  # noqa: F401
from .answers import WORLD, json_answer
from .errors import StripeError, refuse
from .faults import REFUSALS, UNKNOWN_ERROR, WITHOUT_EFFECT, Fault, hang_up, refusal
from .forms import parse_form
from .idempotency import Keys, fingerprint
from .paying import let_time_pass
from .routes import find
from .schema import API_VERSION
from .world import Context, World, random_text

TEST_KEY = re.compile(r"Bearer (sk|rk)_test_\S+")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    text: str
    authorization: str
    version: str | None
    key: str | None


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    violation: str | None = None  # why the request breaks the rules, if it does


async def answer_api(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    call = await read_call(request)
    fault = world.faults.take(call.method, call.path)
    log = {
        "at": time.time(),
        "method": call.method,
        "path": call.path,
        "params": call.text,
        "key": call.key,
        "status": None,
        "fault": fault.kind if fault else None,
    }
    world.requests.append(log)
    if fault and fault.kind in WITHOUT_EFFECT:
        return await fail_without_effect(request, fault, log)
    if call.key in world.keys.in_use:
        answer = Answer(409, key_in_use().body)
    else:
        answer = serve(world, call, fail_for_good=fault is not None and fault.kind == "500_after_sticky")
    log["status"], log["replayed"] = answer.status, "Idempotent-Replayed" in answer.headers
    if answer.violation:
        world.violations.append({**log, "message": answer.violation, "error": answer.body["error"]})
    if fault:
        return await spoil(request, world.keys, call, fault, answer)
    return respond(answer)


async def read_call(request: web.Request) -> Call:
    in_query = request.method in ("GET", "DELETE")
    return Call(
        method=request.method,
        path=request.path,
        text=request.query_string if in_query else (await request.read()).decode(),
        authorization=request.headers.get("Authorization", ""),
        version=request.headers.get("Stripe-Version"),
        key=request.headers.get("Idempotency-Key") if request.method == "POST" else None,
    )


def respond(answer: Answer) -> web.Response:
    return json_answer(answer.body, answer.status, answer.headers)


async def fail_without_effect(request: web.Request, fault: Fault, log: dict[str, Any]) -> web.Response:
    if fault.kind in REFUSALS:
        error = refusal(fault.kind)
        log["status"] = error.status
        return json_answer(error.body, error.status, {"Request-Id": new_request_id()})
    if fault.kind == "timeout":
        await asyncio.sleep(fault.seconds)
    return hang_up(request)


async def spoil(request: web.Request, keys: Keys, call: Call, fault: Fault, answer: Answer) -> web.Response:
    """The request took effect; its answer comes late, wrong or never."""
    match fault.kind:
        case "reset_after":
            return hang_up(request)
        case "timeout_after":
            await asyncio.sleep(fault.seconds)
            return hang_up(request)
        case "500_after":
            return json_answer(UNKNOWN_ERROR, 500, answer.headers)
        case "slow":
            with keys.using(call.key):
                await asyncio.sleep(fault.seconds)
    return respond(answer)


def serve(world: World, call: Call, *, fail_for_good: bool = False) -> Answer:
    """Execute a request, or answer again what its idempotency key has had; `fail_for_good` keeps a 500 instead."""
    request_id = new_request_id()
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
    world.context = Context(request_id, call.key)
    let_time_pass(world)
    print_ = fingerprint(call.method, call.path, call.text)
    if call.key:
        headers["Idempotency-Key"] = call.key
        try:
            kept = world.keys.recall(call.key, print_)
        except StripeError as error:
            return Answer(error.status, error.body, headers, violation="idempotency_error")
        if kept:
            replayed = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
            return Answer(kept.status, kept.body, {**headers, **replayed})
    answer = attempt(world, call, headers)
    if call.key and fail_for_good:
        answer.status, answer.body = 500, UNKNOWN_ERROR
    if call.key:
        world.keys.keep(call.key, print_, answer.status, answer.body, request_id=request_id, now=world.now())
    return answer


def attempt(world: World, call: Call, headers: dict[str, str]) -> Answer:
    try:
        return Answer(200, execute(world, call), headers)
    except StripeError as error:
        violation = str(error) if error.status in (400, 404) else None
        return Answer(error.status, error.body, headers, violation)


def execute(world: World, call: Call) -> Any:
    if not TEST_KEY.fullmatch(call.authorization):
        refuse("Invalid API Key provided (this stand-in takes sk_test_... and rk_test_... only).", status=401)
    route, ids = find(call.method, call.path)
    if call.version not in (None, "", API_VERSION) and not world.config.any_version:
        refuse(f"Stripe-Version {call.version}: this stand-in speaks {API_VERSION}.")
    params = route.shape.read(parse_form(call.text), "")
    result = route.handler(world, params, **ids)
    if result.get("id") not in world.objects or result.get("deleted"):
        return result
    expand = [path for path in params.get("expand", []) if not path.startswith("data.")]
    return world.public(result, expand)


def key_in_use() -> StripeError:
    return StripeError(
        "There is currently another in-progress request using this Idempotency Key.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )


def new_request_id() -> str:
    return f"req_{random_text(14)}"
