"""allauth's mails are letters too: in the person's language, as text and HTML, sent at once and kept nowhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from smtplib import SMTPException
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils.translation import gettext, override

from members.devices import device
from members.letters.models import Letter
from members.models import User
from tests.members.factories import UserFactory
from tests.pooling.letter_factories import flat
from tests.portal.account import NEW, PASSWORD, code_of, confirm_who, link_in, log_in, switch_on, url
from tests.portal.passkeys import add_passkey

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
AGENT = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0 call +41 900 000 000 now"


@pytest.fixture(autouse=True)
def _no_tries_are_counted() -> None:
    cache.clear()


def somebody(language: str) -> User:
    person: User = UserFactory(language=language, first_name="Anna", last_name="Keller")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def change_address(client: Client, address: str) -> None:
    confirm_who(client)
    client.post(url("account_email"), {"action_add": "", "email": address})


# Each mail that the portal sends, and how it comes about. The pages are read in German, whatever the person's language.


def password_reset_key(person: User) -> None:
    Client().post(url("account_reset_password"), {"email": person.email})


def password_reset(person: User) -> None:
    password_reset_key(person)
    client = Client()
    path = client.get(link_in(mail.outbox[-1]), follow=True).redirect_chain[-1][0]
    client.post(path, {"password1": NEW, "password2": NEW})


def login_code(person: User) -> None:
    Client().post(url("account_request_login_code"), {"email": person.email})


def new_device(person: User) -> None:
    log_in(person)
    log_in(person)  # with a client that has no cookie


def account_erased(person: User) -> None:
    client, _page = log_in(person)
    confirm_who(client)
    client.post(url("account_erase"), {"sure": "on"})


def password_changed(person: User) -> None:
    client, _page = log_in(person)
    client.post(url("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


def password_set(person: User) -> None:
    client, _page = log_in(person)
    confirm_who(client)
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    client.post(url("account_set_password"), {"password1": NEW, "password2": NEW})


def email_confirmation(person: User) -> None:
    client, _page = log_in(person)
    change_address(client, "new@org.example")


def email_changed(person: User) -> None:
    email_confirmation(person)
    Client().post(link_in(mail.outbox[-1]))


def email_deleted(person: User) -> None:
    client, _page = log_in(person)
    change_address(client, "new@org.example")
    client.post(url("account_email"), {"action_remove": "", "email": "new@org.example"})


def totp_activated(person: User) -> None:
    client, _page = log_in(person)
    switch_on(client)


def totp_deactivated(person: User) -> None:
    client, _page = log_in(person)
    secret, _codes = switch_on(client)
    client.post(url("mfa_reauthenticate"), {"code": code_of(secret, at=time.time() + 30)})
    client.post(url("mfa_deactivate_totp"))


def recovery_codes_generated(person: User) -> None:
    client, _page = log_in(person)
    switch_on(client)
    client.post(url("mfa_generate_recovery_codes"))


def webauthn_added(person: User) -> None:
    client, _page = log_in(person)
    add_passkey(client)


def webauthn_removed(person: User) -> None:
    client, _page = log_in(person)
    add_passkey(client)
    client.post(url("mfa_remove_webauthn", str(Authenticator.objects.get(type="webauthn").pk)))


KINDS = [
    password_reset_key,
    password_reset,
    password_changed,
    password_set,
    email_confirmation,
    email_changed,
    email_deleted,
    totp_activated,
    totp_deactivated,
    recovery_codes_generated,
    webauthn_added,
    webauthn_removed,
    login_code,
    new_device,
    account_erased,
]
OUR_OWN = {"new_device", "account_erased"}  # of which allauth knows nothing
# What the portal does not offer: signing up. The last is never sent by allauth.
NOT_OFFERED = {
    "account_already_exists",
    "email_confirmation_signup",
    "password_reset_code",
    "email_confirm",
}
WITH_A_BUTTON = [kind for kind in KINDS if kind not in (email_changed, login_code, account_erased)]

of_each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
in_each_language = pytest.mark.parametrize("language", ["de", "fr", "it"])


@pytest.fixture
def send(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """Make a mail come about, and return it."""

    def send(kind: Callable[[User], None], person: User) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            kind(person)
        return mail.outbox[-1]

    return send


def sources() -> dict[str, str]:
    """Our letters by the name that allauth has for them."""
    return {file.stem: file.read_text() for file in (ROOT / "members/templates").glob("*/email/*.txt")}


def test_every_mail_that_allauth_may_send_has_a_letter() -> None:
    theirs = {
        file.stem.removesuffix("_subject")
        for app in ("account", "mfa")
        for file in (Path(allauth.__file__).parent / "templates" / app / "email").glob("*_subject.txt")
    }
    assert (theirs - NOT_OFFERED) | OUR_OWN == sources().keys()
    assert sources().keys() == {kind.__name__ for kind in KINDS} | {"unknown_account"}


@in_each_language
@of_each_kind
def test_each_is_a_letter_in_the_persons_language(
    send: Callable[..., Any], kind: Callable[[User], None], language: str
) -> None:
    person = somebody(language)
    send(kind, person)
    [subject] = re.findall(r'block subject %}{% translate "(.*?)" %}', sources()[kind.__name__])
    with override(language):
        [sent] = [message for message in mail.outbox if message.subject == gettext(subject)]
        assert gettext("Kind regards") in sent.body
    assert sent.extra_headers["Content-Language"] == language
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.to == ["new@org.example" if kind is email_confirmation else person.email]
    assert "Anna Keller" in sent.body
    [html] = [part.content for part in sent.alternatives if part.mimetype == "text/html"]
    assert f'<html lang="{language}">' in html
    assert "Anna Keller" in html
    assert not re.search(r"\bNone\b|\{\{|%\(", sent.body)


@in_each_language
@pytest.mark.parametrize("kind", WITH_A_BUTTON, ids=lambda kind: kind.__name__)
def test_its_button_leads_to_a_page_in_the_persons_language(
    send: Callable[..., Any], kind: Callable[[User], None], language: str
) -> None:
    sent = send(kind, somebody(language))
    [link] = re.findall(r'class="press-text" href="([^"]+)"', str(sent.alternatives[0].content))
    assert link in sent.body.splitlines()
    assert link.startswith(f"http://testserver/{language}/")
    assert Client().get(link, follow=True).status_code == 200


@of_each_kind
def test_none_is_kept(send: Callable[..., Any], kind: Callable[[User], None]) -> None:
    send(kind, somebody("de"))
    assert not Letter.objects.exists()


@in_each_language
def test_an_unknown_address_is_told_so_in_the_language_of_the_page(language: str) -> None:
    Client().post(url("account_reset_password", language=language), {"email": "nobody@org.example"})
    [sent] = mail.outbox
    assert sent.to == ["nobody@org.example"]
    assert sent.extra_headers["Content-Language"] == language
    assert "nobody@org.example" in flat(sent.body)
    assert f"http://testserver/{language}/" in sent.body
    assert sent.alternatives


def test_a_change_of_address_is_told_to_the_old_one(send: Callable[..., Any]) -> None:
    person = somebody("de")
    before = person.email
    sent = send(email_changed, person)
    assert sent.to == [before]
    assert "new@org.example" in sent.body


def test_a_notice_names_when_and_on_what_device(send: Callable[..., Any]) -> None:
    person = somebody("de")
    client = Client(headers={"user-agent": AGENT})
    client.post(url("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(url("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    body = mail.outbox[-1].body
    assert "Firefox, Windows" in body
    assert "900 000" not in body  # whoever broke in writes nothing into the letter


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_as_people_call_it(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


@pytest.mark.parametrize("error", [SMTPException("no"), ConnectionRefusedError("away")])
def test_a_password_is_changed_also_where_no_mail_server_takes_the_notice(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(self: EmailBackend, messages: Any) -> int:
        raise error

    person = somebody("de")
    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    password_changed(person)
    person.refresh_from_db()
    assert person.check_password(NEW)
