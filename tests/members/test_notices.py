"""Notices: who hears of what, how often and in which language; what is collected into one letter; and ending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from members.actions.people import end_membership
from members.letters.actions import as_message, send_letters
from members.letters.models import Letter
from members.models import Membership, OrganisationState, Role, User
from members.needs.deciding import close
from members.notices import links
from members.notices.actions import announce, choose, stop, take_back_news, tell
from members.notices.delivery import collect_notices, forget_told_news, hand_out_news
from members.notices.kinds import DEFAULTS, Kind, Pace
from members.notices.models import News, Notice
from members.notices.paces import next_due, paces_of

from .factories import OrganisationFactory, UserFactory
from .needs_steps import acting, written

pytestmark = pytest.mark.django_db
ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2027, 3, 3, 15, 0, tzinfo=ZURICH)  # a Wednesday
TOMORROW = datetime(2027, 3, 4, 7, 0, tzinfo=ZURICH)
MONDAY = datetime(2027, 3, 8, 7, 0, tzinfo=ZURICH)
MEETING = "notices/letters/meeting.txt"


def wants(person: User, now: datetime = NOW, topics: list[int] | None = None, **paces: Pace) -> None:
    """`person` chooses these paces, and keeps what was chosen otherwise."""
    chosen = paces_of(person) | {Kind(name): pace for name, pace in paces.items()}
    choose(person=person, paces=chosen, topics=topics or [], now=now)


def somebody(language: str = "de", **paces: Pace) -> User:
    _of, person = acting(language)
    if paces:
        wants(person, **paces)
    return person


def facts(title: str = "Barcamp", languages: tuple[str, ...] = ("de", "fr", "it")) -> dict[str, Any]:
    one = {"day": "5. Mai 2027", "place": "Bern"}
    return {code: one | {"title": f"{title} {code}", "url": f"https://example.org/{code}/"} for code in languages}


def announced(key: str = "meeting-1", title: str = "Barcamp", **more: Any) -> News | None:
    return announce(key=key, template=MEETING, facts=facts(title), now=NOW, **more)


def tick(now: datetime) -> None:
    hand_out_news(now=now)
    collect_notices(now=now)


def letters(person: User) -> list[Letter]:
    return list(Letter.objects.filter(person=person).order_by("pk"))


def test_few_things_come_by_themselves_and_nothing_of_the_library() -> None:
    assert paces_of(UserFactory()) == DEFAULTS
    assert DEFAULTS[Kind.RESOURCES] == Pace.NEVER


@pytest.mark.parametrize(
    ("pace", "moment", "due"),
    [
        (Pace.DAILY, NOW, TOMORROW),
        (Pace.DAILY, NOW.replace(hour=6, minute=59), NOW.replace(hour=7)),
        (Pace.DAILY, NOW.replace(hour=7), TOMORROW),
        (Pace.WEEKLY, NOW, MONDAY),
        (Pace.WEEKLY, MONDAY - timedelta(minutes=1), MONDAY),
        (Pace.WEEKLY, MONDAY, MONDAY + timedelta(days=7)),
        (Pace.ONCE, NOW, NOW),
    ],
)
def test_what_is_collected_comes_at_seven_weekly_on_mondays(pace: Pace, moment: datetime, due: datetime) -> None:
    assert next_due(pace, now=moment) == due


def test_it_is_seven_in_switzerland_after_the_clocks_change_too() -> None:
    saturday = datetime(2027, 3, 27, 12, 0, tzinfo=ZURICH)
    due = next_due(Pace.DAILY, now=saturday)
    assert (due.day, due.hour, due.utcoffset()) == (28, 7, timedelta(hours=2))


def test_at_once_is_a_letter_in_the_persons_language_that_says_why_and_how_it_ends() -> None:
    person = somebody("fr", meetings=Pace.ONCE)
    announced()
    tick(NOW)
    [letter] = letters(person)
    assert (letter.language, letter.key) == ("fr", "meeting-1")
    assert "Barcamp fr" in letter.subject
    assert links.stop_url(person, Kind.MEETINGS) == letter.stop_url
    for address in (letter.stop_url, "/fr/"):
        assert address in letter.text
    assert letter.stop_url in letter.html


def test_a_letter_by_choice_is_ended_by_mail_programs_with_one_click(mailoutbox: list[Any]) -> None:
    person = somebody(meetings=Pace.ONCE)
    announced()
    tick(NOW)
    send_letters(now=NOW)
    [mail] = mailoutbox
    assert mail.extra_headers["List-Unsubscribe"] == f"<{links.stop_url(person, Kind.MEETINGS)}>"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_that_always_comes_can_not_be_ended() -> None:
    of, person = acting(role=Role.ADMINISTRATOR)
    letter = Letter(key="x", organisation=of, person=person, language="de", subject="S", text="T", html="<p>T</p>")
    assert "List-Unsubscribe" not in as_message(letter).extra_headers


def test_news_that_tick_hands_out_late_is_told_all_the_same() -> None:
    person = somebody(meetings=Pace.ONCE)
    announced()
    tick(NOW + timedelta(days=2))
    assert len(letters(person)) == 1


def test_the_same_news_is_told_once_however_often_it_is_heard() -> None:
    person = somebody(meetings=Pace.ONCE)
    announced()
    tick(NOW)
    assert announced() is None
    assert tell(key="meeting-1", template=MEETING, facts=facts(), to=[], now=NOW) is None
    tick(NOW)
    assert len(letters(person)) == 1


def test_nothing_waits_for_somebody_who_wants_none() -> None:
    person = somebody(meetings=Pace.NEVER)
    announced()
    tick(MONDAY)
    assert (letters(person), Notice.objects.filter(person=person).count()) == ([], 0)


@pytest.mark.parametrize("ends", ["left", "inactive"])
def test_whoever_left_or_was_deactivated_meanwhile_gets_none(ends: str) -> None:
    of, person = acting()
    wants(person, needs=Pace.DAILY, meetings=Pace.DAILY)
    close(need=written(who=(of, person)), reason="Gibt es.", now=NOW)
    announced()
    tick(NOW)
    assert Notice.objects.filter(person=person).count() == 2
    if ends == "left":
        end_membership(membership=person.memberships.get(), by=person, now=NOW)
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)
    tick(TOMORROW)
    assert not Letter.objects.filter(person=person, template__startswith="notices/").exists()
    assert not Notice.objects.filter(person=person).exists()


def test_a_letter_by_choice_is_not_sent_any_more_to_whoever_left(mailoutbox: list[Any]) -> None:
    person = somebody(meetings=Pace.ONCE)
    announced()
    tick(NOW)
    Membership.objects.filter(person=person).delete()
    send_letters(now=NOW)
    assert mailoutbox == []


def test_whoever_acts_for_another_organisation_still_hears_of_what_is_for_all() -> None:
    of, person = acting()
    Membership.objects.create(organisation=OrganisationFactory(), person=person)
    wants(person, needs=Pace.DAILY, meetings=Pace.DAILY)
    close(need=written(who=(of, person)), reason="Gibt es.", now=NOW)
    announced()
    tick(NOW)
    Membership.objects.filter(organisation=of).delete()
    tick(TOMORROW)
    [letter] = letters(person)
    assert "Barcamp" in letter.text
    assert "Homepage" not in letter.text


def test_people_without_an_organisation_that_takes_part_hear_of_nothing() -> None:
    suspended = OrganisationFactory(state=OrganisationState.SUSPENDED)
    person, alone = UserFactory(), UserFactory()
    Membership.objects.create(organisation=suspended, person=person)
    announced()
    tick(MONDAY)
    assert (letters(person), letters(alone)) == ([], [])


def test_news_in_one_language_is_for_those_who_read_it() -> None:
    german, french = somebody("de", meetings=Pace.ONCE), somebody("fr", meetings=Pace.ONCE)
    announce(key="one", template=MEETING, facts=facts(languages=("fr",)), now=NOW)
    tick(NOW)
    assert (len(letters(german)), len(letters(french))) == (0, 1)


def test_a_letter_is_in_the_language_that_somebody_reads_when_it_is_written() -> None:
    person = somebody("de", meetings=Pace.DAILY)
    announced()
    tick(NOW)
    User.objects.filter(pk=person.pk).update(language="it")
    tick(TOMORROW)
    [letter] = letters(person)
    assert letter.language == "it"
    assert "Barcamp it" in letter.text


def test_the_link_of_a_letter_ends_its_kind_only() -> None:
    person = somebody(meetings=Pace.ONCE)
    before = paces_of(person)
    assert stop(person=person, what=Kind.MEETINGS, now=NOW) == [Kind.MEETINGS]
    assert stop(person=person, what=Kind.MEETINGS, now=NOW) == []
    assert paces_of(person) == before | {Kind.MEETINGS: Pace.NEVER}


def test_the_link_of_a_collected_letter_ends_all_that_is_collected() -> None:
    person = somebody(meetings=Pace.DAILY, resources=Pace.WEEKLY)
    ended = stop(person=person, what=links.ALL_COLLECTED, now=NOW)
    assert ended == [Kind.WORKSHOPS, Kind.MEETINGS, Kind.RESOURCES]
    assert paces_of(person)[Kind.NEEDS] == Pace.ONCE


def test_what_is_taken_back_is_told_no_more() -> None:
    waits, collected = somebody(meetings=Pace.DAILY), somebody(meetings=Pace.DAILY)
    announced("before")
    tick(NOW)
    announced("not handed out")
    for key in ("before", "not handed out", "unknown"):
        take_back_news(key=key)
    tick(TOMORROW)
    assert (letters(waits), letters(collected)) == ([], [])


def test_whoever_is_told_otherwise_is_spared() -> None:
    person, other = somebody(meetings=Pace.ONCE), somebody(meetings=Pace.ONCE)
    announced(spared=[person])
    tick(NOW)
    assert (len(letters(person)), len(letters(other))) == (0, 1)


def test_nothing_is_kept_of_what_news_said_once_everybody_was_told() -> None:
    somebody(meetings=Pace.DAILY)
    announced()
    tick(NOW)
    forget_told_news(now=NOW)
    assert News.objects.get().facts
    tick(TOMORROW)
    forget_told_news(now=TOMORROW)
    assert News.objects.get().facts == {}
    assert announced() is None
