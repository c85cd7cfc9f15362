"""Attendance lists of meetings and workshops, as PDF and CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from home.tree import ensure_site
from members.meetings.models import Meeting
from pooling.actions.seats import give_seats
from pooling.attendance import Attendance, Attendee, as_pdf, rows_of
from pooling.models import Pool
from pooling.workshops.guests import attendance_of
from portal.roles import EDITOR, FINANCE, NETWORK_MANAGER
from tests.members.meeting_steps import planned, registered
from tests.members.needs_steps import acting
from tests.pooling import factories as make
from tests.pooling.factories import NOW
from tests.pooling.test_invoice_pdf import page_of, text_of
from tests.portal.test_meetings_desk import staff
from tests.portal.test_organisation_naming import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site() -> None:
    ensure_site()


def full() -> Meeting:
    """One has a place, one waits."""
    starts_at = timezone.now() + timedelta(days=20)
    meeting = planned(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=1)
    registered(meeting, "Zoë Zuerst", "zoe@example.org", who=acting(name="Verein Łódź"), now=timezone.now())
    registered(meeting, "Will Warten", now=timezone.now())
    return meeting


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_pdf_of_a_meeting_names_those_who_have_a_place() -> None:
    answer = staff(EDITOR).get(reverse("meeting_attendance", args=[full().pk]))
    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert "Zoë Zuerst" in text
    assert "Barcamp" in text
    assert "Will Warten" not in text


def test_the_table_of_a_meeting_has_addresses_and_no_formula() -> None:
    meeting = full()
    meeting.registrations.filter(name="Zoë Zuerst").update(name="=HYPERLINK(1)")
    answer = staff(NETWORK_MANAGER).get(reverse("meeting_attendance_table", args=[meeting.pk]))
    _headings, *rows = table(answer.content)
    assert rows == [["'=HYPERLINK(1)", "Verein Łódź", "zoe@example.org"]]


def test_only_those_who_look_after_meetings_get_the_list() -> None:
    meeting = full()
    for name in ("meeting_attendance", "meeting_attendance_table"):
        path = reverse(name, args=[meeting.pk])
        assert staff(FINANCE).get(path).status_code in (302, 403)
        assert client_of(acting()[1]).get(path).status_code in (302, 403)


def test_a_long_list_goes_on_over_pages_with_numbers_and_heads() -> None:
    people = [Attendee(f"Person {n} {'sehr ' * (n % 9)}lang", "Verein " * (n % 12 + 1)) for n in range(90)]
    attendance = Attendance(title="Barcamp " * 12, facts=[("Wann", "heute")], attendees=people)
    with translation.override("de"):
        content = as_pdf(attendance)
        assert content == as_pdf(attendance)
    for number in range(3):
        shown = page_of(content, number).get_textpage().get_text_range()
        assert "Unterschrift" in shown
        assert f"Seite {number + 1}" in shown
    text = text_of(content)
    assert [n for n in range(90) if f"Person {n} " not in text] == []
    assert "90 Personen" in text


def test_an_empty_list_is_a_page() -> None:
    assert "0" in text_of(as_pdf(Attendance(title="Leer", facts=[("Wo", "")], attendees=[])))


def test_the_list_of_a_workshop_has_a_line_for_each_seat_given_ones_too() -> None:
    pool = make.funded()
    pledge = pool.pledges.select_related("pool", "organisation").order_by("pk")[0]
    seats = pledge.seats
    by = make.administrator(pledge.organisation)
    give_seats(pledge=pledge, number=1, name="Gast", email="gast@example.org", language="de", by=by, now=NOW)
    with translation.override("de"):
        _headings, *rows = rows_of(attendance_of(Pool.objects.get(pk=pool.pk)))
    assert sum(row[1] == "Gast" for row in rows) == 1
    assert sum(row[1] == pledge.organisation.name for row in rows) == seats - 1
    assert len(rows) == sum(each.seats for each in pool.pledges.standing().select_related("pool"))


def test_before_prices_are_locked_nobody_comes_to_a_workshop() -> None:
    assert attendance_of(make.opened()).attendees == []
