"""What the tour shows of one's own data: seeing, correcting and deleting it, and what staff see of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse

from .stop import Stop

if TYPE_CHECKING:
    from .scene import Scene


def own_data(scene: Scene) -> Iterator[Stop]:
    me, details, erase = "newcomer", scene.url("account_details"), scene.url("account_erase")
    yield Stop("account", "details", details, who=me)
    yield Stop("account", "details, sent empty", details, who=me, send={}, status=422)
    yield Stop("account", "own data, little", scene.url("own_data"), who=me)
    yield Stop("account", "own data, much", scene.url("own_data"), who="muster")
    yield Stop("account", "delete", erase, who=me)
    yield Stop("account", "delete, without a tick", erase, who=me, send={}, status=422)
    yield Stop("account", "delete, still needed", erase, who="muster")
    yield Stop("account", "deleted", scene.url("account_erased"))
    yield Stop("admin", "a person's data", desk(scene, me), who="operator")
    yield Stop("admin", "a person's data, wrong address", desk(scene, me), who="operator", send={"email": "x"})
    yield Stop("admin", "a person's data, still needed", desk(scene, "muster"), who="operator")


def add_sessions(scene: Scene) -> None:
    """Somebody is logged in on two more devices."""
    typed = {"login": scene.people["between"].email, "password": scene.password}
    for agent in ("Firefox/140.0 Windows", "Safari/604.1 iPhone"):
        Client(SERVER_NAME="127.0.0.1", HTTP_USER_AGENT=agent).post(scene.url("account_login"), typed)


def without_password(scene: Scene) -> Iterator[Stop]:
    ask, email = scene.url("account_request_login_code"), scene.people["newcomer"].email
    yield Stop("entrance", "code by mail", ask)
    yield Stop("entrance", "code by mail, sent empty", ask, send={})
    yield Stop("entrance", "code by mail, to be entered", ask, send={"email": email}, leads_on=True)
    sessions = scene.url("usersessions_list")
    yield Stop("account", "log-ins, one", sessions, who="newcomer")
    yield Stop("account", "log-ins, several", sessions, who="between")


def desk(scene: Scene, who: str) -> str:
    return reverse("person_data", args=[scene.people[who].pk])
