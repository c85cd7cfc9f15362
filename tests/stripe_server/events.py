"""Events, and their delivery to webhook endpoints: signed, retried, and disturbed when told to."""

import asyncio
import copy
import hashlib
import hmac
import json
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from .schema import API_VERSION

if TYPE_CHECKING:
    from .world import Object, World

MODES = ("duplicate", "delay", "drop", "hold", "reorder", "bad_signature", "old_timestamp", "tampered")
OLD = 3600  # seconds; Stripe's libraries tolerate 300


@dataclass
class Rule:
    """The next `count` deliveries (of `types`, if given) go by `mode`, `times` over or after `seconds`."""

    mode: str
    count: int = 1
    times: int = 2
    seconds: float = 1
    types: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Delivery:
    event: "Object"
    hook: "Object"
    mode: str = "send"
    attempt: int = 1


class Queue:
    """One endpoint's deliveries, sent one after the other."""

    def __init__(self, postbox: "Postbox") -> None:
        self.postbox = postbox
        self.waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self.open = 0
        self.worker = asyncio.get_running_loop().create_task(self.work())

    def put(self, delivery: Delivery) -> None:
        self.open += 1
        self.waiting.put_nowait(delivery)

    async def work(self) -> None:
        timeout = ClientTimeout(total=self.postbox.world.config.webhook_timeout)
        async with ClientSession(timeout=timeout) as http:
            while True:
                delivery = await self.waiting.get()
                try:
                    await self.postbox.deliver(http, delivery)
                finally:
                    self.open -= 1


class Postbox:
    def __init__(self, world: "World") -> None:
        self.world = world
        self.queues: dict[str, Queue] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.forget()

    def forget(self) -> None:
        """Drop rules and records, and whatever is still to be sent."""
        self.rules: list[Rule] = []
        self.held: list[Delivery] = []
        self.deliveries: list[dict[str, Any]] = []
        for task in [*self.tasks, *(queue.worker for queue in self.queues.values())]:
            task.cancel()
        self.queues.clear()

    def emit(self, type_: str, obj: "Object", previous: "Object | None" = None) -> None:
        data = {"object": copy.deepcopy(obj)}
        if previous:
            data["previous_attributes"] = previous
        hooks = [
            hook
            for hook in self.world.all("webhook_endpoint")
            if hook["status"] == "enabled" and not {"*", type_}.isdisjoint(hook["enabled_events"])
        ]
        context = self.world.context
        event = self.world.add(
            "event",
            type=type_,
            api_version=API_VERSION,
            data=data,
            pending_webhooks=len(hooks),
            request={"id": context.id, "idempotency_key": context.idempotency_key},
        )
        for hook in hooks:
            self.route(event, hook)

    def route(self, event: "Object", hook: "Object") -> None:
        """Send an event, or do with it what the first rule for it says."""
        rule = next((r for r in self.rules if r.count > 0 and (not r.types or event["type"] in r.types)), None)
        if rule is None:
            self.enqueue(Delivery(event, hook))
            return
        rule.count -= 1
        delivery = Delivery(event, hook, rule.mode)
        plain = Delivery(event, hook)
        match rule.mode:
            case "drop":
                self.log(delivery, "dropped", mode="send")
            case "hold" | "reorder":
                self.held.append(plain)
                if rule.mode == "reorder" and rule.count == 0:
                    self.release(reverse=True)
            case "delay":
                self.later(rule.seconds, plain)
            case "duplicate":
                for _ in range(rule.times):
                    self.enqueue(plain)
            case _:
                self.enqueue(delivery)

    def release(self, *, reverse: bool) -> int:
        """Send what is held, the newest first if `reverse`; returns how many."""
        held, self.held = self.held, []
        for delivery in reversed(held) if reverse else held:
            self.enqueue(delivery)
        return len(held)

    def enqueue(self, delivery: Delivery) -> None:
        hook = delivery.hook["id"]
        if hook not in self.queues:
            self.queues[hook] = Queue(self)
        self.queues[hook].put(delivery)

    def later(self, seconds: float, delivery: Delivery) -> None:
        self.spawn(self.enqueue_after(seconds, delivery))

    async def enqueue_after(self, seconds: float, delivery: Delivery) -> None:
        await asyncio.sleep(seconds)
        if delivery.hook["id"] in self.world.objects:
            self.enqueue(delivery)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def deliver(self, http: ClientSession, delivery: Delivery) -> None:
        """POST one event; without a 2xx it is tried again, waiting twice as long each time."""
        event, hook, config = delivery.event, delivery.hook, self.world.config
        body, headers = signed(self.world.public(event), hook["secret"], delivery.mode)
        status: int | str
        try:
            async with http.post(hook["url"], data=body, headers=headers, allow_redirects=False) as response:
                await response.read()
                status = response.status
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            status = type(error).__name__
        self.log(delivery, status, mode=delivery.mode)
        if isinstance(status, int) and 200 <= status < 300:
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
        elif delivery.attempt < config.webhook_attempts:
            wait = config.webhook_retry_delay * 2 ** (delivery.attempt - 1)
            self.later(wait, Delivery(event, hook, delivery.mode, delivery.attempt + 1))

    def log(self, delivery: Delivery, status: int | str, *, mode: str) -> None:
        self.deliveries.append(
            {
                "at": time.time(),
                "event": delivery.event["id"],
                "type": delivery.event["type"],
                "url": delivery.hook["url"],
                "status": status,
                "mode": mode,
                "attempt": delivery.attempt,
            }
        )

    async def idle(self, timeout: float) -> bool:
        """Wait until nothing is queued, delayed or being retried; False if that lasts longer than `timeout` seconds."""
        end = time.monotonic() + timeout
        while self.tasks or any(queue.open for queue in self.queues.values()):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.01)
        return True

    def rules_shown(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.rules]


def signed(event: "Object", secret: str, mode: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery, spoiled as `mode` says: https://docs.stripe.com/webhooks#verify-manually."""
    body = json.dumps(event, indent=2).encode()
    timestamp = int(time.time()) - (OLD if mode == "old_timestamp" else 0)
    key = "whsec_wrong" if mode == "bad_signature" else secret
    signature = hmac.new(key.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": f"t={timestamp},v1={signature},v0={'0' * 64}",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    if mode == "tampered":
        body = body.replace(b'"livemode": false', b'"livemode": true ')
    return body, headers
