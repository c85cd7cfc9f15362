"""The letter of a working day to staff: what waits for them, once, within their rights, until it is dealt with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from members.letters.actions import send_letters
from members.letters.models import Letter
from members.models import User
from members.needs.deciding import close, open_again
from members.needs.models import Need
from members.notices import links
from members.notices.actions import stop
from members.notices.kinds import Kind
from members.notices.models import Briefing
from members.notices.paces import ZURICH
from pooling.actions.disputes import enter_dispute
from pooling.actions.settlement import collect_due_charges
from pooling.models import Attempt, DisputeState
from portal.account.everything import about, erase
from portal.briefing import LETTER, brief_staff
from portal.roles import ADMINISTRATOR, EDITOR, FINANCE, NETWORK_MANAGER, TRANSLATOR
from portal.waiting import DESKS
from tests.members.factories import UserFactory
from tests.members.needs_steps import written
from tests.pooling import factories as make

from .whole_person import applied

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 7, 0, tzinfo=ZURICH)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3, 4))


def somebody(role: str = NETWORK_MANAGER, language: str = "de") -> User:
    person = UserFactory(language=language)
    person.groups.add(Group.objects.get(name=role))
    return person


def letters(person: User) -> list[Letter]:
    return list(Letter.objects.filter(person=person, template=LETTER).order_by("pk"))


def words(text: str) -> str:
    """With plain spaces, as one line."""
    return " ".join(text.split())


def need(title: str = "Fotos") -> Need:
    made = written(title=title)
    Need.objects.filter(pk=made.pk).update(written_at=MONDAY, changed_at=MONDAY - timedelta(days=3))
    return made


def disputed(*, due: datetime | None, attempt: int = 0) -> None:
    """A payment whose bank wants the money back."""
    if not Attempt.objects.exists():
        make.funded()
        collect_due_charges(now=make.NOW)
    paid = Attempt.objects.order_by("pk")[attempt]
    made = make.dispute_made(paid, state=DisputeState.NEEDS_RESPONSE, reason="fraudulent", due_by=due)
    enter_dispute(attempt=paid, made=made, now=make.NOW)


def test_staff_are_told_in_their_language_how_much_waits_since_when_and_where() -> None:
    person = somebody(language="fr")
    need()
    assert brief_staff(now=MONDAY) == 1
    [letter] = letters(person)
    assert (letter.language, letter.organisation, letter.key) == ("fr", None, "waiting-2027-03-01")
    assert letter.subject == "1 chose vous attend dans l’administration"
    for told in ("1 besoin ouvert", "En attente depuis le 26 février 2027.", "/admin/needs/"):
        assert told in words(letter.text)
    assert letter.stop_url == links.stop_url(person, Kind.STAFF)


@pytest.mark.parametrize(
    ("language", "subject", "entry", "waits", "day"),
    [
        ("de", "2 Sachen warten", "2 offene Bedarfe", "Am längsten wartet etwas seit dem", "26. Februar 2027"),
        (
            "fr",
            "2 choses vous attendent",
            "2 besoins ouverts",
            "La plus longue attente dure depuis le",
            "26 février 2027",
        ),
        (
            "it",
            "2 cose La attendono",
            "2 bisogni aperti",
            "L’attesa più lunga dura da questa data:",
            "26 febbraio 2027",
        ),
    ],
)
def test_several_things_are_counted_in_each_language(
    language: str, subject: str, entry: str, waits: str, day: str
) -> None:
    person = somebody(language=language)
    need("Fotos")
    need("Verträge")
    brief_staff(now=MONDAY)
    [letter] = letters(person)
    assert letter.subject.startswith(subject)
    assert entry in letter.text
    assert f"{waits} {day}." in words(letter.text)


def test_each_role_reads_of_its_own_desks_only() -> None:
    roles = (NETWORK_MANAGER, FINANCE, EDITOR, TRANSLATOR, ADMINISTRATOR)
    people = {role: somebody(role) for role in roles}
    need()
    applied("neu@org.example", now=make.NOW)
    disputed(due=None)
    brief_staff(now=MONDAY)
    told = {role: set(Briefing.objects.get(person=person).waited) for role, person in people.items()}
    assert told == {
        NETWORK_MANAGER: {"applications", "needs"},
        FINANCE: {"disputes"},
        EDITOR: {"needs"},
        TRANSLATOR: set(),
        ADMINISTRATOR: {"disputes", "applications", "needs"},
    }
    assert letters(people[TRANSLATOR]) == []
    [of_finance] = letters(people[FINANCE])
    assert "Anfechtung" in of_finance.text
    assert "Bedarf" not in of_finance.text


def test_who_may_not_enter_the_admin_or_log_in_is_told_nothing() -> None:
    gone = somebody()
    gone.is_active = False
    gone.save()
    need()
    UserFactory()
    assert brief_staff(now=MONDAY) == 0
    assert not Briefing.objects.exists()


def test_a_superuser_reads_of_every_desk_and_each_place_opens(client: Client) -> None:
    boss = UserFactory(is_superuser=True, is_staff=True)
    need()
    assert brief_staff(now=MONDAY) == 1
    client.force_login(boss)
    assert {client.get(reverse(desk.place)).status_code for desk in DESKS} == {200}


@pytest.mark.parametrize(
    "moment",
    [MONDAY - timedelta(minutes=1), MONDAY - timedelta(days=1), MONDAY - timedelta(days=2)],
    ids=["before seven", "on Sunday", "on Saturday"],
)
def test_it_comes_on_working_days_from_seven_on(moment: datetime) -> None:
    somebody()
    need()
    assert brief_staff(now=moment) == 0
    assert brief_staff(now=MONDAY) == 1


def test_what_comes_later_in_the_day_waits_for_the_next_morning() -> None:
    person = somebody()
    assert brief_staff(now=MONDAY) == 0
    need()
    assert brief_staff(now=MONDAY + timedelta(hours=3)) == 0
    assert brief_staff(now=TUESDAY + timedelta(hours=5)) == 1  # tick may be late
    assert brief_staff(now=TUESDAY + timedelta(hours=6)) == 0
    assert len(letters(person)) == 1


def test_nothing_new_is_no_letter_and_something_new_names_what_was_there_too() -> None:
    person = somebody()
    need()
    assert [brief_staff(now=day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [1, 0, 0]
    need("Verträge")
    assert brief_staff(now=THURSDAY) == 1
    assert "2 offene Bedarfe" in letters(person)[1].text


def test_what_comes_back_is_new() -> None:
    somebody()
    made = need()
    brief_staff(now=MONDAY)
    close(need=made, reason="Gibt es.", now=MONDAY)
    assert brief_staff(now=TUESDAY) == 0
    open_again(need=made, now=TUESDAY)
    assert brief_staff(now=WEDNESDAY) == 1


def test_a_dispute_whose_deadline_is_near_is_named_every_working_day() -> None:
    person = somebody(FINANCE)
    disputed(due=FRIDAY.replace(hour=18))
    told = [brief_staff(now=MONDAY + timedelta(days=n)) for n in range(8)]
    assert told == [1, 1, 1, 1, 1, 0, 0, 0]  # new, three days away, two, one, the day itself; then it is too late
    first, second, *_rest = letters(person)
    assert first.subject == "1 Sache wartet in der Verwaltung auf Sie"
    assert words(second.subject) == "Anfechtung: Antwort bis 5. März 2027"
    assert "5. März 2027, 18:00" in words(second.text)


def test_who_ended_the_letter_still_reads_of_deadlines_that_are_near_and_of_nothing_else() -> None:
    person = somebody(ADMINISTRATOR)
    stop(person=person, what=Kind.STAFF, now=MONDAY)
    need()
    disputed(due=FRIDAY)
    disputed(due=FRIDAY + timedelta(days=30), attempt=1)
    assert [brief_staff(now=day) for day in (MONDAY, TUESDAY)] == [0, 1]
    [letter] = letters(person)
    assert letter.stop_url == ""
    assert "1 Anfechtung wartet auf Ihre Antwort" in letter.text
    assert "Bedarf" not in letter.text


def test_it_is_ended_by_mail_programs_with_one_click_and_not_with_what_is_collected(
    client: Client, mailoutbox: list[Any]
) -> None:
    person = somebody()
    need()
    brief_staff(now=MONDAY)
    send_letters(now=MONDAY)
    [mail] = mailoutbox
    url = links.stop_url(person, Kind.STAFF)
    assert mail.extra_headers["List-Unsubscribe"] == f"<{url}>"
    assert Kind.STAFF not in stop(person=person, what=links.ALL_COLLECTED, now=MONDAY)
    assert client.post("/" + url.split("/", 3)[3], {"List-Unsubscribe": "One-Click"}).status_code == 200
    need("Verträge")
    assert brief_staff(now=TUESDAY) == 0


def test_tick_writes_it_and_sends_it_once(monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]) -> None:
    somebody()
    need()
    monkeypatch.setattr("portal.management.commands.tick.timezone.now", lambda: MONDAY)
    for _again in range(2):
        call_command("tick")
    assert len(mailoutbox) == 1


def test_what_is_kept_of_it_is_told_and_forgotten() -> None:
    person = somebody()
    need()
    brief_staff(now=MONDAY)
    told = about(person, now=MONDAY)
    assert told["what waits in the admin"] == [{"last looked at": "2027-03-01", "number": 1}]
    assert told["letters"][0]["organisation"] is None
    assert str(Kind.STAFF.label) in [each["kind"] for each in told["letters by choice"]]
    erase(person=person, now=MONDAY)
    assert not Briefing.objects.exists()
    assert letters(person)[0].text == ""
