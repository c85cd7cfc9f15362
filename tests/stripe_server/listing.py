"""Lists: filtered, by creation time, a page at a time."""

import operator
from typing import Any

from .errors import refuse
from .world import Object, Params, World

COMPARISONS = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def listing(world: World, items: list[Object], params: Params, url: str, **equal: Any) -> Object:
    """A page of `items`: those whose fields equal the `equal` ones that are not None."""
    for name, value in equal.items():
        if value is not None:
            items = [item for item in items if item.get(name) == value]
    items = page_start(created_in(items, params.get("created")), params)
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        refuse("This value must be between 1 and 100.", param="limit")
    expand = [path.removeprefix("data.") for path in params.get("expand", []) if path.startswith("data.")]
    return {
        "object": "list",
        "url": url,
        "has_more": len(items) > limit,
        "data": [world.public(item, expand) for item in items[:limit]],
    }


def created_in(items: list[Object], created: dict[str, int] | int | None) -> list[Object]:
    if isinstance(created, dict):
        for name, value in created.items():
            items = [item for item in items if COMPARISONS[name](item["created"], value)]
    elif created:
        items = [item for item in items if item["created"] == created]
    return items


def page_start(items: list[Object], params: Params) -> list[Object]:
    ids = [item["id"] for item in items]
    for name in ("starting_after", "ending_before"):
        if params.get(name) and params[name] not in ids:
            refuse(f"No such object: '{params[name]}'", param=name, code="resource_missing")
    start = ids.index(params["starting_after"]) + 1 if params.get("starting_after") else 0
    end = ids.index(params["ending_before"]) if params.get("ending_before") else len(items)
    return items[start:end]
