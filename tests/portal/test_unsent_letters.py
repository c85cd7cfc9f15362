"""Letters that no mail server took, in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions.applications import apply
from members.actions.invitations import invite, take_invitation_back
from members.actions.joining_letters import send_application_letters, send_invitation_letters
from members.letters.actions import send_letters
from members.letters.models import MOST_TRIES, Letter
from members.models import Application, Invitation, Membership, Role, User
from pooling.actions.approval_letters import send_approval_letters
from pooling.models import Approval
from portal.roles import EDITOR, TRANSLATOR
from tests.members.factories import OrganisationFactory, UserFactory
from tests.pooling.factories import asked, opened
from tests.pooling.letter_factories import pledged, withdrawn

pytestmark = pytest.mark.django_db
ERROR = "SMTPRecipientsRefused: 550 unknown <user>"


def client_of(group: str = EDITOR) -> Client:
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


@pytest.fixture
def letters() -> list[Letter]:
    """Two that were given up, to different people."""
    pledged("de")
    withdrawn("fr")
    Letter.objects.update(tries=MOST_TRIES, last_error=ERROR, next_try_at=timezone.now() + timedelta(hours=12))
    return list(Letter.objects.order_by("pk"))


def page(client: Client) -> str:
    return client.get(reverse("unsent_letters")).content.decode()


def test_a_letter_that_was_given_up_is_listed_with_address_subject_and_error(letters: list[Letter]) -> None:
    shown = page(client_of())
    for letter in letters:
        assert letter.person.email in shown
        assert letter.subject in shown
    assert "550 unknown &lt;user&gt;" in shown


def test_a_letter_that_is_still_tried_is_not_listed(letters: list[Letter]) -> None:
    Letter.objects.filter(pk=letters[0].pk).update(tries=MOST_TRIES - 1)
    assert letters[0].subject not in page(client_of())


def test_who_can_no_longer_log_in_is_not_listed(letters: list[Letter]) -> None:
    User.objects.filter(pk=letters[0].person_id).update(is_active=False)
    assert letters[0].subject not in page(client_of())


def test_one_letter_is_sent_again(letters: list[Letter]) -> None:
    client_of().post(reverse("unsent_letters"), {"letter": letters[0].pk})
    assert send_letters(now=timezone.now()) == 1
    assert mail.outbox[0].to == [letters[0].person.email]
    assert list(Letter.objects.given_up()) == [letters[1]]


def test_all_letters_are_sent_again(letters: list[Letter]) -> None:
    client = client_of()
    client.post(reverse("unsent_letters"))
    assert send_letters(now=timezone.now()) == 2
    assert all(letter.subject not in page(client) for letter in letters)


@pytest.mark.parametrize("named", ["", "x", "-1", "9" * 40, "²"])
def test_what_names_no_letter_sends_none(letters: list[Letter], named: str) -> None:
    answer = client_of().post(reverse("unsent_letters"), {"letter": named}, follow=True)
    assert answer.status_code == 200
    assert Letter.objects.given_up().count() == 2


@pytest.fixture
def direct() -> Approval:
    """A request for approval whose letter was given up, beside one that is still tried."""
    given_up, _tried = (asked(opened(now=timezone.now()), now=timezone.now()) for _turn in range(2))
    Approval.objects.filter(pk=given_up.pk).update(tries=MOST_TRIES, last_error=ERROR)
    return given_up


def test_a_letter_to_an_address_without_an_account_is_listed_and_sent_again(direct: Approval) -> None:
    client = client_of()
    assert direct.email in page(client)
    assert page(client).count('name="direct"') == 1
    client.post(reverse("unsent_letters"), {"direct": f"approval-{direct.pk}"})
    assert 'name="direct"' not in page(client)
    assert send_approval_letters(now=timezone.now()) == 2


def test_letters_to_those_who_join_are_listed_and_sent_again() -> None:
    organisation, boss = OrganisationFactory(), UserFactory()
    Membership.objects.create(organisation=organisation, person=boss, role=Role.ADMINISTRATOR)
    now = timezone.now()
    sent = {"organisation": organisation, "role": Role.MEMBER, "language": "de", "by": boss, "now": now}
    invite(email="nora@org.example", **sent)
    taken_back = invite(email="weg@org.example", **sent)
    details = {"name": "Verein Neu", "postcode": "3000", "town": "Bern", "canton": "BE", "language": "de"}
    apply(details=details, topics=[], email="mara@org.example", now=now)
    for model in (Invitation, Application):
        model.objects.update(tries=MOST_TRIES, last_error=ERROR)
    take_invitation_back(invitation=taken_back, by=boss, now=now)
    client = client_of()
    shown = page(client)
    assert [who in shown for who in ("nora@org.example", "mara@org.example", "weg@org.example")] == [True, True, False]
    client.post(reverse("unsent_letters"))
    assert 'name="direct"' not in page(client)
    assert (send_invitation_letters(now=timezone.now()), send_application_letters(now=timezone.now())) == (1, 1)


def test_sending_all_again_takes_both_kinds_and_one_named_only_that(letters: list[Letter], direct: Approval) -> None:
    client = client_of()
    client.post(reverse("unsent_letters"), {"direct": f"approval-{direct.pk}"})
    assert Letter.objects.given_up().count() == 2
    Approval.objects.filter(pk=direct.pk).update(tries=MOST_TRIES)
    client.post(reverse("unsent_letters"), {"letter": letters[0].pk})
    assert 'name="direct"' in page(client)
    client.post(reverse("unsent_letters"))
    assert (Letter.objects.given_up().count(), 'name="direct"' in page(client)) == (0, False)


def test_a_letter_that_was_sent_is_not_sent_again(letters: list[Letter]) -> None:
    Letter.objects.update(sent_at=timezone.now(), tries=1)
    client_of().post(reverse("unsent_letters"), {"letter": letters[0].pk})
    assert send_letters(now=timezone.now()) == 0


def test_the_first_page_of_the_admin_says_how_many_could_not_be_sent(letters: list[Letter]) -> None:
    client = client_of()
    address = reverse("unsent_letters")
    assert client.get(reverse("wagtailadmin_home")).content.decode().count(f'<a href="{address}">2 ') == 1
    Letter.objects.update(tries=0)
    assert f'<a href="{address}">' not in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_only_translates_sees_and_sends_none(letters: list[Letter], method: str) -> None:
    client = client_of(TRANSLATOR)
    answer: Any = getattr(client, method)(reverse("unsent_letters"))
    assert letters[0].person.email not in answer.content.decode()
    assert Letter.objects.given_up().count() == 2
    assert f'<a href="{reverse("unsent_letters")}">' not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_visitors_are_sent_to_the_log_in(letters: list[Letter]) -> None:
    answer = Client().post(reverse("unsent_letters"))
    assert answer.status_code == 302
    assert Letter.objects.given_up().count() == 2
