"""What the tour shows of passkeys: one's own, and the steps that ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils import timezone

from tests.portal.passkeys import keep_passkey

from .stop import Stop

if TYPE_CHECKING:
    from members.models import User

    from .scene import Scene

WHO = "keyed"


def add_passkeys(scene: Scene, person: User) -> None:
    """Two devices, of which one was used. The recovery code is for the tour, which has neither."""
    scene.people[WHO] = person
    for name, used in [("Firefox, Windows", timezone.now()), ("Mein Telefon", None)]:
        scene.passkey = keep_passkey(person, name)
        scene.passkey.last_used_at = used
        scene.passkey.save()
    scene.codes[WHO] = RecoveryCodes.activate(person).get_unused_codes()[0]


def passkeys(scene: Scene) -> Iterator[Stop]:
    typed = {"login": scene.people[WHO].email, "password": scene.password}
    mine, add = scene.url("mfa_list_webauthn"), scene.url("mfa_add_webauthn")
    name = scene.url("mfa_edit_webauthn", scene.passkey.pk)
    again = scene.url("mfa_reauthenticate_webauthn")
    yield Stop("entrance", "second factor, passkey", scene.url("account_login"), send=typed, leads_on=True)
    yield Stop("account", "security, with passkeys", scene.url("mfa_index"), who=WHO)
    yield Stop("account", "passkeys, none", mine, who="newcomer")
    yield Stop("account", "passkeys", mine, who=WHO)
    yield Stop("account", "passkey, new", add, who="newcomer")
    yield Stop("account", "passkey, new, without an answer", add, who="newcomer", send={"name": "x"})
    yield Stop("account", "passkey's name", name, who=WHO)
    yield Stop("account", "passkey's name, sent empty", name, who=WHO, send={})
    yield Stop("account", "passkey, remove", scene.url("mfa_remove_webauthn", scene.passkey.pk), who=WHO)
    yield Stop("account", "passkey once more", again, who=WHO)
    yield Stop("account", "passkey once more, without an answer", again, who=WHO, send={})
