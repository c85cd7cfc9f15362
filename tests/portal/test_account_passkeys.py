"""Passkeys as the second factor: added, asked for, named and removed, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from members.models import User
from tests.members.factories import UserFactory

from .account import complaints, confirm_who, in_each_language, is_logged_in, log_in, no_tries_are_counted, person, url
from .passkeys import Device, add_passkey, asked_on, keep_passkey
from .walk import local

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db

PASSKEYS = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
NO_ANSWERS = ["", "x", "{}", "[]", "7", '{"id": "x"}', '{"response": {}}', '{"response": 7}', '"\\u0000"']
REFUSED = "The passkey was not accepted. Please try once more."


def answer(client: Client, name: str, credential: object, **more: str) -> HttpResponse:
    return client.post(url(name), {"credential": json.dumps(credential), **more}, follow=True)


@in_each_language
def test_a_passkey_is_added_asked_for_and_removed(person: User, language: str) -> None:
    client, _page = log_in(person)
    device, page = add_passkey(client)
    assert page.redirect_chain[-1][0] == url("mfa_view_recovery_codes")
    for name in ("mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"):
        assert complaints(client.get(url(name, language=language)), language) == []

    fresh, page = log_in(person)
    assert not is_logged_in(fresh)
    page = fresh.get(url("mfa_authenticate", language=language))
    assert complaints(page, language) == []
    answer(fresh, "mfa_authenticate", device.get(asked_on(page)))
    assert is_logged_in(fresh)

    passkey = str(PASSKEYS.get().pk)
    path = url("mfa_remove_webauthn", passkey, language=language)
    confirm_who(fresh)
    assert complaints(fresh.get(path), language) == []
    assert complaints(fresh.post(path, follow=True), language) == []
    assert not Authenticator.objects.exists()  # the recovery codes ended with it
    assert is_logged_in(log_in(person)[0])


def test_a_recovery_code_lets_one_in_without_the_passkey(person: User) -> None:
    client, _page = log_in(person)
    add_passkey(client)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    fresh, _page = log_in(person)
    fresh.post(url("mfa_authenticate"), {"code": codes[0]})
    assert is_logged_in(fresh)


def test_a_passkey_is_named_after_the_browser_until_one_names_it(person: User) -> None:
    client, _page = log_in(person)
    client.defaults["HTTP_USER_AGENT"] = "Firefox/140.0 Windows"
    confirm_who(client)
    assert 'value="Firefox, Windows"' in client.get(url("mfa_add_webauthn")).content.decode()
    add_passkey(client, name="")
    assert PASSKEYS.get().wrap().name == "Firefox, Windows"
    path = url("mfa_edit_webauthn", str(PASSKEYS.get().pk))
    assert 'class="error-summary' in client.post(path, {"name": ""}).content.decode()
    page = client.post(path, {"name": "Das <b>neue</b> Telefon"}, follow=True)
    assert local(page.redirect_chain[-1][0]) == url("mfa_list_webauthn")
    assert "Das &lt;b&gt;neue&lt;/b&gt; Telefon" in page.content.decode()
    assert "<b>neue" not in page.content.decode()


def test_it_confirms_who_one_is(person: User) -> None:
    device, _page = add_passkey(log_in(person)[0])
    client, page = log_in(person)
    answer(client, "mfa_authenticate", device.get(asked_on(page)))
    page = client.get(url("mfa_add_webauthn"), follow=True)
    assert page.redirect_chain[-1][0].startswith(url("account_reauthenticate"))
    assert url("mfa_reauthenticate_webauthn") in page.content.decode()
    page = client.get(url("mfa_reauthenticate_webauthn") + f"?next={url('mfa_list_webauthn')}")
    page = answer(client, "mfa_reauthenticate_webauthn", device.get(asked_on(page)), next=url("mfa_list_webauthn"))
    assert local(page.redirect_chain[-1][0]) == url("mfa_list_webauthn")
    assert client.get(url("mfa_add_webauthn")).status_code == 200


class TestRefused:
    """Each is answered on the page that was sent, with what to do, and lets nobody in."""

    def forged(self, device: Device, page: HttpResponse) -> list[object]:
        options, other = asked_on(page), Device()
        other.id = device.id
        elsewhere = Device("testserver.example")
        elsewhere.id, elsewhere.key = device.id, device.key
        old = {"publicKey": {**options["publicKey"], "challenge": "b2xk"}}
        return [device.get(old), other.get(options), elsewhere.get(options), Device().get(options)]

    def test_an_answer_that_is_not_the_passkeys_lets_nobody_in(self, person: User) -> None:
        device, _page = add_passkey(log_in(person)[0])
        for number in range(4):
            client, page = log_in(person)
            page = answer(client, "mfa_authenticate", self.forged(device, page)[number])
            assert gettext(REFUSED) in page.content.decode()
            assert not is_logged_in(client)

    def test_an_answer_is_good_once(self, person: User) -> None:
        device, _page = add_passkey(log_in(person)[0])
        client, page = log_in(person)
        once = device.get(asked_on(page))
        answer(client, "mfa_authenticate", once)
        again, _page = log_in(person)
        assert gettext(REFUSED) in answer(again, "mfa_authenticate", once).content.decode()
        assert not is_logged_in(again)

    def test_a_wrong_answer_confirms_nobody_and_is_said_there(self, person: User) -> None:
        client, _page = log_in(person)
        add_passkey(client)
        client.get(url("mfa_reauthenticate_webauthn"))
        page = answer(client, "mfa_reauthenticate_webauthn", {})
        assert page.redirect_chain == []
        assert gettext(REFUSED) in page.content.decode()

    @pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_authenticate", "mfa_reauthenticate_webauthn"])
    def test_what_is_no_answer_at_all_is_refused_too(self, person: User, name: str) -> None:
        client, _page = log_in(person)
        add_passkey(client)
        if name == "mfa_authenticate":
            client, _page = log_in(person)
        for sent in NO_ANSWERS:
            cache.clear()
            page = client.post(url(name), {"credential": sent, "name": "x"})
            assert page.status_code == 200, sent
            with translation.override("de"):
                assert gettext(REFUSED) in page.content.decode(), sent
        assert PASSKEYS.count() == 1

    @pytest.mark.parametrize(
        ("broken", "part"), [("clientDataJSON", "AAAA"), ("attestationObject", "AAAA"), ("attestationObject", "WQ")]
    )
    def test_a_passkey_with_a_broken_part_is_not_kept(self, person: User, broken: str, part: str) -> None:
        client, _page = log_in(person)
        confirm_who(client)
        credential: dict[str, Any] = Device().create(asked_on(client.get(url("mfa_add_webauthn"))))
        credential["response"][broken] = part
        page = answer(client, "mfa_add_webauthn", credential)
        assert gettext(REFUSED) in page.content.decode()
        assert not PASSKEYS.exists()

    @pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
    def test_somebody_elses_passkey_is_not_found(self, person: User, name: str) -> None:
        theirs = keep_passkey(UserFactory(), "Telefon")
        client, _page = log_in(person)
        confirm_who(client)
        path = url(name, str(theirs.pk))
        assert [client.get(path).status_code, client.post(path, {"name": "x"}).status_code] == [404, 404]
        assert PASSKEYS.get().wrap().name == "Telefon"


class TestStaff:
    """Where STAFF_MFA_REQUIRED is set."""

    @pytest.fixture
    def editor(self, settings: Any) -> User:
        settings.STAFF_MFA_REQUIRED = True
        made: User = UserFactory()
        made.groups.add(Group.objects.get(name="Editor"))
        return made

    def test_without_a_second_factor_they_are_led_to_choose_one(self, editor: User) -> None:
        client, _page = log_in(editor)
        page = client.get("/admin/", follow=True)
        assert local(page.redirect_chain[-1][0]).endswith(url("mfa_index").split("/", 2)[2])
        assert url("mfa_add_webauthn") in page.content.decode()
        assert url("mfa_activate_totp") in page.content.decode()

    def test_a_passkey_opens_the_admin(self, editor: User) -> None:
        client, _page = log_in(editor)
        add_passkey(client)
        assert client.get("/admin/").status_code == 200
