"""What the tour shows of the network: the directory, and writing to those in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portal.demo.network import organisation

from .stop import Stop

if TYPE_CHECKING:
    from .scene import Scene


def network(scene: Scene) -> Iterator[Stop]:
    directory = scene.url("members:directory")
    yield Stop("network", "directory", directory)
    yield Stop("network", "directory, filtered", f"{directory}?canton=BE&language=de")
    yield Stop("network", "directory, nothing fits", f"{directory}?q=xyzzy")
    listed = organisation("exemple").entry.slug
    contact = scene.url("members:contact", listed)
    yield Stop("network", "entry", scene.url("members:directory_entry", listed))
    yield Stop("network", "contact", contact)
    yield Stop("network", "contact, sent empty", contact, send={}, status=422)
    yield Stop("network", "contact, sent", scene.url("members:contact_sent", listed))
    for key in ("exemple", "modello"):
        own = scene.url("members:own_entry", organisation(key).uuid)
        yield Stop("network", f"own entry of {key}", own, who=key)
    yield Stop("network", "own entry, without a sentence", own, who=key, send={"is_listed": "on"}, status=422)
