"""Invitations and roles: first what always holds, then each refusal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core import mail

from members.actions.errors import (
    AlreadyInvited,
    AlreadyMember,
    ClosedAccount,
    HasAccount,
    LastAdministrator,
    LinkEnded,
    OnlyAdministrators,
    OtherPerson,
    TooManyInvitations,
)
from members.actions.invitations import (
    MOST_OPEN,
    accept,
    accept_with_new_account,
    invite,
    invite_administrator,
    invite_again,
    take_invitation_back,
)
from members.actions.joining_letters import send_invitation_letters
from members.actions.people import change_role, end_membership
from members.letters.models import Letter
from members.models import Invitation, Membership, Organisation, Role, User
from tests.pooling.test_races import at_once, postgresql_only

from .factories import OrganisationFactory, UserFactory

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
NEW = {"first_name": "Nora", "last_name": "Neu", "password": "eine lange Passphrase", "language": "de"}


def member(organisation: Organisation, role: Role = Role.ADMINISTRATOR) -> Membership:
    return Membership.objects.create(organisation=organisation, person=UserFactory(), role=role)


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def boss(organisation: Organisation) -> User:
    return member(organisation).person


def invited(organisation: Organisation, by: User, email: str = "Nora@org.example", role: Role = Role.MEMBER) -> str:
    """The end of the link in the letter."""
    invite(organisation=organisation, email=email, role=role, language="it", by=by, now=NOW)
    return sent()


def sent(now: datetime = NOW) -> str:
    assert send_invitation_letters(now=now) == 1
    found = re.search(r"/([\w-]{40,})/", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_whoever_follows_the_link_acts_for_the_organisation(organisation: Organisation, boss: User) -> None:
    membership = accept_with_new_account(token=invited(organisation, boss), now=NOW, **NEW)
    assert (membership.role, membership.person.email) == (Role.MEMBER, "nora@org.example")
    assert membership.person.check_password(NEW["password"])
    assert Letter.objects.get().subject.startswith("Nora Neu")


def test_a_link_works_once(organisation: Organisation, boss: User) -> None:
    token = invited(organisation, boss)
    accept_with_new_account(token=token, now=NOW, **NEW)
    with pytest.raises(LinkEnded):
        accept_with_new_account(token=token, now=NOW, **NEW)
    with pytest.raises(LinkEnded):
        accept(token=token, by=User.objects.get(email="nora@org.example"), now=NOW)


def test_the_link_is_kept_as_a_digest_only(organisation: Organisation, boss: User) -> None:
    token = invited(organisation, boss)
    assert token not in " ".join(str(value) for value in Invitation.objects.values_list().get())


def test_a_link_ends_after_two_weeks(organisation: Organisation, boss: User) -> None:
    token = invited(organisation, boss)
    with pytest.raises(LinkEnded):
        accept_with_new_account(token=token, now=NOW + Invitation.LASTS, **NEW)
    assert accept_with_new_account(token=token, now=NOW + Invitation.LASTS - timedelta(seconds=1), **NEW)


def test_a_letter_sent_again_has_another_link_and_ends_the_first(organisation: Organisation, boss: User) -> None:
    old = invited(organisation, boss)
    later = NOW + timedelta(days=13)
    invite_again(invitation=Invitation.objects.get(), by=boss, now=later)
    new = sent(later)
    with pytest.raises(LinkEnded):
        accept_with_new_account(token=old, now=later, **NEW)
    assert accept_with_new_account(token=new, now=later + timedelta(days=13), **NEW)


def test_an_invitation_that_was_taken_back_opens_nothing(organisation: Organisation, boss: User) -> None:
    token = invited(organisation, boss)
    take_invitation_back(invitation=Invitation.objects.get(), by=boss, now=NOW)
    with pytest.raises(LinkEnded):
        accept_with_new_account(token=token, now=NOW, **NEW)
    assert invite(
        organisation=organisation, email="nora@org.example", role=Role.MEMBER, language="de", by=boss, now=NOW
    )


def test_a_letter_that_is_still_due_is_not_sent_for_an_invitation_taken_back(
    organisation: Organisation, boss: User
) -> None:
    invite(organisation=organisation, email="nora@org.example", role=Role.MEMBER, language="de", by=boss, now=NOW)
    take_invitation_back(invitation=Invitation.objects.get(), by=boss, now=NOW)
    assert send_invitation_letters(now=NOW) == 0


def test_somebody_with_an_account_accepts_as_the_one_who_was_invited(organisation: Organisation, boss: User) -> None:
    person, other = UserFactory(email="nora@org.example"), UserFactory()
    token = invited(organisation, boss, role=Role.ADMINISTRATOR)
    with pytest.raises(OtherPerson):
        accept(token=token, by=other, now=NOW)
    with pytest.raises(HasAccount):
        accept_with_new_account(token=token, now=NOW, **NEW)
    assert accept(token=token, by=person, now=NOW).role == Role.ADMINISTRATOR
    assert organisation.is_administered_by(person)


def test_an_invitation_raises_a_role_and_never_lowers_one(organisation: Organisation, boss: User) -> None:
    person = UserFactory(email="nora@org.example")
    up = invited(organisation, boss, role=Role.ADMINISTRATOR)
    Membership.objects.create(organisation=organisation, person=person, role=Role.MEMBER)
    assert accept(token=up, by=person, now=NOW).role == Role.ADMINISTRATOR


def test_a_closed_account_cannot_accept(organisation: Organisation, boss: User) -> None:
    person = UserFactory(email="nora@org.example", is_active=False)
    token = invited(organisation, boss)
    with pytest.raises(ClosedAccount):
        accept(token=token, by=person, now=NOW)


def test_only_administrators_invite_send_again_and_take_back(organisation: Organisation, boss: User) -> None:
    invited(organisation, boss)
    invitation = Invitation.objects.get()
    for person in (member(organisation, Role.MEMBER).person, member(OrganisationFactory()).person):
        with pytest.raises(OnlyAdministrators):
            invite(
                organisation=organisation, email="x@org.example", role=Role.MEMBER, language="de", by=person, now=NOW
            )
        with pytest.raises(OnlyAdministrators):
            invite_again(invitation=invitation, by=person, now=NOW)
        with pytest.raises(OnlyAdministrators):
            take_invitation_back(invitation=invitation, by=person, now=NOW)


def test_nobody_is_invited_twice_or_while_they_act_already(organisation: Organisation, boss: User) -> None:
    invited(organisation, boss)
    with pytest.raises(AlreadyInvited):
        invite(organisation=organisation, email="NORA@org.example", role=Role.MEMBER, language="de", by=boss, now=NOW)
    with pytest.raises(AlreadyMember):
        invite(organisation=organisation, email=boss.email.upper(), role=Role.MEMBER, language="de", by=boss, now=NOW)


def test_an_organisation_has_so_many_open_invitations_at_most(organisation: Organisation, boss: User) -> None:
    for n in range(MOST_OPEN):
        invite(organisation=organisation, email=f"p{n}@org.example", role=Role.MEMBER, language="de", by=boss, now=NOW)
    with pytest.raises(TooManyInvitations):
        invite(organisation=organisation, email="more@org.example", role=Role.MEMBER, language="de", by=boss, now=NOW)


def test_staff_invite_an_administrator_where_nobody_can_and_send_a_lost_letter_again() -> None:
    organisation, staff = OrganisationFactory(language="it"), UserFactory(is_staff=True)
    for _letter in range(2):
        invite_administrator(organisation=organisation, email="Nora@org.example", by=staff, now=NOW)
        token = sent()
    assert accept_with_new_account(token=token, now=NOW, **NEW).role == Role.ADMINISTRATOR
    with pytest.raises(AlreadyMember):
        invite_administrator(organisation=organisation, email="nora@org.example", by=staff, now=NOW)


def test_the_last_administrator_stays(organisation: Organisation, boss: User) -> None:
    mine = Membership.objects.get(person=boss)
    closed = member(organisation)
    User.objects.filter(pk=closed.person_id).update(is_active=False)  # can't log in, so is no help
    with pytest.raises(LastAdministrator):
        change_role(membership=mine, role=Role.MEMBER, by=boss, now=NOW)
    with pytest.raises(LastAdministrator):
        end_membership(membership=mine, by=boss, now=NOW)
    member(organisation)
    assert change_role(membership=mine, role=Role.MEMBER, by=boss, now=NOW).role == Role.MEMBER


def test_a_member_leaves_and_an_administrator_removes(organisation: Organisation, boss: User) -> None:
    leaver, removed, other = (member(organisation, Role.MEMBER) for _n in range(3))
    end_membership(membership=leaver, by=leaver.person, now=NOW)
    with pytest.raises(OnlyAdministrators):
        end_membership(membership=removed, by=other.person, now=NOW)
    end_membership(membership=removed, by=boss, now=NOW)
    end_membership(membership=removed, by=boss, now=NOW)
    assert set(organisation.memberships.values_list("person", flat=True)) == {boss.pk, other.person_id}
    assert Letter.objects.filter(person=removed.person).count() == 1  # told; who left knows
    assert not Letter.objects.filter(person=leaver.person).exists()
    assert Letter.objects.filter(person=boss).count() == 2


def test_whose_role_is_changed_gets_a_letter_and_the_same_role_again_changes_nothing(
    organisation: Organisation, boss: User
) -> None:
    other = member(organisation, Role.MEMBER)
    for _twice in range(2):
        change_role(membership=other, role=Role.ADMINISTRATOR, by=boss, now=NOW)
    assert Letter.objects.get(person=other.person).template == "members/letters/membership_changed.txt"


def test_only_administrators_change_roles(organisation: Organisation, boss: User) -> None:
    other = member(organisation, Role.MEMBER)
    with pytest.raises(OnlyAdministrators):
        change_role(membership=other, role=Role.ADMINISTRATOR, by=other.person, now=NOW)


@pytest.mark.usefixtures("postgresql_only")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_two_administrators_who_demote_each_other_at_once_leave_one(_round: int) -> None:
    organisation = OrganisationFactory()
    one, other = member(organisation), member(organisation)
    results = at_once(
        lambda: change_role(membership=other, role=Role.MEMBER, by=one.person, now=NOW),
        lambda: end_membership(membership=one, by=other.person, now=NOW),
    )
    assert organisation.administrators().count() == 1
    assert sum(isinstance(result, (OnlyAdministrators, LastAdministrator)) for result in results) == 1


@pytest.mark.usefixtures("postgresql_only")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_two_who_accept_at_once_one_makes_the_account(_round: int) -> None:
    organisation = OrganisationFactory()
    token = invited(organisation, member(organisation).person)
    results = at_once(*[lambda: accept_with_new_account(token=token, now=NOW, **NEW)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["LinkEnded", "Membership"]
    assert User.objects.filter(email="nora@org.example").count() == 1


@pytest.mark.usefixtures("postgresql_only")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_two_organisations_links_followed_at_once_one_makes_the_account(_round: int) -> None:
    tokens = [invited(made, member(made).person) for made in OrganisationFactory.create_batch(2)]
    results = at_once(*[partial(accept_with_new_account, token=token, now=NOW, **NEW) for token in tokens])
    assert sorted(type(result).__name__ for result in results) == ["HasAccount", "Membership"]
    assert Membership.objects.filter(person__email="nora@org.example").count() == 1
