"""Once prices are locked, an organisation says who comes on its own seats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from members.meetings.errors import NamedAlready
from members.models import Membership, Role
from members.needs.errors import NotActing
from pooling.actions.attendees import (
    MORE_A_DAY,
    forget_workshop_attendees,
    free_seat,
    name_attendee,
    replace_attendee,
)
from pooling.actions.errors import (
    NamedTooOften,
    PledgeEnded,
    SeatsNotYet,
    SeatsTaken,
    TooFewSeats,
    TooLateForSeats,
)
from pooling.actions.pools import cancel_pool
from pooling.attendance import rows_of
from pooling.models import Attendee, Pledge, Pool
from pooling.workshops.guests import attendance_of, guests_of
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW
from .test_seats import give, paid, take_back
from .test_views import login, url

pytestmark = pytest.mark.django_db


def member(pledge: Pledge) -> Any:
    """Somebody who acts for the organisation and does not bind it."""
    person = UserFactory(first_name="Lea", last_name="Muster")
    Membership.objects.create(organisation=pledge.organisation, person=person, role=Role.MEMBER)
    return person


def named(pledge: Pledge, name: str = "Eva Beispiel", email: str = "", **changes: Any) -> Attendee:
    by = make.administrator(pledge.organisation)
    return name_attendee(**{"pledge": pledge, "name": name, "email": email, "by": by, "now": NOW, **changes})


def names(pledge: Pledge) -> list[str]:
    return [each.name for each in pledge.attendees.named().order_by("pk")]


def test_any_person_of_the_organisation_names_people_for_its_seats() -> None:
    pledge = paid()
    person = member(pledge)
    assert named(pledge, "lea muster", by=person).person == person
    assert named(pledge, "Ben Fremd", "ben@example.org").person is None
    assert pledge.unnamed_seats == 2
    for who in (UserFactory(), member(paid())):
        with pytest.raises(NotActing):
            named(pledge, "Kim", by=who)


def test_names_and_seats_that_are_given_share_the_pledge_s_seats() -> None:
    pledge = paid()  # four seats
    gift = give(pledge, number=2)
    named(pledge, "Eins")
    named(pledge, "Zwei")
    with pytest.raises(SeatsTaken):
        named(pledge, "Drei")
    with pytest.raises(SeatsTaken):
        give(pledge)
    take_back(gift)
    with pytest.raises(TooFewSeats, match="2"):
        give(pledge, number=3)
    named(pledge, "Drei")
    assert names(pledge) == ["Eins", "Zwei", "Drei"]


def test_somebody_else_comes_in_one_step_on_the_same_seat() -> None:
    pledge = paid()
    entry = named(pledge, "Eva", "eva@example.org")
    by = member(pledge)
    other = replace_attendee(attendee=entry, name="Ben", email="", by=by, now=NOW)
    assert (other.name, other.email, other.named_by) == ("Ben", "", by)
    assert (names(pledge), pledge.unnamed_seats) == (["Ben"], 3)
    same = replace_attendee(attendee=other, name="BEN", email="", by=by, now=NOW)
    assert (same.pk, names(pledge)) == (other.pk, ["BEN"])
    free_seat(attendee=same, by=by, now=NOW)
    free_seat(attendee=same, by=by, now=NOW)
    assert names(pledge) == []
    with pytest.raises(Attendee.DoesNotExist):
        replace_attendee(attendee=same, name="Kim", email="", by=by, now=NOW)


def test_a_list_is_changed_so_many_times_a_day_at_most() -> None:
    """We write to addresses that somebody typed."""
    pledge = paid()
    entry = named(pledge, email="eva@example.org")
    Attendee.objects.update(sent_at=NOW)
    Attendee.objects.bulk_create(
        Attendee(
            pledge=pledge,
            language="de",
            named_by=entry.named_by,
            named_at=NOW,
            next_try_at=NOW,
            ended_at=NOW,
            name="Weg",
        )
        for _turn in range(pledge.seats + MORE_A_DAY - 1)
    )
    with pytest.raises(NamedTooOften):
        named(pledge, "Ben")
    with pytest.raises(NamedTooOften):
        replace_attendee(attendee=entry, name="Ben", email="", by=entry.named_by, now=NOW)
    assert names(pledge) == ["Eva Beispiel"]
    named(pledge, "Ben", now=NOW + timedelta(days=1))


@pytest.mark.parametrize(("name", "email"), [("EVA", ""), ("Andere", "EVA@example.org")])
def test_a_pledge_names_a_person_once(name: str, email: str) -> None:
    pledge = paid()
    named(pledge, "Eva", "eva@example.org")
    other = named(pledge, "Ben")
    with pytest.raises(NamedAlready):
        named(pledge, name, email)
    with pytest.raises(NamedAlready):
        replace_attendee(attendee=other, name=name, email=email, by=other.named_by, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.filter(pk=other.pk).update(name=name, email=email)


def test_nobody_is_named_before_prices_are_locked_or_from_the_start_on_or_for_what_was_called_off() -> None:
    with pytest.raises(SeatsNotYet):
        named(make.pledge(make.opened()))
    pledge = paid()
    entry = named(pledge, "Eva")
    for do in (
        lambda: named(pledge, "Ben", now=pledge.pool.starts_at),
        lambda: replace_attendee(attendee=entry, name="Ben", email="", by=entry.named_by, now=pledge.pool.starts_at),
        lambda: free_seat(attendee=entry, by=entry.named_by, now=pledge.pool.starts_at),
    ):
        with pytest.raises(TooLateForSeats):
            do()
    cancel_pool(pool=pledge.pool, reason="Krank.", by=UserFactory(is_staff=True), now=NOW)
    with pytest.raises(PledgeEnded):
        named(pledge, "Ben")
    assert guests_of(Pool.objects.get(pk=pledge.pool_id)) == []


def test_who_leaves_the_organisation_stays_named_and_can_be_replaced() -> None:
    pledge = paid()
    person = member(pledge)
    entry = named(pledge, "Lea Muster", person.email)
    Membership.objects.filter(person=person).delete()
    assert names(pledge) == ["Lea Muster"]
    with pytest.raises(NotActing):
        free_seat(attendee=entry, by=person, now=NOW)
    replace_attendee(attendee=entry, name="Ben", email="", by=make.administrator(pledge.organisation), now=NOW)
    assert names(pledge) == ["Ben"]


def test_the_list_at_the_door_has_names_and_a_line_for_each_other_seat() -> None:
    pledge = paid()
    named(pledge, "Eva", "eva@example.org")
    give(pledge)
    with translation.override("de"):
        _headings, *rows = rows_of(attendance_of(Pool.objects.get(pk=pledge.pool_id)))
    own = [row for row in rows if row[1] == "Verein Zahlt"]
    assert own == [["Eva", "Verein Zahlt", "eva@example.org"], *[["", "Verein Zahlt", ""]] * 2]
    assert len(rows) == 6


def test_names_and_addresses_are_forgotten_when_the_settings_say_so(settings: Any) -> None:
    settings.KEEP_DAYS = settings.KEEP_DAYS | {"attendees": 20, "attendee_addresses": 5}
    pledge = paid()
    entry = named(pledge, "Eva", "eva@example.org")
    starts = pledge.pool.starts_at
    assert forget_workshop_attendees(now=starts + timedelta(days=5) - timedelta(seconds=1)) == 0
    assert forget_workshop_attendees(now=starts + timedelta(days=5)) == 1
    entry.refresh_from_db()
    assert (entry.name, entry.email) == ("Eva", "")
    assert forget_workshop_attendees(now=starts + timedelta(days=20)) == 1
    entry.refresh_from_db()
    assert entry.name == ""


@pytest.mark.parametrize("wrong", [{"name": ""}, {"forgotten_at": NOW}])
def test_the_database_keeps_names_until_they_are_forgotten(wrong: dict[str, Any]) -> None:
    entry = named(paid(), "Eva", "eva@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.filter(pk=entry.pk).update(**wrong)


def test_the_pages_name_replace_and_free() -> None:
    now = timezone.now()
    pledge = paid(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))
    client = login(member(pledge))
    path = url("attendees", pledge.uuid)
    assert client.post(path, {"name": " ", "email": ""}).status_code == 422
    said = client.post(path, {"name": "<b>Eva</b>", "email": "eva@example.org"}, follow=True).content.decode()
    assert "&lt;b&gt;Eva&lt;/b&gt;" in said
    assert "<b>Eva" not in said
    assert client.post(path, {"name": "<b>eva</b>", "email": ""}).status_code == 409
    entry = pledge.attendees.get()
    one = url("attendee", entry.pk)
    assert 'value="eva@example.org"' in client.get(one).content.decode()
    assert client.post(one, {"name": "", "email": ""}).status_code == 422
    client.post(one, {"name": "Ben Neu", "email": ""})
    assert names(pledge) == ["Ben Neu"]
    one = url("attendee", pledge.attendees.get().pk)
    client.post(one, {"free": "yes"})
    assert names(pledge) == []
    assert client.get(one).status_code == 404


def test_pages_of_another_organisation_are_not_there() -> None:
    pledge = paid()
    entry = named(pledge)
    client = login(member(paid()))
    for path in (url("attendees", pledge.uuid), url("attendee", entry.pk)):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "Ben", "email": "", "free": "yes"}).status_code == 404
    assert names(pledge) == ["Eva Beispiel"]
