"""Passwords: forgotten, changed, set for the first time; and that nobody may guess them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import User
from portal.account.address import ensure_current_address

from .account import (
    NEW,
    PASSWORD,
    complaints,
    in_each_language,
    is_logged_in,
    link_in,
    log_in,
    no_tries_are_counted,
    person,
    url,
)
from .walk import Page, local

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db


@in_each_language
def test_a_forgotten_password_is_replaced_by_mail_and_the_link_works_once(
    person: User, mailoutbox: list[Any], language: str
) -> None:
    person.language = language
    person.save()
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
    ensure_current_address(person)  # as for everybody who was here before
    answers, statements = [], []
    for email in (person.email, "nobody@org.example"):
        with CaptureQueriesContext(connection) as queries:
            answers.append(Client().post(url("account_reset_password"), {"email": email}, follow=True).content.decode())
        statements.append(len(queries))
        assert [letter.to for letter in mailoutbox] == [[email]]  # a letter either way, so that it takes as long
        mailoutbox.clear()
    assert answers[0] == answers[1]
    assert abs(statements[0] - statements[1]) <= 3


@pytest.mark.parametrize("known", ["with a password", "without", "closed", "nobody"])
def test_at_log_in_a_password_is_hashed_once_whether_there_is_an_account_or_not(
    person: User, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if known == "without":
        person.set_unusable_password()
    person.is_active = known != "closed"
    person.save()
    hasher, hashed = type(get_hasher()), []
    encode = hasher.encode

    def counted(self: Any, password: str, *args: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, *args))

    monkeypatch.setattr(hasher, "encode", counted)
    email = "nobody@org.example" if known == "nobody" else person.email
    page = Client().post(url("account_login"), {"login": email, "password": "not the right one"})
    assert len(hashed) == 1
    assert complaints(page, "de") == []
    assert "Die E-Mail-Adresse oder das Passwort stimmt nicht." in page.content.decode()


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


@in_each_language
def test_a_password_manager_finds_the_page_that_changes_it(language: str) -> None:
    """https://w3c.github.io/webappsec-change-password-url/"""
    answer = Client().get("/.well-known/change-password", headers={"Accept-Language": language})
    assert answer["Location"] == url("account_change_password", language=language)
