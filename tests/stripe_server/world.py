"""The account's objects: kept in memory, found again, and shown as Stripe shows them."""

import copy
import secrets
import string
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .cards import Behaviour
from .config import Config
from .errors import refuse
from .events import Postbox
from .faults import Faults
from .idempotency import Keys
from .schema import has_field, nullable

DAY = 86400
ALPHABET = string.ascii_letters + string.digits
PREFIXES = {
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "dispute": "du",
    "event": "evt",
    "mandate": "mandate",
    "payment_intent": "pi",
    "payment_method": "pm",
    "refund": "re",
    "setup_intent": "seti",
    "webhook_endpoint": "we",
}

Object = dict[str, Any]
Params = dict[str, Any]


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass
class Context:
    """The request being answered: events name it, and a new webhook endpoint shows its secret in it only."""

    id: str | None = None
    idempotency_key: str | None = None
    shows_secret: bool = False


class World:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.postbox = Postbox(self)
        self.reset()

    def reset(self) -> None:
        """Forget everything, except the webhook endpoint of the configuration."""
        self.objects: dict[str, Object] = {}
        self.order: dict[str, int] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self.session_params: dict[str, Params] = {}
        self.session_items: dict[str, list[Object]] = {}
        self.keys = Keys()
        self.faults = Faults()
        self.postbox.forget()
        self.requests: list[dict[str, Any]] = []
        self.violations: list[dict[str, Any]] = []
        self.clock_offset = 0
        self.search_lag = 0
        self.context = Context()
        if self.config.webhook_url:
            self.add(
                "webhook_endpoint",
                url=self.config.webhook_url,
                secret=self.config.webhook_secret,
                enabled_events=["*"],
                status="enabled",
            )

    def now(self) -> int:
        """Seconds since the epoch on the server's own clock."""
        return int(time.time()) + self.clock_offset

    def emit(self, type_: str, obj: Object, previous: Object | None = None) -> None:
        """Record an event about `obj` as it is now, and send it to the webhook endpoints."""
        self.postbox.emit(type_, obj, previous)

    # storage

    def add(self, kind: str, **fields: Any) -> Object:
        """A new object; the fields that `fields` doesn't give are null, if the API has them nullable."""
        obj: Object = {"id": f"{PREFIXES[kind]}_{random_text(24)}", "object": kind, "created": self.now()}
        if has_field(kind, "livemode"):
            obj["livemode"] = False
        obj.update(dict.fromkeys(nullable(kind)))
        obj.update(fields)
        if kind in ("customer", "webhook_endpoint") and obj.get("metadata") is None:
            obj["metadata"] = {}
        self.objects[obj["id"]] = obj
        self.order[obj["id"]] = len(self.order)
        return obj

    def get(self, id_: str, kind: str, param: str | None = None, *, status: int = 404) -> Object:
        obj = self.objects.get(id_)
        if obj is None or obj["object"] != kind or obj.get("deleted"):
            name = "PaymentMethod" if kind == "payment_method" else kind
            refuse(f"No such {name}: '{id_}'", status=status, param=param or kind, code="resource_missing")
        return obj

    def require_customer(self, params: Params) -> None:
        """The customer a request names must exist; naming none is fine."""
        if params.get("customer"):
            self.get(params["customer"], "customer", "customer", status=400)

    def all(self, kind: str) -> list[Object]:
        """Newest first."""
        found = (obj for obj in self.objects.values() if obj["object"] == kind)
        return sorted(found, key=lambda obj: -self.order[obj["id"]])

    # changes

    def set_metadata(self, obj: Object, new: dict[str, str] | str | None) -> None:
        """Merge: an empty value removes its key, an empty string removes them all."""
        if new == "":
            obj["metadata"] = {}
        elif isinstance(new, dict):
            merged = {**(obj.get("metadata") or {}), **new}
            obj["metadata"] = {key: value for key, value in merged.items() if value != ""}

    def update(self, obj: Object, params: Params) -> Object:
        """Write the parameters into the object's fields of the same names; returns what the changed ones were."""
        before = copy.deepcopy(obj)
        self.set_metadata(obj, params.get("metadata"))
        for name, value in params.items():
            if name in ("expand", "metadata", "payment_method"):
                continue
            if isinstance(value, dict) and isinstance(obj.get(name), dict):
                obj[name].update({key: None if item == "" else item for key, item in value.items()})
            else:
                obj[name] = None if value == "" else value
        return {name: before.get(name) for name in obj if before.get(name) != obj[name]}

    # answers

    def public(self, obj: Object, expand: Iterable[str] = ()) -> Object:
        """A copy to answer with, ids replaced by their objects along the `expand` paths."""
        shown = copy.deepcopy(obj)
        if obj["object"] == "webhook_endpoint" and not self.context.shows_secret:
            shown.pop("secret", None)
        for path in expand:
            self.expand(shown, path.split("."), path)
        return shown

    def expand(self, node: Any, parts: list[str], whole: str) -> None:
        if isinstance(node, list):
            for item in node:
                self.expand(item, parts, whole)
            return
        if not isinstance(node, dict):
            refuse(f"This property cannot be expanded ({whole}).", param="expand")
        name, *rest = parts
        if name not in node:
            node[name] = self.absent(node, name, whole)
        child = node[name]
        if isinstance(child, str) and child in self.objects:
            child = node[name] = copy.deepcopy(self.objects[child])
        elif isinstance(child, str | int):
            refuse(f"This property cannot be expanded ({whole}).", param="expand")
        if rest and child is not None:
            self.expand(child, rest, whole)

    def absent(self, node: Object, name: str, whole: str) -> Object:
        """A list that an object only shows when it is expanded."""
        if (node.get("object"), name) == ("checkout.session", "line_items"):
            return self.line_items(node)
        if (node.get("object"), name) == ("charge", "refunds"):
            refunds = [copy.deepcopy(refund) for refund in self.all("refund") if refund["charge"] == node["id"]]
            return {"object": "list", "data": refunds, "has_more": False, "url": f"/v1/charges/{node['id']}/refunds"}
        refuse(f"This property cannot be expanded ({whole}).", param="expand")

    def line_items(self, session: Object) -> Object:
        return {
            "object": "list",
            "data": copy.deepcopy(self.session_items[session["id"]]),
            "has_more": False,
            "url": f"/v1/checkout/sessions/{session['id']}/line_items",
        }
