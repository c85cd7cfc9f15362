"""What the tests of the account's pages share: how somebody logs in, and what is wrong with a page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation

from members.models import User
from tests.members.factories import UserFactory

from .walk import LANGUAGES, Page, given_away, local

PASSWORD = "a long password"
NEW = "another long password"
ARGUMENTS = {
    "account_reset_password_from_key": ["1", "used-key"],
    "account_confirm_email": ["no:such:key"],
    "mfa_edit_webauthn": ["1"],
    "mfa_remove_webauthn": ["1"],
    "organisation_naming": ["3f0c7a52-5d0e-4f6b-9a52-0d4c6f1b7e11"],
}
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def no_tries_are_counted() -> None:
    """allauth counts them in the cache."""
    cache.clear()


@pytest.fixture
def person() -> User:
    made: User = UserFactory()
    return made


def url(name: str, *args: str, language: str = "de") -> str:
    with translation.override(language):
        return reverse(name, args=args or ARGUMENTS.get(name, []))


def log_in(person: User, password: str = PASSWORD) -> tuple[Client, HttpResponse]:
    client = Client()
    return client, client.post(url("account_login"), {"login": person.email, "password": password}, follow=True)


def confirm_who(client: Client, password: str = PASSWORD, **to: str) -> HttpResponse:
    return client.post(url("account_reauthenticate"), {"password": password, **to}, follow=True)


def code_of(secret: str, *, at: float) -> str:
    """A code as an app shows it: RFC 6238 on top of RFC 4226, section 5.3."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def key_on(page: HttpResponse) -> str:
    """What somebody types into the app by hand, from the page that sets it up."""
    found = re.search(r'<code class="key">([^<]+)</code>', page.content.decode())
    assert found
    return found[1].replace(" ", "")


def switch_on(client: Client) -> tuple[str, list[str]]:
    """Set up the second factor. Returns the app's key and the recovery codes."""
    confirm_who(client)
    secret = key_on(client.get(url("mfa_activate_totp")))
    page = client.post(url("mfa_activate_totp"), {"code": code_of(secret, at=time.time())}, follow=True)
    codes = re.findall(r"<code>(\d+)</code>", page.content.decode())
    assert len(codes) == 10
    return secret, codes


def is_logged_in(client: Client) -> bool:
    return bool(client.get(url("dashboard")).status_code == 200)


def complaints(response: HttpResponse, language: str) -> list[str]:
    """What is wrong with a page that anybody may be on."""
    source = response.content.decode()
    page = Page(source)
    main = source.split("<main", 1)[1].split("</main>", 1)[0]
    found = [f"word of {word}" for word in given_away(page.texts[language], language)]
    if response.status_code != 200:
        found.append(f"answers {response.status_code}")
    if page.lang != language:
        found.append(f"is in {page.lang}")
    if len(re.findall(r"<h1\b", source)) != 1 or "<h1></h1>" in source:
        found.append("has not one heading")
    if not re.search(r"<title>\s*\w", source):
        found.append("has no title")
    if not re.search(r"<(a|button) ", main.split("</nav>")[-1]):
        found.append("leads nowhere")
    found += [
        f"looks as allauth made it: {template.origin.name}"
        for template in response.templates
        if template.name and template.name.endswith(".html") and "/allauth/templates/" in template.origin.name
    ]
    return found


def link_in(letter: Any) -> str:
    """The link that a letter is about."""
    links = [word for word in re.findall(r"https?://\S+", letter.body) if len(word) > 40]
    return local(links[0])
