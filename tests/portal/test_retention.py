"""What is kept only for a while: the day before its time everything is there, on the day it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from members.actions.applications import decline
from members.actions.directory import set_entry, write_to
from members.actions.invitations import accept, invite, take_invitation_back
from members.letters.actions import queue_letter
from members.letters.models import Letter
from members.models import Application, Invitation, Membership, Role
from members.retention import (
    blank_contact_messages,
    blank_old_letters,
    delete_declined_applications,
    forget_ended_invitations,
)
from members.tick import STEPS
from portal.account.sessions import forget_sessions
from portal.management.commands.tick import STEPS as ALL_STEPS
from tests.members.factories import UserFactory
from tests.pooling import factories as make
from tests.pooling.factories import NOW

from .whole_person import applied

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def periods(settings: Any) -> None:
    days = {"declined_applications": 10, "invitations": 20, "contact_messages": 30, "letters": 40}
    settings.KEEP_DAYS = settings.KEEP_DAYS | days


def after(days: int) -> tuple[datetime, datetime]:
    """The last moment at which it is kept, and the first at which it is not."""
    return NOW + days * DAY - timedelta(seconds=1), NOW + days * DAY


def invited(email: str = "nora@org.example") -> Invitation:
    own = make.organisation()
    by = make.administrator(own)
    return invite(organisation=own, email=email, role=Role.MEMBER, language="de", by=by, now=NOW)


def test_tick_runs_every_step() -> None:
    assert set(ALL_STEPS) >= {*STEPS, forget_sessions}
    assert set(STEPS) >= {
        delete_declined_applications,
        forget_ended_invitations,
        blank_contact_messages,
        blank_old_letters,
    }


def test_a_declined_application_is_deleted() -> None:
    application = applied("nora@org.example")
    decline(application=application, reason="Leider nein.", by=make.staff(), now=NOW)
    waiting = applied("nino@org.example")
    kept, gone = after(10)
    assert delete_declined_applications(now=kept) == 0
    assert delete_declined_applications(now=gone) == 1
    assert delete_declined_applications(now=gone) == 0
    assert list(Application.objects.all()) == [waiting]


def test_an_invitation_that_nobody_accepted_is_deleted_after_its_end() -> None:
    expired, taken_back = invited(), invited()
    own = taken_back.organisation
    take_invitation_back(invitation=taken_back, by=make.administrator(own), now=NOW)
    assert forget_ended_invitations(now=NOW + 20 * DAY) == 1
    assert list(Invitation.objects.all()) == [expired]
    assert forget_ended_invitations(now=NOW + Invitation.LASTS + 20 * DAY) == 1
    assert not Invitation.objects.exists()


def test_the_address_of_an_accepted_invitation_goes_and_who_accepted_stays() -> None:
    invitation = invited()
    person = UserFactory(email="nora@org.example")
    accept(token=invitation.new_token(), by=person, now=NOW)
    kept, gone = after(20)
    assert forget_ended_invitations(now=kept) == 0
    assert forget_ended_invitations(now=gone) == 1
    assert forget_ended_invitations(now=gone) == 0
    invitation.refresh_from_db()
    assert (invitation.email, invitation.accepted_by) == ("", person)


def test_the_invitation_of_an_organisation_without_people_stays() -> None:
    invitation = invited()
    Membership.objects.filter(organisation=invitation.organisation).delete()
    assert forget_ended_invitations(now=NOW + 365 * DAY) == 0
    assert Invitation.objects.get().email


def test_a_contact_message_is_blanked_before_other_letters() -> None:
    own = make.organisation()
    entry = set_entry(organisation=own, is_listed=True, about={"de": "Hilfe"}, topics=[], by=make.administrator(own))
    write_to(entry=entry, name="Nora Niemand", message="Guten Tag", reply_to="nora@org.example", now=NOW)
    queue_letter(
        key="test",
        template="members/letters/member_left.txt",
        organisation=own,
        context={"who": "Nora Niemand", "url": "https://up2gether.example/"},
        now=NOW,
    )
    kept, gone = after(30)
    assert blank_contact_messages(now=kept) == 0
    assert blank_contact_messages(now=gone) == 1
    message, other = Letter.objects.order_by("pk")
    assert (message.text, message.reply_to, message.blanked_at) == ("", "", gone)
    assert "Nora Niemand" in other.text
    kept, gone = after(40)
    assert blank_old_letters(now=kept) == 0
    assert blank_old_letters(now=gone) == 1
    assert Letter.objects.filter(text="", html="", subject="").count() == 2


def test_a_letter_that_was_blanked_is_neither_sent_nor_offered_to_be_sent_again() -> None:
    own = make.organisation()
    facts = {"who": "Nora", "url": "https://up2gether.example/"}
    queue_letter(key="x", template="members/letters/member_left.txt", organisation=own, context=facts, now=NOW)
    Letter.objects.update(tries=18)
    assert Letter.objects.given_up().exists()
    blank_old_letters(now=NOW + 40 * DAY)
    assert not Letter.objects.given_up().exists()
    Letter.objects.update(tries=0)
    assert not Letter.objects.due(now=NOW + 41 * DAY).exists()


def test_sessions_that_are_over_are_deleted() -> None:
    Client().force_login(UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
    now = timezone.now()
    assert forget_sessions(now=now) == 0
    ends = Session.objects.get().expire_date
    assert forget_sessions(now=ends) == 1
    assert not Session.objects.exists()


def test_tick_goes_through_with_the_periods() -> None:
    call_command("tick")
