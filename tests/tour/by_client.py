"""Takes the tour without a browser."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.test import Client

from .scene import Scene, local
from .stops import Stop, stops


def take(scene: Scene) -> Iterator[tuple[Stop, HttpResponse]]:
    """Every stop with what the portal answers there."""
    clients: dict[str, Client] = {}
    for stop in stops(scene):
        if stop.who and stop.who not in clients:
            clients[stop.who] = scene.log_in(stop.who)
        client = clients[stop.who] if stop.who else Client()
        client.raise_request_exception = False
        yield stop, visit(client, stop)


def visit(client: Client, stop: Stop) -> HttpResponse:
    response = client.get(stop.path, follow=True)
    if stop.send is None:
        return response
    here = local(response.redirect_chain[-1][0]) if response.redirect_chain else stop.path
    return client.post(here, stop.send, follow=True)
