"""The pages of one's account: what each says, to whom, and the ways through them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation

from members.models import User
from portal.account import urls
from tests.members.factories import UserFactory

from .walk import LANGUAGES, Page, given_away, local

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
NEW = "another long password"
in_each_language = pytest.mark.parametrize("language", LANGUAGES)

# Of each page: its addresses in German, French and Italian, below the language and the account's own.
ADDRESSES = {
    "dashboard": ("", "", ""),
    "account_login": ("anmelden/", "connexion/", "accesso/"),
    "account_logout": ("abmelden/", "deconnexion/", "uscita/"),
    "account_reset_password": ("passwort/vergessen/", "mot-de-passe/oublie/", "password/dimenticata/"),
    "account_change_password": ("passwort/aendern/", "mot-de-passe/changer/", "password/cambia/"),
    "account_email": ("e-mail/", "e-mail/", "e-mail/"),
    "mfa_index": ("sicherheit/", "securite/", "sicurezza/"),
    "mfa_activate_totp": ("sicherheit/app/einrichten/", "securite/application/configurer/", "sicurezza/app/configura/"),
}
FOR_VISITORS = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
]
FOR_ANYBODY_LOGGED_IN = [
    "dashboard",
    "account_logout",
    "account_reset_password",
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_email_verification_sent",
    "mfa_index",
    "mfa_activate_totp",
]
WITH_A_SECOND_FACTOR = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
]
BY_TESTS_OF_THEIR_OWN = ["mfa_authenticate", "account_set_password", "mfa_download_recovery_codes"]
ARGUMENTS = {"account_reset_password_from_key": ["1", "used-key"], "account_confirm_email": ["no:such:key"]}


@pytest.fixture(autouse=True)
def _no_tries_are_counted() -> None:
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


def pages(person: User) -> Iterator[tuple[str, Client]]:
    """Every page with somebody who may see it."""
    yield from ((name, Client()) for name in FOR_VISITORS)
    client, _page = log_in(person)
    confirm_who(client)
    yield from ((name, client) for name in FOR_ANYBODY_LOGGED_IN)
    switch_on(client)
    yield from ((name, client) for name in WITH_A_SECOND_FACTOR)


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


def test_every_page_has_a_test() -> None:
    names = {pattern.name for pattern in urls.urlpatterns}
    assert names == {*FOR_VISITORS, *FOR_ANYBODY_LOGGED_IN, *WITH_A_SECOND_FACTOR, *BY_TESTS_OF_THEIR_OWN}


@in_each_language
def test_every_page_has_a_heading_a_way_on_and_the_readers_language(person: User, language: str) -> None:
    found = {}
    for name, client in pages(person):
        cache.clear()
        response = client.get(url(name, language=language))
        found[f"{name}, logged in: {client.session.get('_auth_user_id') is not None}"] = complaints(response, language)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_made_of_words_of_its_language(name: str) -> None:
    for language, account, rest in zip(LANGUAGES, ("konto", "compte", "conto"), ADDRESSES[name], strict=True):
        assert url(name, language=language) == f"/{language}/{account}/{rest}"


@pytest.mark.parametrize("name", [pattern.name for pattern in urls.urlpatterns])
def test_an_address_leads_to_its_page_in_each_language(name: str) -> None:
    for language in LANGUAGES:
        path = url(name, language=language)
        with translation.override(language):
            assert resolve(path).url_name == name


def test_log_in_leads_to_where_somebody_was_going(person: User) -> None:
    client = Client()
    page = client.get(url("mfa_index"), follow=True)
    answer = client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {})
    assert answer.status_code == 200
    assert 'class="error-summary' in answer.content.decode()
    data = {"login": person.email, "password": PASSWORD, "next": url("mfa_index")}
    assert client.post(url("account_login"), data)["Location"] == url("mfa_index")


def test_looking_at_the_log_out_page_logs_nobody_out(person: User) -> None:
    client, _page = log_in(person)
    client.get(url("account_logout"))
    assert is_logged_in(client)
    page = client.post(url("account_logout"), follow=True)
    assert not is_logged_in(client)
    assert 'role="status"' in page.content.decode()
    assert local(page.redirect_chain[-1][0]) == url("account_login")


def link_in(letter: Any) -> str:
    """The link that a letter is about."""
    links = [word for word in re.findall(r"https?://\S+", letter.body) if len(word) > 40]
    return local(links[0])


@in_each_language
def test_a_forgotten_password_is_replaced_by_mail_and_the_link_works_once(
    person: User, mailoutbox: list[Any], language: str
) -> None:
    client = Client()
    sent = client.post(url("account_reset_password", language=language), {"email": person.email}, follow=True)
    assert complaints(sent, language) == []
    [letter] = mailoutbox
    link = link_in(letter)
    assert link.startswith(url("account_login", language=language).rsplit("/", 2)[0])
    form = client.get(link, follow=True)
    assert complaints(form, language) == []
    path = form.redirect_chain[-1][0]
    assert person.password not in path
    refused = client.post(path, {"password1": NEW, "password2": "something else"})
    assert complaints(refused, language) == []
    assert 'class="error-summary' in refused.content.decode()
    saved = client.post(path, {"password1": NEW, "password2": NEW}, follow=True)
    assert complaints(saved, language) == []
    assert not is_logged_in(log_in(person)[0])
    assert is_logged_in(log_in(person, NEW)[0])
    again = Client().get(link, follow=True)
    assert complaints(again, language) == []
    assert 'name="password1"' not in again.content.decode()


def test_whether_an_address_has_an_account_is_not_told(person: User, mailoutbox: list[Any]) -> None:
    answers = [
        Client().post(url("account_reset_password"), {"email": email}, follow=True).content.decode()
        for email in (person.email, "nobody@org.example")
    ]
    assert answers[0] == answers[1]


def test_a_new_password_holds_at_once_and_keeps_one_logged_in_here_only(person: User) -> None:
    here, _page = log_in(person)
    elsewhere, _page = log_in(person)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(url("account_change_password"), data).status_code == 302
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)


def test_an_account_without_a_password_is_led_to_the_page_that_sets_one(person: User) -> None:
    person.set_unusable_password()
    person.save()
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(url("account_change_password"), follow=True)
    assert local(page.redirect_chain[-1][0]) == url("account_set_password")
    assert complaints(page, "de") == []
    client.post(url("account_set_password"), {"password1": NEW, "password2": NEW})
    assert is_logged_in(log_in(person, NEW)[0])


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


CHANGES = [
    ("mfa_activate_totp", {}),
    ("account_email", {"action_add": "", "email": "new@org.example"}),
]


@pytest.mark.parametrize(("name", "data"), CHANGES)
def test_who_changes_the_ways_in_is_asked_who_they_are(person: User, name: str, data: dict[str, str]) -> None:
    client, _page = log_in(person)
    page = client.post(url(name), data, follow=True)
    assert local(page.redirect_chain[-1][0]).startswith(url("account_reauthenticate"))
    refused = confirm_who(client, "wrong", next=url(name))
    assert 'class="error-summary' in refused.content.decode()
    assert not EmailAddress.objects.filter(email="new@org.example").exists()
    page = confirm_who(client, next=url(name))
    assert page.status_code == 200
    assert EmailAddress.objects.filter(email="new@org.example").exists() is (name == "account_email")


def change_address(client: Client, address: str) -> HttpResponse:
    confirm_who(client)
    return client.post(url("account_email"), {"action_add": "", "email": address}, follow=True)


@in_each_language
def test_an_address_changes_when_the_link_in_the_mail_is_opened(
    person: User, mailoutbox: list[Any], language: str
) -> None:
    before = person.email
    client, _page = log_in(person)
    change_address(client, "New@Org.example")
    waiting = client.get(url("account_email", language=language))
    assert complaints(waiting, language) == []
    assert "new@org.example" in waiting.content.decode()
    person.refresh_from_db()
    assert person.email == before
    path = link_in(mailoutbox[-1])
    page = Client().get(path)
    assert complaints(page, "de") == []
    person.refresh_from_db()
    assert person.email == before  # mail programs open links too
    Client().post(path)
    person.refresh_from_db()
    assert person.email == "new@org.example"
    assert [address.email for address in EmailAddress.objects.filter(user=person)] == ["new@org.example"]
    assert is_logged_in(log_in(person)[0])


def test_a_change_that_is_given_up_leaves_the_old_address(person: User) -> None:
    before = person.email
    client, _page = log_in(person)
    change_address(client, "first@org.example")
    change_address(client, "second@org.example")
    client.post(url("account_email"), {"action_remove": "", "email": "second@org.example"})
    person.refresh_from_db()
    assert person.email == before
    assert [address.email for address in EmailAddress.objects.filter(user=person)] == [before]


def test_the_address_of_somebody_else_is_refused(person: User, mailoutbox: list[Any]) -> None:
    other = UserFactory()
    client, _page = log_in(person)
    page = change_address(client, other.email.upper())
    assert 'class="error-summary' in page.content.decode()
    assert mailoutbox == []


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client, person: client.post(url("account_login"), {"login": person.email, "password": "wrong"}),
        lambda client, person: client.post(url("account_reset_password"), {"email": person.email}),
    ],
    ids=["log-in", "password"],
)
def test_too_many_tries_get_a_page_that_says_how_long_to_wait(
    person: User, attempt: Callable[[Client, User], HttpResponse]
) -> None:
    client = Client()
    answers = [attempt(client, person) for _ in range(40)]
    last = answers[-1]
    assert last.status_code == 429
    assert last["Retry-After"]
    assert Page(last.content.decode()).lang == "de"
    assert len(re.findall("<h1", last.content.decode())) == 1
