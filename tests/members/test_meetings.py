"""Registering people for meetings, sending somebody else, signing off. First what always holds, then each refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.actions.people import end_membership
from members.meetings.actions import MOST_OF_ONE, register, replace, sign_off
from members.meetings.deciding import call_off
from members.meetings.errors import (
    MeetingBegan,
    MeetingCalledOff,
    NamedAlready,
    RegistrationEnded,
    TooManyPeople,
)
from members.meetings.models import Meeting, Registration
from members.models import Organisation, OrganisationState, Role
from members.needs.errors import NotActing

from .factories import OrganisationFactory, UserFactory
from .meeting_steps import NOW, STARTS, draft, line, planned, registered, told
from .needs_steps import acting

pytestmark = pytest.mark.django_db


def test_whoever_is_registered_has_a_place_until_all_are_taken() -> None:
    meeting = planned(capacity=2)
    for n in range(4):
        registered(meeting, f"Person {n}", now=NOW + timedelta(minutes=n))
    assert line(meeting) == [
        ("Person 0", "registered"),
        ("Person 1", "registered"),
        ("Person 2", "waiting"),
        ("Person 3", "waiting"),
    ]
    found = Meeting.objects.counted().get(pk=meeting.pk)
    assert (found.taken, found.in_line) == (2, 2)


def test_who_is_signed_off_leaves_the_place_to_the_first_in_line_who_is_told() -> None:
    meeting, (of, by) = planned(capacity=1), acting(language="fr")
    first = registered(meeting, "Anna Eins")
    second = registered(meeting, "Zoe Zwei", "zoe@example.org", who=(of, by), now=NOW + timedelta(minutes=1))
    registered(meeting, "Drei", now=NOW + timedelta(minutes=2))
    assert second.letter == "waiting"
    sign_off(registration=first, by=first.registered_by, now=NOW)
    sign_off(registration=first, by=first.registered_by, now=NOW)
    assert line(meeting) == [("Zoe Zwei", "registered"), ("Drei", "waiting")]
    second.refresh_from_db()
    assert (second.letter, told(meeting, "moved_up")) == ("moved_up", [by.email])


def test_who_waits_and_is_signed_off_moves_nobody() -> None:
    meeting = planned(capacity=1)
    registered(meeting, "Eins")
    waiting = registered(meeting, "Zwei", now=NOW + timedelta(minutes=1))
    sign_off(registration=waiting, by=waiting.registered_by, now=NOW)
    assert line(meeting) == [("Eins", "registered")]


@pytest.mark.parametrize("capacity", [1, 2])
def test_somebody_else_keeps_the_place_or_the_position_in_line(capacity: int) -> None:
    meeting = planned(capacity=capacity)
    registered(meeting, "Eins")
    before = registered(meeting, "Zwei", "zwei@example.org", now=NOW + timedelta(minutes=1))
    registered(meeting, "Drei", now=NOW + timedelta(minutes=2))
    new = replace(registration=before, name="Vier", email="vier@example.org", by=before.registered_by, now=NOW)
    before.refresh_from_db()
    assert [name for name, _state in line(meeting)] == ["Eins", "Vier", "Drei"]
    assert (new.state, new.letter) == (("waiting", "waiting") if capacity == 1 else ("registered", "registered"))
    assert (before.state, before.letter) == ("cancelled", "removed")


def test_with_the_same_address_or_name_the_entry_is_corrected() -> None:
    meeting = planned()
    entry = registered(meeting, "Ana Beispiel", "ana@example.org")
    Registration.objects.update(letter="")
    same = replace(registration=entry, name="Anna Beispiel", email="Ana@example.org", by=entry.registered_by, now=NOW)
    assert (same.pk, same.name, same.letter) == (entry.pk, "Anna Beispiel", "")
    moved = replace(registration=same, name="anna beispiel", email="anna@example.org", by=same.registered_by, now=NOW)
    assert (moved.pk, moved.email, moved.letter) == (entry.pk, "anna@example.org", "registered")
    assert len(line(meeting)) == 1


def test_a_colleague_is_known_by_address_or_name_and_reads_their_own_language() -> None:
    meeting, (of, by) = planned(capacity=9), acting(language="it")
    of.people.through.objects.create(organisation=of, person=UserFactory(first_name="Lea", last_name="Muster"))
    assert registered(meeting, "Irgendwer", by.email, who=(of, by)).person == by
    assert registered(meeting, "lea muster", who=(of, by)).person is not None
    assert registered(meeting, "Ben Fremd", "ben@example.org", who=(of, by)).person is None
    assert [each.language for each in meeting.registrations.order_by("pk")] == ["it", "de", "de"]


@pytest.mark.parametrize(
    ("name", "email"), [("EVA BEISPIEL", ""), ("Eva Beispiel", "neu@example.org"), ("Andere", "Eva@example.org")]
)
def test_an_organisation_names_a_person_once(name: str, email: str) -> None:
    meeting, who = planned(), acting()
    registered(meeting, "Eva Beispiel", "eva@example.org", who=who)
    other = registered(meeting, "Noch jemand", who=who)
    with pytest.raises(NamedAlready):
        registered(meeting, name, email, who=who)
    with pytest.raises(NamedAlready):
        replace(registration=other, name=name, email=email, by=who[1], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=other.pk).update(name=name, email=email)
    assert registered(meeting, name, email).is_waiting  # another organisation may send somebody of that name


def test_who_was_signed_off_can_be_registered_again() -> None:
    meeting, who = planned(), acting()
    entry = registered(meeting, who=who)
    sign_off(registration=entry, by=who[1], now=NOW)
    assert registered(meeting, who=who).pk != entry.pk
    with pytest.raises(RegistrationEnded):
        replace(registration=entry, name="Neu", email="", by=who[1], now=NOW)


def test_one_organisation_can_not_take_all_places() -> None:
    meeting, who = planned(capacity=99), acting()
    for n in range(MOST_OF_ONE):
        registered(meeting, f"Person {n}", who=who)
    with pytest.raises(TooManyPeople, match="10"):
        registered(meeting, "Eine mehr", who=who)


def test_only_people_of_an_active_organisation_register() -> None:
    meeting, stranger = planned(), (OrganisationFactory(), UserFactory())
    for who in (stranger, acting(state=OrganisationState.SUSPENDED)):
        with pytest.raises(NotActing):
            registered(meeting, who=who)
    assert line(meeting) == []


def test_nobody_changes_the_people_of_another_organisation() -> None:
    entry, (_of, stranger) = registered(planned()), acting()
    with pytest.raises(NotActing):
        sign_off(registration=entry, by=stranger, now=NOW)
    with pytest.raises(NotActing):
        replace(registration=entry, name="Neu", email="", by=stranger, now=NOW)


def test_a_suspended_organisation_still_says_who_does_not_come() -> None:
    meeting, who = planned(), acting()
    entry = registered(meeting, who=who)
    Organisation.objects.update(state=OrganisationState.SUSPENDED)
    sign_off(registration=entry, by=who[1], now=NOW)
    assert line(meeting) == []


@pytest.mark.parametrize(
    ("now", "called_off", "refusal"), [(STARTS, False, MeetingBegan), (NOW, True, MeetingCalledOff)]
)
def test_from_the_start_on_or_once_called_off_the_list_is_closed(now: Any, called_off: bool, refusal: Any) -> None:
    meeting, who = planned(), acting()
    entry = registered(meeting, who=who)
    if called_off:
        call_off(meeting=meeting, reason="Krank.", now=NOW)
    for do in (
        lambda: registered(meeting, "Neu", who=who, now=now),
        lambda: replace(registration=entry, name="Neu", email="", by=who[1], now=now),
        lambda: sign_off(registration=entry, by=who[1], now=now),
    ):
        with pytest.raises(refusal):
            do()
    assert line(meeting) == [("Eva Beispiel", "registered")]


def test_nobody_is_registered_for_a_draft() -> None:
    of, by = acting()
    with pytest.raises(MeetingBegan):
        register(meeting=draft(), organisation=of, name="Eva", email="", by=by, now=NOW)


def test_who_leaves_the_organisation_stays_registered_and_can_be_replaced() -> None:
    meeting, (of, by) = planned(), acting(role=Role.ADMINISTRATOR)
    leaving = UserFactory(first_name="Lea", last_name="Muster")
    membership = of.memberships.create(person=leaving, role=Role.MEMBER)
    entry = registered(meeting, "Lea Muster", leaving.email, who=(of, leaving))
    end_membership(membership=membership, by=by, now=NOW)
    assert line(meeting) == [("Lea Muster", "registered")]
    with pytest.raises(NotActing):
        sign_off(registration=entry, by=leaving, now=NOW)
    replace(registration=entry, name="Ben Neu", email="", by=by, now=NOW)
    assert line(meeting) == [("Ben Neu", "registered")]
