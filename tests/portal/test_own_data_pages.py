"""The pages on which people see, correct and delete what the portal keeps; and the one for staff who do it for them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from members.models import Membership, Role, User
from tests.members.factories import OrganisationFactory, UserFactory
from tests.pooling import factories as make

from .account import (
    complaints,
    confirm_who,
    in_each_language,
    is_logged_in,
    log_in,
    no_tries_are_counted,
    person,
    url,
)

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db


def bound() -> User:
    """The only administrator of an organisation with a running pledge."""
    own, now = make.organisation(), timezone.now()
    pool = make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))
    make.pledge(pool, by=own, now=now)
    return make.administrator(own)


@in_each_language
def test_name_and_language_are_corrected_and_the_page_answers_in_the_new_language(person: User, language: str) -> None:
    client, _page = log_in(person)
    typed = {"first_name": "Nora", "last_name": "Neu", "language": language}
    page = client.post(url("account_details"), typed, follow=True)
    assert complaints(page, language) == []
    assert page.redirect_chain == [(url("account_details", language=language), 302)]
    assert client.cookies["django_language"].value == language
    person.refresh_from_db()
    assert (person.get_full_name(), person.language) == ("Nora Neu", language)


def test_what_was_typed_wrong_is_kept_and_nothing_is_saved(person: User) -> None:
    client, _page = log_in(person)
    page = client.post(url("account_details"), {"first_name": "", "last_name": "Neu", "language": "rm"})
    assert page.status_code == 422
    assert 'value="Neu"' in page.content.decode()
    before = person.last_name
    person.refresh_from_db()
    assert person.last_name == before


def test_the_file_holds_everything_and_is_the_persons_own(person: User) -> None:
    client, _page = log_in(person)
    answer = client.get(url("own_data_file"))
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(answer.content)["account"]["e-mail address"] == person.email


def test_html_in_a_name_is_shown_as_text(person: User) -> None:
    person.first_name = "<script>alert(1)</script>"
    person.save()
    client, _page = log_in(person)
    page = client.get(url("own_data")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@in_each_language
def test_somebody_deletes_their_account_and_gets_a_last_letter(person: User, language: str) -> None:
    person.language = language
    person.save()
    email = person.email
    client, _page = log_in(person)
    confirm_who(client)
    path = url("account_erase", language=language)
    assert complaints(client.get(path), language) == []
    unsure = client.post(path, {})
    assert unsure.status_code == 422
    mail.outbox.clear()
    page = client.post(path, {"sure": "on"}, follow=True)
    assert complaints(page, language) == []
    assert page.redirect_chain[-1][0] == url("account_erased", language=language)
    assert not is_logged_in(client)
    assert [letter.to for letter in mail.outbox] == [[email]]
    assert not is_logged_in(log_in(User(email=email))[0])
    person.refresh_from_db()
    assert person.erased_at


def test_deleting_asks_for_the_password_once_more(person: User) -> None:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for answer in (client.get(url("account_erase")), client.post(url("account_erase"), {"sure": "on"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(url("account_reauthenticate"))
    person.refresh_from_db()
    assert person.erased_at is None


def test_whoever_is_still_needed_reads_why_and_where_to_go() -> None:
    person = bound()
    client, _page = log_in(person)
    confirm_who(client)
    page = client.get(url("account_erase")).content.decode()
    own = person.organisations.get()
    assert url("members:people", str(own.uuid)) in page
    assert 'name="sure"' not in page
    client.post(url("account_erase"), {"sure": "on"})
    assert is_logged_in(client)
    person.refresh_from_db()
    assert person.erased_at is None


class TestStaff:
    @pytest.fixture
    def desk(self) -> Client:
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True, language="de"))
        return client

    def test_staff_hand_out_a_file(self, desk: Client, person: User) -> None:
        told = json.loads(desk.get(reverse("person_data_file", args=[person.pk])).content)
        assert told["account"]["e-mail address"] == person.email

    def test_staff_erase_a_person_whose_address_they_type(self, desk: Client, person: User) -> None:
        path = reverse("person_data", args=[person.pk])
        email = person.email
        assert email in desk.get(path).content.decode()
        wrong = desk.post(path, {"email": "other@org.example"})
        assert 'class="error' in wrong.content.decode()
        mail.outbox.clear()
        assert desk.post(path, {"email": email.upper()})["Location"] == reverse("wagtailusers_users:index")
        person.refresh_from_db()
        assert person.erased_at
        assert [letter.to for letter in mail.outbox] == [[email]]
        entry = ModelLogEntry.objects.for_instance(person).get(action="wagtail.delete")
        assert email not in entry.label
        assert desk.get(path, follow=True).status_code == 404

    def test_staff_read_who_is_still_needed(self, desk: Client) -> None:
        person = bound()
        path = reverse("person_data", args=[person.pk])
        page = desk.get(path).content.decode()
        assert person.organisations.get().name in page
        assert 'name="email"' not in page
        desk.post(path, {"email": person.email})
        person.refresh_from_db()
        assert person.erased_at is None

    def test_wagtails_own_deletion_leads_there(self, desk: Client, person: User) -> None:
        own = reverse("person_data", args=[person.pk])
        assert own in desk.get(reverse("wagtailusers_users:index")).content.decode()
        assert desk.post(reverse("wagtailusers_users:delete", args=[person.pk]))["Location"] == own
        many = reverse("wagtail_bulk_action", args=["members", "user", "delete"])
        assert desk.post(f"{many}?id={person.pk}")["Location"] == reverse("wagtailusers_users:index")
        assert User.objects.filter(pk=person.pk, erased_at=None).exists()

    def test_nobody_else_sees_others_data(self, person: User) -> None:
        client = Client()
        member = UserFactory()
        Membership.objects.create(organisation=OrganisationFactory(), person=member, role=Role.ADMINISTRATOR)
        client.force_login(member)
        for name in ("person_data", "person_data_file"):
            assert client.get(reverse(name, args=[person.pk])).status_code in (302, 403)
