"""What an address answers somebody, in one word."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import translation

from tests.tour.scene import Scene

from .addresses import SPOKEN, Address
from .people import ANONYMOUS, people
from .places import Places
from .table import Row

A_DAY = 86_400  # seconds: nobody is asked for the password once more because a machine is slow


class Asking:
    """Everybody of the table, logged in, and a place for each address. Built once, on a fresh demo."""

    def __init__(self) -> None:
        cache.clear()  # in which allauth counts tries
        scene = Scene(SPOKEN)
        scene.people |= (found := people())
        self.places = Places(scene, found)
        self.clients = {name: scene.log_in(name) for name in found} | {ANONYMOUS: Client(SERVER_NAME="127.0.0.1")}
        for client in self.clients.values():
            client.raise_request_exception = False

    def answer(self, address: Address, who: str, *, posts: bool) -> str:
        """The status; or `login` where one is sent to log in, `home` where Wagtail refuses by leading to its home.

        Whatever the request changes is taken back.
        """
        client, path = self.clients[who], self.places.path(address)
        cookies = client.cookies.copy()
        with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=A_DAY), transaction.atomic():
            response = client.post(path) if posts else client.get(path)
            transaction.set_rollback(True)
        client.cookies = cookies
        return word(response)

    def row(self, address: Address, columns: list[str]) -> Row:
        """What everybody is answered now."""
        answers = [self.answer(address, who, posts=False) for who in columns]
        if posts := "405" in answers:
            answers = [self.answer(address, who, posts=True) for who in columns]
        return Row(address.route, posts, tuple(answers))


def word(response: HttpResponse) -> str:
    if response.status_code not in (301, 302, 303):
        return str(response.status_code)
    target = urlsplit(response["Location"]).path
    with translation.override(SPOKEN):
        if target in (reverse("account_login"), reverse("wagtailadmin_login")):
            return "login"
        return "home" if target == reverse("wagtailadmin_home") else "302"
