"""The file for calendars, read back as RFC 5545 says."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from members.meetings.deciding import call_off
from members.meetings.ics import calendar_file, escaped
from members.meetings.models import Meeting

from .meeting_steps import LINK, NOW, STARTS, changed, planned

pytestmark = pytest.mark.django_db
URL = "https://portal.example/de/treffen/1/"


def lines_of(meeting: Meeting, *, language: str = "de", with_link: bool = False) -> list[str]:
    """Unfolded, section 3.1."""
    content = calendar_file(meeting, language=language, url=URL, with_link=with_link)
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def value(lines: list[str], name: str) -> str:
    [line] = [line for line in lines if line.partition(":")[0].partition(";")[0] == name]
    return line.partition(":")[2]


def event(lines: list[str]) -> list[str]:
    return lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT") + 1]


def test_each_part_that_begins_ends_and_what_a_calendar_must_have_is_there() -> None:
    lines = lines_of(planned())
    opened: list[str] = []
    for line in lines:
        if line.startswith("BEGIN:"):
            opened.append(line[6:])
        elif line.startswith("END:"):
            assert opened.pop() == line[4:]
    assert opened == []
    assert (lines[0], lines[-1], value(lines, "VERSION")) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "2.0")
    assert value(event(lines), "STATUS") == "CONFIRMED"
    assert value(event(lines), "DTSTAMP") == "20270301T090000Z"


def test_times_are_swiss_and_the_zone_comes_along() -> None:
    lines = lines_of(planned())
    [starts] = [line for line in event(lines) if line.startswith("DTSTART")]
    zone, told = starts.removeprefix("DTSTART;TZID=").split(":")
    assert datetime.strptime(told, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone)) == STARTS
    assert f"TZID:{zone}" in lines


def test_the_link_is_in_it_for_those_who_are_registered_only() -> None:
    meeting = planned()
    assert not [line for line in lines_of(meeting) if LINK in line]
    assert LINK in value(event(lines_of(meeting, with_link=True)), "DESCRIPTION")


def test_a_change_counts_on_and_keeps_the_same_event() -> None:
    meeting = planned()
    before = event(lines_of(meeting))
    after = event(lines_of(changed(meeting, place="Anderswo")))
    assert value(before, "UID") == value(after, "UID")
    assert (value(before, "SEQUENCE"), value(after, "SEQUENCE")) == ("0", "1")
    assert value(after, "LOCATION") == "Anderswo"


def test_a_calendar_hears_that_it_is_called_off() -> None:
    lines = event(lines_of(call_off(meeting=planned(), reason="Krank.", now=NOW)))
    assert (value(lines, "STATUS"), value(lines, "SEQUENCE")) == ("CANCELLED", "1")


def test_an_online_meeting_has_no_place_that_tells_the_link() -> None:
    assert "LOCATION" not in "".join(lines_of(planned(place="")))
    assert value(event(lines_of(planned(place=""), with_link=True)), "LOCATION") == LINK


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a, b; c\\d", "a\\, b\\; c\\\\d"),
        ("eins\r\nzwei\rdrei", "eins\\nzwei\\ndrei"),
        ("BEGIN:VEVENT\r\nX:1", "BEGIN:VEVENT\\nX:1"),
        ("a\x00b\x1f\u202ec", "abc"),
    ],
)
def test_nothing_in_a_text_ends_its_line(text: str, kept: str) -> None:
    assert escaped(text) == kept


def test_long_lines_break_between_characters() -> None:
    meeting = planned()
    meeting.texts.filter(language="de").update(summary="Zürich – überall. " * 15)
    lines = event(lines_of(Meeting.objects.get()))
    assert value(lines, "DESCRIPTION").startswith("Zürich – überall. " * 15)


def test_the_texts_are_those_of_the_reader_s_language() -> None:
    assert value(event(lines_of(planned(), language="fr")), "SUMMARY") == "Barcamp de Berne"
