"""The address that somebody logs in with: changed by a link, by nobody but its owner."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client

from members.models import User
from tests.members.factories import UserFactory

from .account import (
    complaints,
    confirm_who,
    in_each_language,
    is_logged_in,
    link_in,
    log_in,
    no_tries_are_counted,
    person,
    url,
)
from .walk import local

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db


CHANGES = [
    ("mfa_activate_totp", {}),
    ("mfa_add_webauthn", {}),
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


def test_nobody_finds_out_about_many_addresses(person: User) -> None:
    client, _page = log_in(person)
    confirm_who(client)
    asked = {"action_add": "", "email": UserFactory().email}
    answers = [client.post(url("account_email"), asked).status_code for _try in range(21)]
    assert answers[-2:] == [200, 429]


def test_an_address_that_staff_changed_is_the_one_that_counts(person: User) -> None:
    client, _page = log_in(person)
    client.get(url("account_email"))
    before, person.email = person.email, "by-staff@org.example"
    person.save()
    page = client.get(url("account_email")).content.decode()
    assert "by-staff@org.example" in page
    assert before not in page
    assert [address.email for address in EmailAddress.objects.filter(user=person)] == ["by-staff@org.example"]


def test_giving_a_first_address_a_successor_never_leaves_one_without(person: User) -> None:
    before = person.email
    EmailAddress.objects.create(user=person, email=before)  # as for somebody who never confirmed it
    client, _page = log_in(person)
    change_address(client, "new@org.example")
    person.refresh_from_db()
    assert person.email == before
    assert is_logged_in(log_in(person)[0])
