"""What is said and forgotten about people because of meetings."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from members.meetings.models import Registration
from members.meetings.personal_data import about, forget

from .factories import UserFactory
from .meeting_steps import NOW, STARTS, planned, registered
from .needs_steps import acting

pytestmark = pytest.mark.django_db


def test_a_person_reads_what_is_kept_about_them_and_of_others_a_number() -> None:
    meeting, (of, by) = planned(capacity=9), acting(language="fr")
    registered(meeting, by.get_full_name(), by.email, who=(of, by))
    registered(meeting, "Kim Kollege", "kim@example.org", who=(of, by))
    said = about(by)
    assert [each["title"] for each in said["meetings"]] == ["Barcamp de Berne"]
    assert len(said["people registered for meetings"]) == 1
    assert "Kim" not in json.dumps(said)


@pytest.mark.parametrize(("now", "stay"), [(NOW, ["Lea Muster", "Will Warten"]), (STARTS, ["", "", "", "Lea Muster"])])
def test_forgetting_empties_what_names_them_wherever_it_stands(now: datetime, stay: list[str]) -> None:
    """Before the meeting their places go to those who wait; afterwards the number of those who came stays."""
    meeting, (of, by), (other, chief) = planned(capacity=4), acting(), acting()
    person = UserFactory(first_name="Lea", last_name="Muster")
    membership = of.memberships.create(person=person, role="member")
    registered(meeting, "lea muster", who=(of, by))  # by name, a colleague's row
    membership.delete()
    registered(meeting, "Frau Muster", person.email.upper(), who=(other, chief))  # by address, elsewhere
    registered(meeting, "Frau Lea Muster", who=acting())  # by name alone
    registered(meeting, "Lea Muster", "namesake@example.org", who=(other, chief))  # somebody else of that name
    registered(meeting, "Will Warten")
    forget(person, now=now)
    assert [row.name for row in meeting.registrations.registered().order_by("pk")] == stay
    assert about(person)["meetings"] == []
    assert not Registration.objects.filter(email__iexact=person.email).exists()
