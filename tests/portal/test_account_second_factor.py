"""The second factor: an app's codes, and recovery codes for when the phone is lost."""

from __future__ import annotations

import base64
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from members.models import User

from .account import (
    code_of,
    complaints,
    confirm_who,
    in_each_language,
    is_logged_in,
    key_on,
    log_in,
    no_tries_are_counted,
    person,
    switch_on,
    url,
)

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db


@in_each_language
def test_the_second_factor_is_switched_on_asked_for_and_switched_off(person: User, language: str) -> None:
    client, _page = log_in(person)
    secret, _codes = switch_on(client)
    fresh, page = log_in(person)
    assert not is_logged_in(fresh)
    assert page.redirect_chain[-1][0] == url("mfa_authenticate")
    path = url("mfa_authenticate", language=language)
    assert complaints(fresh.get(path), language) == []
    wrong = fresh.post(path, {"code": "000000"})
    assert complaints(wrong, language) == []
    assert 'class="error-summary' in wrong.content.decode()
    cache.clear()  # the same code is good once, and setting up used it
    fresh.post(path, {"code": code_of(secret, at=time.time())})
    assert is_logged_in(fresh)
    confirm_who(fresh)
    off = fresh.post(url("mfa_deactivate_totp", language=language), follow=True)
    assert complaints(off, language) == []
    assert not Authenticator.objects.filter(user=person).exists()
    assert is_logged_in(log_in(person)[0])


def test_a_key_is_shown_as_a_picture_and_to_type(person: User) -> None:
    client, _page = log_in(person)
    confirm_who(client)
    page = client.get(url("mfa_activate_totp"))
    picture = re.search(r'<img class="qr" src="data:image/svg\+xml;base64,([^"]+)" alt="\w', page.content.decode())
    assert picture
    assert b"<svg" in base64.b64decode(picture[1])
    assert key_on(page) in page.content.decode().replace(" ", "")


def test_a_recovery_code_lets_one_in_once(person: User) -> None:
    client, _page = log_in(person)
    _secret, codes = switch_on(client)
    for attempt in (True, False):
        cache.clear()
        fresh, _page = log_in(person)
        fresh.post(url("mfa_authenticate"), {"code": codes[0]})
        assert is_logged_in(fresh) is attempt
    left = client.get(url("mfa_view_recovery_codes")).content.decode()
    assert codes[0] not in left
    assert codes[1] in left


def test_recovery_codes_come_as_a_file_and_new_ones_end_the_old(person: User) -> None:
    client, _page = log_in(person)
    _secret, codes = switch_on(client)
    file = client.get(url("mfa_download_recovery_codes", language="fr"))
    assert "attachment" in file["Content-Disposition"]
    assert re.findall(r"^\d+$", file.content.decode(), re.MULTILINE) == codes
    assert "&#" not in file.content.decode()
    page = client.post(url("mfa_generate_recovery_codes"), follow=True)
    assert not set(codes) & set(re.findall(r"<code>(\d+)</code>", page.content.decode()))


def test_half_logged_in_one_can_start_over(person: User) -> None:
    switch_on(log_in(person)[0])
    half, page = log_in(person)
    assert 'id="start-over"' in page.content.decode()
    page = half.post(url("account_logout"), {"next": url("account_login")}, follow=True)
    assert page.redirect_chain[-1][0] == url("account_login")
    assert 'name="login"' in page.content.decode()
