"""What is said and forgotten about people because of meetings."""

from __future__ import annotations

import json

import pytest

from members.meetings.models import Registration
from members.meetings.personal_data import about, forget

from .factories import UserFactory
from .meeting_steps import NOW, planned, registered
from .test_needs import acting

pytestmark = pytest.mark.django_db


def test_a_person_reads_what_is_kept_about_them_and_of_others_a_number() -> None:
    meeting, (of, by) = planned(capacity=9), acting(language="fr")
    registered(meeting, by.get_full_name(), by.email, who=(of, by))
    registered(meeting, "Kim Kollege", "kim@example.org", who=(of, by))
    said = about(by)
    assert [each["meeting"] for each in said["registered for meetings"]] == ["Barcamp de Berne"]
    assert said["other people registered for meetings"] == 1
    assert "Kim" not in json.dumps(said)


def test_forgetting_empties_what_names_them_wherever_it_stands_and_keeps_the_place() -> None:
    meeting, (of, by), (other, chief) = planned(capacity=9), acting(), acting()
    person = UserFactory(first_name="Lea", last_name="Muster")
    membership = of.memberships.create(person=person, role="member")
    registered(meeting, "lea muster", who=(of, by))  # by name, a colleague's row
    membership.delete()
    registered(meeting, "Frau Muster", person.email.upper(), who=(other, chief))  # by address, elsewhere
    registered(meeting, "Lea Muster", "namesake@example.org", who=(other, chief))  # somebody else of that name
    forget(person, now=NOW)
    rows = Registration.objects.order_by("pk")
    assert [(row.name, row.email) for row in rows] == [("", ""), ("", ""), ("Lea Muster", "namesake@example.org")]
    assert meeting.registrations.registered().count() == 3
    assert about(person)["registered for meetings"] == []
