"""Logging in by a code sent by mail: for whoever has an account, and saying nothing to whoever wants to find out."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import User

from .account import (
    code_of,
    complaints,
    in_each_language,
    is_logged_in,
    log_in,
    no_tries_are_counted,
    person,
    switch_on,
    url,
)

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db
UNKNOWN = "niemand@org.example"


def ask(client: Client, email: str, language: str = "de", **more: str) -> HttpResponse:
    answer: HttpResponse = client.post(
        url("account_request_login_code", language=language), {"email": email, **more}, follow=True
    )
    return answer


def code_in(letter: Any) -> str:
    found = re.search(r"\b\d{4}-\d{4}\b", letter.body)
    assert found
    return found[0]


def enter(client: Client, code: str, language: str = "de", **more: str) -> HttpResponse:
    answer: HttpResponse = client.post(
        url("account_confirm_login_code", language=language), {"code": code, **more}, follow=True
    )
    return answer


@in_each_language
def test_a_code_lets_one_in_and_comes_in_the_persons_language(person: User, language: str) -> None:
    person.language = {"de": "fr", "fr": "it", "it": "de"}[language]
    person.save()
    client = Client()
    page = ask(client, person.email.upper(), language)
    assert complaints(page, language) == []
    [letter] = mail.outbox
    assert letter.to == [person.email.upper()] or letter.to == [person.email]
    assert letter.extra_headers["Content-Language"] == person.language
    wrong = enter(client, "0000-0000", language)
    assert complaints(wrong, language) == []
    assert not is_logged_in(client)
    enter(client, code_in(letter).replace("-", " "), language)
    assert is_logged_in(client)


def test_a_code_lets_one_in_once_and_in_one_browser_only(person: User) -> None:
    client, other = Client(), Client()
    ask(client, person.email)
    code = code_in(mail.outbox[0])
    enter(other, code)
    assert not is_logged_in(other)
    enter(client, code)
    client.post(url("account_logout"))
    enter(client, code)
    assert not is_logged_in(client)


def test_a_code_is_too_late_after_ten_minutes(person: User) -> None:
    client = Client()
    ask(client, person.email)
    with time_machine.travel(time.time() + 601):
        enter(client, code_in(mail.outbox[0]))
        assert not is_logged_in(client)


def test_three_wrong_codes_end_the_right_one(person: User) -> None:
    client = Client()
    ask(client, person.email)
    for _try in range(3):
        enter(client, "0000-0000")
    enter(client, code_in(mail.outbox[0]))
    assert not is_logged_in(client)


def test_the_second_factor_is_asked_for_as_well(person: User) -> None:
    secret, _codes = switch_on(log_in(person)[0])
    mail.outbox.clear()
    client = Client()
    ask(client, person.email)
    page = enter(client, code_in(mail.outbox[0]))
    assert page.redirect_chain[-1][0].startswith(url("mfa_authenticate"))
    assert not is_logged_in(client)
    cache.clear()
    client.post(url("mfa_authenticate"), {"code": code_of(secret, at=time.time())})
    assert is_logged_in(client)


def test_one_gets_to_where_one_was_going(person: User) -> None:
    client = Client()
    to = url("own_data")
    assert f"?next={to}" in client.get(url("account_login"), {"next": to}).content.decode()
    ask(client, person.email, next=to)
    page = enter(client, code_in(mail.outbox[0]), next=to)
    assert page.redirect_chain[-1][0] == to


def stripped(answer: HttpResponse, email: str) -> str:
    """A page without what is different each time, and without what was typed."""
    text = answer.content.decode().replace(email, "EMAIL")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


class TestSayingNothing:
    def test_whether_there_is_an_account_makes_no_difference_to_the_pages(self, person: User) -> None:
        known, unknown = Client(), Client()
        assert stripped(ask(known, person.email), person.email) == stripped(ask(unknown, UNKNOWN), UNKNOWN)
        assert stripped(enter(known, "0000-0000"), person.email) == stripped(enter(unknown, "0000-0000"), UNKNOWN)

    def test_either_way_one_letter_is_sent_in_the_request_so_that_it_takes_as_long(self, person: User) -> None:
        taken = {}
        for email in (person.email, UNKNOWN):
            mail.outbox.clear()
            with CaptureQueriesContext(connection) as queries:
                ask(Client(), email)
            assert [letter.to for letter in mail.outbox] == [[email]]
            taken[email] = len(queries)
        assert abs(taken[person.email] - taken[UNKNOWN]) <= 3

    def test_the_letter_to_a_stranger_holds_no_code(self) -> None:
        ask(Client(), UNKNOWN)
        assert not re.search(r"\b\d{4}-\d{4}\b", str(mail.outbox[0].body))

    def test_nobody_gets_in_to_no_account(self) -> None:
        client = Client()
        ask(client, UNKNOWN)
        for code in ("", "None", "0000-0000"):
            enter(client, code)
        assert not is_logged_in(client)

    def test_a_closed_account_is_no_account(self, person: User) -> None:
        person.is_active = False
        person.save()
        ask(Client(), person.email)
        assert not re.search(r"\b\d{4}-\d{4}\b", str(mail.outbox[0].body))

    def test_so_many_codes_an_hour_and_no_more(self, person: User) -> None:
        for _try in range(8):
            ask(Client(), person.email)
        assert len(mail.outbox) == 6
