"""What staff do with meetings, what time makes due, and the letters about both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from members.meetings.deciding import call_off, give_up_draft, publish, set_results, write_meeting
from members.meetings.errors import MeetingBegan, TooFewPlaces, WrongMeetingState
from members.meetings.letters import send_meeting_letters
from members.meetings.models import REMINDED_BEFORE, Meeting, Registration
from members.meetings.tick import forget_attendees, remind_of_meetings
from members.models import Membership, Role
from members.notices.kinds import Kind
from members.notices.models import News

from .factories import UserFactory
from .meeting_steps import DETAILS_OF_ONE, LINK, NOW, STARTS, TEXTS, changed, draft, line, planned, registered, told
from .needs_steps import acting

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def letters() -> dict[str, str]:
    return {each.letter: each.email for each in Registration.objects.exclude(letter="")}


def test_texts_are_shown_in_the_reader_s_language_and_else_in_the_meeting_s_own() -> None:
    meeting = draft()
    assert [meeting.in_language(code).title for code in ("de", "fr", "it")] == [
        "Barcamp Bern",
        "Barcamp de Berne",
        "Barcamp Bern",
    ]


def test_a_draft_is_for_staff_and_can_be_given_up_and_a_published_meeting_can_not() -> None:
    meeting = draft()
    assert not Meeting.objects.shown().exists()
    give_up_draft(meeting=meeting)
    assert not Meeting.objects.exists()
    meeting = planned()
    assert publish(meeting=meeting, now=LATER).published_at == NOW
    with pytest.raises(WrongMeetingState):
        give_up_draft(meeting=meeting)


def test_who_wants_to_know_of_new_meetings_hears_of_one_that_is_published_and_of_none_that_is_called_off() -> None:
    meeting = planned()
    publish(meeting=meeting, now=LATER)
    news = News.objects.get()
    assert (news.kind, news.waits) == (Kind.MEETINGS, True)
    assert news.facts["fr"]["title"] == "Barcamp de Berne"
    assert news.facts["it"]["url"].endswith(f"/it/incontri/{meeting.pk}/")
    call_off(meeting=meeting, reason="Krank.", now=LATER)
    assert not News.objects.get().waits
    planned(starts_at=NOW, ends_at=STARTS)  # it has begun
    assert News.objects.count() == 1


def test_everybody_is_told_of_another_time_and_nobody_of_another_text() -> None:
    meeting, (of, by) = planned(), acting(language="it")
    registered(meeting, "Eva", "eva@example.org", who=(of, by))
    send_meeting_letters(now=NOW)
    changed(meeting, kind="working_group", capacity=3)
    assert (told(meeting, "changed"), letters()) == ([], {})
    meeting = changed(meeting, starts_at=STARTS + timedelta(hours=1))
    assert (told(meeting, "changed"), letters(), meeting.revision) == ([by.email], {"changed": "eva@example.org"}, 1)


def test_a_draft_and_a_past_meeting_are_changed_without_a_letter() -> None:
    changed(draft(), place="Anderswo")
    meeting = planned()
    registered(meeting, "Eva", "eva@example.org")
    Registration.objects.update(letter="")
    changed(meeting, now=STARTS, place="Anderswo")
    assert not Letter.objects.exists()
    assert letters() == {}


def test_places_that_are_added_go_to_those_who_wait_and_none_that_is_taken_goes() -> None:
    meeting = planned(capacity=1)
    for n in range(3):
        registered(meeting, f"Person {n}", now=NOW + timedelta(minutes=n))
    changed(meeting, capacity=2)
    assert [state for _name, state in line(meeting)] == ["registered", "registered", "waiting"]
    assert len(told(meeting, "moved_up")) == 1
    with pytest.raises(TooFewPlaces, match="2"):
        changed(meeting, capacity=1)


def test_of_a_meeting_that_is_called_off_all_are_told_those_who_wait_too() -> None:
    meeting, one, two = planned(capacity=1), acting(language="fr"), acting()
    registered(meeting, "Eva", "eva@example.org", who=one)
    registered(meeting, "Ben", who=two, now=LATER)
    meeting = call_off(meeting=meeting, reason="Die Moderation ist krank.", now=LATER)
    assert told(meeting, "called_off") == [one[1].email, two[1].email]
    assert letters() == {"called_off": "eva@example.org"}
    french = Letter.objects.get(person=one[1])
    assert "Barcamp de Berne" in french.text
    assert "Die Moderation ist krank." in french.text
    with pytest.raises(WrongMeetingState):
        call_off(meeting=meeting, reason="Noch einmal.", now=LATER)


def test_a_draft_or_a_meeting_that_began_is_not_called_off() -> None:
    with pytest.raises(WrongMeetingState):
        call_off(meeting=draft(), reason="Krank.", now=NOW)
    with pytest.raises(MeetingBegan):
        call_off(meeting=planned(), reason="Krank.", now=STARTS)


def test_a_reminder_comes_once_and_once_more_for_another_day() -> None:
    meeting, (of, by) = planned(), acting()
    registered(meeting, "Eva", "eva@example.org", who=(of, by))
    Registration.objects.update(letter="")
    soon = STARTS - REMINDED_BEFORE
    assert remind_of_meetings(now=soon - timedelta(seconds=1)) == 0
    assert [remind_of_meetings(now=soon), remind_of_meetings(now=soon)] == [1, 0]
    assert (told(meeting, "reminder"), letters()) == ([by.email], {"reminder": "eva@example.org"})
    changed(meeting, now=soon, starts_at=STARTS + timedelta(days=10), ends_at=STARTS + timedelta(days=11))
    assert remind_of_meetings(now=STARTS + timedelta(days=10) - REMINDED_BEFORE) == 1


def test_nobody_is_reminded_of_a_draft_or_of_what_is_called_off_or_began() -> None:
    draft()
    registered(planned())
    call_off(meeting=planned(), reason="Krank.", now=NOW)
    assert remind_of_meetings(now=STARTS) == 0
    assert remind_of_meetings(now=STARTS - timedelta(days=1)) == 1


def test_who_registered_and_left_is_told_no_more_and_the_administrators_are() -> None:
    meeting, (of, by) = planned(), acting()
    chief = UserFactory(language="fr")
    of.memberships.create(person=chief, role=Role.ADMINISTRATOR)
    registered(meeting, "Eva", who=(of, by))
    Membership.objects.filter(person=by).delete()
    call_off(meeting=meeting, reason="Krank.", now=NOW)
    assert told(meeting, "called_off") == [chief.email]


def test_who_registered_themselves_gets_one_letter_and_not_two() -> None:
    meeting, (of, by) = planned(), acting()
    registered(meeting, by.get_full_name(), by.email, who=(of, by))
    Registration.objects.update(letter="")
    call_off(meeting=meeting, reason="Krank.", now=NOW)
    assert (told(meeting, "called_off"), letters()) == ([by.email], {})


def test_the_link_is_in_letters_of_those_who_have_a_place_only() -> None:
    meeting = planned(capacity=1)
    registered(meeting, "Eva", "eva@example.org")
    registered(meeting, "Ben", "ben@example.org", now=LATER)
    assert send_meeting_letters(now=LATER) == 2
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert LINK in bodies["eva@example.org"]
    assert LINK not in bodies["ben@example.org"]
    assert "Haus Beispiel, Bern" in bodies["eva@example.org"]
    assert "8. April 2027, 14:00 bis 17:00" in bodies["eva@example.org"].replace("\u00a0", " ")


def test_marks_of_html_stay_text_in_letters() -> None:
    meeting = planned()
    registered(meeting, "<script>alert(1)</script>", "eva@example.org")
    send_meeting_letters(now=NOW)
    call_off(meeting=meeting, reason="<b>krank</b>", now=NOW)
    html = [str(mail.outbox[0].alternatives[0].content), Letter.objects.get().html]
    assert not [mark for text in html for mark in ("<script>alert", "<b>krank") if mark in text]


def test_names_and_addresses_are_forgotten_when_the_settings_say_so(settings: Any) -> None:
    settings.KEEP_DAYS = settings.KEEP_DAYS | {"attendees": 20, "attendee_addresses": 5}
    meeting = planned()
    entry = registered(meeting, "Eva", "eva@example.org")
    send_meeting_letters(now=NOW)
    ends = meeting.ends_at
    assert forget_attendees(now=ends + timedelta(days=5) - timedelta(seconds=1)) == 0
    assert forget_attendees(now=ends + timedelta(days=5)) == 1
    entry.refresh_from_db()
    assert (entry.name, entry.email) == ("Eva", "")
    assert forget_attendees(now=ends + timedelta(days=20)) == 1
    assert forget_attendees(now=ends + timedelta(days=20)) == 0
    entry.refresh_from_db()
    assert (entry.name, entry.state) == ("", "registered")


def test_what_came_of_it_is_kept_by_key_in_order_and_once() -> None:
    meeting = planned()
    one, two = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    set_results(meeting=meeting, page_keys=[two, one, two])
    assert [str(each.page_key) for each in meeting.results.all()] == [two, one]
    set_results(meeting=meeting, page_keys=[])
    assert not meeting.results.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": STARTS},
        {"place": "", "online_url": ""},
        {"capacity": 0},
        {"kind": "party"},
        {"language": "en"},
        {"reason": "Grund"},
        {"called_off_at": NOW},
        {"published_at": None, "called_off_at": NOW, "reason": "Grund"},
    ],
)
def test_the_database_keeps_meetings_sound(wrong: dict[str, Any]) -> None:
    meeting = planned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"state": "perhaps"}, {"forgotten_at": NOW}, {"letter": "changed", "email": ""}]
)
def test_the_database_keeps_registrations_sound(wrong: dict[str, Any]) -> None:
    entry = registered(planned(), "Eva", "eva@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=entry.pk).update(**wrong)


def test_a_meeting_without_texts_in_its_language_is_not_written() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        write_meeting(details=DETAILS_OF_ONE, texts={"fr": TEXTS["fr"]}, now=NOW)
