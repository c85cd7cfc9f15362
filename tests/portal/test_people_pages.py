"""The pages of who acts for an organisation, as administrators, members and those who are invited meet them."""

from __future__ import annotations

import pytest
from django.test import Client

from members.models import Invitation, Membership, Organisation, Role
from tests.members.factories import OrganisationFactory, UserFactory

from .test_joining_pages import letter_link, no_tries_are_counted, url

__all__ = ["no_tries_are_counted"]
pytestmark = pytest.mark.django_db


def logged_in(organisation: Organisation, role: Role = Role.ADMINISTRATOR) -> tuple[Client, Membership]:
    membership = Membership.objects.create(organisation=organisation, person=UserFactory(), role=role)
    client = Client()
    client.force_login(membership.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, membership


def test_an_administrator_invites_and_a_member_cannot() -> None:
    organisation = OrganisationFactory()
    boss, _mine = logged_in(organisation)
    member, _theirs = logged_in(organisation, Role.MEMBER)
    address = url("members:people", organisation.uuid)
    sent = {"email": "nora@org.example", "role": "member", "language": "fr"}
    assert "nora@org.example" not in member.get(address).content.decode()
    assert member.post(address, sent).status_code == 403
    assert boss.post(address, sent).status_code == 302
    again = boss.post(address, sent)
    assert (again.status_code, "offene Einladung" in again.content.decode()) == (409, True)
    assert boss.post(address, {"email": "nein", "role": "member", "language": "fr"}).status_code == 422
    assert letter_link().startswith("/fr/")


def test_a_mailbox_is_invited_five_times_a_day_at_most_whoever_asks() -> None:
    answers = []
    for _organisation in range(6):
        organisation = OrganisationFactory()
        boss, _mine = logged_in(organisation)
        sent = {"email": "Nora@org.example", "role": "member", "language": "fr"}
        answers.append(boss.post(url("members:people", organisation.uuid), sent).status_code)
    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize("do", ["again", "revoke"])
def test_an_open_invitation_is_sent_again_or_taken_back(do: str) -> None:
    organisation = OrganisationFactory()
    boss, _mine = logged_in(organisation)
    boss.post(
        url("members:people", organisation.uuid), {"email": "nora@org.example", "role": "member", "language": "de"}
    )
    old = letter_link()
    change = url("members:invitation_change", organisation.uuid, Invitation.objects.get().pk)
    assert boss.post(change, {do: "yes"}).status_code == 302
    if do == "again":
        assert Client().get(letter_link()).status_code == 200
    assert Client().get(old).status_code == 410


def test_people_of_another_organisation_see_nothing_and_change_nothing() -> None:
    organisation = OrganisationFactory()
    _boss, membership = logged_in(organisation)
    stranger, _theirs = logged_in(OrganisationFactory())
    assert stranger.get(url("members:people", organisation.uuid)).status_code == 404
    for name in ("membership_role", "membership_end"):
        assert stranger.post(url(f"members:{name}", organisation.uuid, membership.pk)).status_code == 404
    own = Membership.objects.exclude(pk=membership.pk).get().organisation
    assert stranger.post(url("members:membership_end", own.uuid, membership.pk)).status_code == 404
    assert Client().get(url("members:people", organisation.uuid)).status_code == 302


def test_the_last_administrator_is_told_why_they_cannot_leave() -> None:
    organisation = OrganisationFactory()
    boss, mine = logged_in(organisation)
    answer = boss.post(url("members:membership_end", organisation.uuid, mine.pk))
    assert (answer.status_code, "braucht jemanden" in answer.content.decode()) == (409, True)
    boss.post(url("members:membership_role", organisation.uuid, mine.pk), {"role": "member"})
    mine.refresh_from_db()
    assert mine.role == Role.ADMINISTRATOR


def test_a_member_leaves_by_themselves_and_removes_nobody() -> None:
    organisation = OrganisationFactory()
    _boss, theirs = logged_in(organisation)
    member, mine = logged_in(organisation, Role.MEMBER)
    assert member.post(url("members:membership_end", organisation.uuid, theirs.pk)).status_code == 403
    assert member.get(url("members:membership_end", organisation.uuid, mine.pk)).status_code == 200
    assert member.post(url("members:membership_end", organisation.uuid, mine.pk)).url == url("dashboard")
    assert not Membership.objects.filter(pk=mine.pk).exists()


def test_an_invitation_to_somebody_else_says_so_to_whoever_is_logged_in() -> None:
    organisation = OrganisationFactory()
    boss, _mine = logged_in(organisation)
    boss.post(
        url("members:people", organisation.uuid), {"email": "nora@org.example", "role": "member", "language": "de"}
    )
    link = letter_link()
    other, _theirs = logged_in(OrganisationFactory())
    assert "nora@org.example" in other.get(link).content.decode()
    assert other.post(link).status_code == 409
    assert Client().post(link, {"first_name": "N", "last_name": "N", "password": "kurz"}).status_code == 422
    assert Invitation.objects.get().accepted_at is None


def test_somebody_with_an_account_logs_in_and_accepts() -> None:
    organisation = OrganisationFactory()
    boss, _mine = logged_in(organisation)
    known, theirs = logged_in(OrganisationFactory())
    boss.post(
        url("members:people", organisation.uuid),
        {"email": theirs.person.email, "role": "administrator", "language": "de"},
    )
    link = letter_link()
    assert url("account_login") in Client().get(link).content.decode()
    assert known.post(link).url == url("dashboard")
    assert organisation.is_administered_by(theirs.person)
