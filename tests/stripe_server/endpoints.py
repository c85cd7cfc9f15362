"""Webhook endpoints and the list of events: https://docs.stripe.com/api/webhook_endpoints, .../api/events."""

import re
import urllib.parse

from .errors import refuse
from .listing import listing
from .routes import operation
from .world import DAY, Object, Params, World, random_text

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVENTS_KEPT = 30 * DAY


def require_loopback(url: str) -> None:
    """This stand-in sends nothing to other machines."""
    if not re.match(r"https?://", url):
        refuse(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            param="url",
            code="url_invalid",
        )
    if urllib.parse.urlsplit(url).hostname not in LOOPBACK:
        refuse("This stand-in only delivers to loopback addresses.", param="url")


@operation("POST", "/v1/webhook_endpoints", "WebhookEndpointCreateParams")
def create_endpoint(world: World, params: Params) -> Object:
    require_loopback(params["url"])
    world.context.shows_secret = True
    return world.add(
        "webhook_endpoint",
        api_version=params.get("api_version"),
        description=params.get("description"),
        enabled_events=params["enabled_events"],
        metadata=params.get("metadata") or {},
        secret=f"whsec_{random_text(32)}",
        status="enabled",
        url=params["url"],
    )


@operation("GET", "/v1/webhook_endpoints", "WebhookEndpointListParams")
def list_endpoints(world: World, params: Params) -> Object:
    return listing(world, world.all("webhook_endpoint"), params, "/v1/webhook_endpoints")


@operation("GET", "/v1/webhook_endpoints/{webhook_endpoint}", "WebhookEndpointRetrieveParams")
def retrieve_endpoint(world: World, params: Params, webhook_endpoint: str) -> Object:
    return world.get(webhook_endpoint, "webhook_endpoint", "id")


@operation("POST", "/v1/webhook_endpoints/{webhook_endpoint}", "WebhookEndpointUpdateParams")
def update_endpoint(world: World, params: Params, webhook_endpoint: str) -> Object:
    found = world.get(webhook_endpoint, "webhook_endpoint", "id")
    if "url" in params:
        require_loopback(params["url"])
    changes = dict(params)
    if "disabled" in changes:
        changes["status"] = "disabled" if changes.pop("disabled") else "enabled"
    world.update(found, changes)
    return found


@operation("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", "WebhookEndpointDeleteParams")
def delete_endpoint(world: World, params: Params, webhook_endpoint: str) -> Object:
    world.get(webhook_endpoint, "webhook_endpoint", "id")
    del world.objects[webhook_endpoint]
    return {"id": webhook_endpoint, "object": "webhook_endpoint", "deleted": True}


@operation("GET", "/v1/events", "EventListParams")
def list_events(world: World, params: Params) -> Object:
    events = [event for event in world.all("event") if event["created"] > world.now() - EVENTS_KEPT]
    if params.get("types"):
        events = [event for event in events if event["type"] in params["types"]]
    if params.get("type"):
        pattern = re.escape(params["type"]).replace(r"\*", ".*")
        events = [event for event in events if re.fullmatch(pattern, event["type"])]
    delivered = params.get("delivery_success")
    if delivered is not None:
        events = [event for event in events if (event["pending_webhooks"] == 0) == delivered]
    return listing(world, events, params, "/v1/events")


@operation("GET", "/v1/events/{id}", "EventRetrieveParams")
def retrieve_event(world: World, params: Params, id: str) -> Object:
    return world.get(id, "event", "id")
