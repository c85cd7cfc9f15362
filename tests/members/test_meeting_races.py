"""Many at once about one meeting, on a real PostgreSQL: the last place is given once."""

from __future__ import annotations

from functools import partial

import pytest

from members.meetings.actions import register, replace, sign_off
from members.meetings.deciding import call_off
from members.meetings.errors import MeetingCalledOff, NamedAlready, WrongMeetingState
from members.meetings.models import Registration
from members.meetings.tick import remind_of_meetings
from tests.pooling import test_races as races
from tests.pooling.test_races import postgresql_only

from .meeting_steps import NOW, STARTS, line, planned, registered, told
from .needs_steps import acting
from .test_needs_races import at_once

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)
TURNS = pytest.mark.parametrize("turn", range(3))


@TURNS
def test_the_last_place_is_given_once(turn: int) -> None:
    meeting = planned(capacity=1)
    jobs = []
    for n in range(8):
        of, by = acting()
        jobs.append(partial(register, meeting=meeting, organisation=of, name=f"P {n}", email="", by=by, now=NOW))
    done = at_once(*jobs)
    assert sorted(each.state for each in done) == ["registered"] + ["waiting"] * 7


@TURNS
def test_a_place_that_becomes_free_goes_to_one_of_those_who_wait(turn: int) -> None:
    meeting = planned(capacity=2)
    entries = [registered(meeting, f"P {n}") for n in range(6)]
    at_once(*(partial(sign_off, registration=each, by=each.registered_by, now=NOW) for each in entries[:3]))
    assert [state for _name, state in line(meeting)] == ["registered", "registered", "waiting"]


@TURNS
def test_two_people_of_an_organisation_name_somebody_once(turn: int) -> None:
    meeting, (of, by) = planned(capacity=9), acting()
    job = partial(register, meeting=meeting, organisation=of, name="Eva", email="", by=by, now=NOW)
    done = at_once(*[job] * 6)
    assert sorted(type(each).__name__ for each in done) == ["NamedAlready"] * 5 + ["Registration"]
    assert isinstance(done[0], Registration | NamedAlready)


@TURNS
def test_sending_somebody_else_against_signing_off_leaves_one_or_none(turn: int) -> None:
    meeting = planned(capacity=1)
    entry = registered(meeting, "Eva")
    by = entry.registered_by
    at_once(
        partial(sign_off, registration=entry, by=by, now=NOW),
        partial(replace, registration=entry, name="Ben", email="", by=by, now=NOW),
    )
    assert line(meeting) in ([], [("Ben", "registered")])


@TURNS
def test_a_meeting_is_called_off_once_and_nobody_is_registered_after(turn: int) -> None:
    meeting, (of, by) = planned(capacity=9), acting()
    registered(meeting, "Eva", who=(of, by))
    off = partial(call_off, meeting=meeting, reason="Krank.", now=NOW)
    new = partial(register, meeting=meeting, organisation=of, name="Ben", email="", by=by, now=NOW)
    done = at_once(off, new, off)
    assert [type(each) for each in done].count(WrongMeetingState) == 1
    assert isinstance(done[1], Registration | MeetingCalledOff)
    assert len(told(meeting, "called_off")) == 1


def test_many_ticks_remind_once() -> None:
    meeting = planned()
    registered(meeting, "Eva")
    soon = partial(remind_of_meetings, now=STARTS)
    assert sum(races.at_once(*[soon] * 4)) == 0
    assert sum(races.at_once(*[partial(remind_of_meetings, now=NOW.replace(month=4, day=7))] * 4)) == 1
    assert len(told(meeting, "reminder")) == 1
