"""What people get collected: in one letter at seven, nothing twice, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.models import Organisation
from members.needs.deciding import close
from members.notices import links
from members.notices.actions import tell
from members.notices.delivery import MOST_OF_A_KIND
from members.notices.kinds import Pace
from members.notices.models import Notice

from .needs_steps import acting, written
from .test_notices import MONDAY, NOW, TOMORROW, announced, letters, somebody, tick, wants

pytestmark = pytest.mark.django_db


def test_what_is_collected_comes_once_in_one_letter_by_kind() -> None:
    of, person = acting("it")
    wants(person, needs=Pace.DAILY, meetings=Pace.DAILY)
    need = written(title="Un sito", text="Nuovo", language="it", who=(of, person))
    close(need=need, reason="Basta", now=NOW)
    announced("meeting-1", "Uno")
    announced("meeting-2", "Due")
    tick(NOW)
    tick(TOMORROW - timedelta(seconds=1))
    assert letters(person) == []
    tick(TOMORROW)
    tick(TOMORROW + timedelta(hours=1))
    [letter] = letters(person)
    assert "3" in letter.subject
    assert letter.text.index("Un sito") < letter.text.index("Uno it") < letter.text.index("Due it")
    assert "https://example.org/it/" in letter.text
    assert (letter.language, letter.stop_url) == ("it", links.stop_url(person, links.ALL_COLLECTED))
    assert not Notice.objects.exists()


def test_daily_and_weekly_that_are_due_together_are_one_letter() -> None:
    of, person = acting()
    wants(person, needs=Pace.DAILY, meetings=Pace.WEEKLY)
    announced()
    sunday = MONDAY - timedelta(hours=10)
    need = written(who=(of, person))
    close(need=need, reason="Gibt es.", now=sunday)
    tick(sunday)
    tick(MONDAY)
    assert len(letters(person)) == 1


def test_a_tick_that_is_days_late_loses_nothing() -> None:
    person = somebody(meetings=Pace.DAILY)
    announced()
    tick(NOW)
    tick(TOMORROW + timedelta(days=3))
    assert len(letters(person)) == 1


def test_another_choice_counts_for_what_waits_already() -> None:
    now, sooner, never = (somebody(meetings=Pace.WEEKLY) for _n in range(3))
    announced()
    tick(NOW)
    wants(now, meetings=Pace.ONCE)
    wants(sooner, meetings=Pace.DAILY)
    wants(never, meetings=Pace.NEVER)
    tick(NOW)
    assert [len(letters(each)) for each in (now, sooner, never)] == [1, 0, 0]
    tick(TOMORROW)
    assert [len(letters(each)) for each in (now, sooner, never)] == [1, 1, 0]
    tick(MONDAY)
    assert [len(letters(each)) for each in (now, sooner, never)] == [1, 1, 0]


def test_choosing_again_puts_off_nothing_that_is_due() -> None:
    person = somebody(meetings=Pace.DAILY)
    announced()
    tick(NOW)
    wants(person, now=TOMORROW, meetings=Pace.WEEKLY)
    tick(TOMORROW)
    assert len(letters(person)) == 1


def test_a_letter_that_would_be_long_says_how_many_more_there_are() -> None:
    person = somebody(meetings=Pace.DAILY)
    for n in range(MOST_OF_A_KIND + 3):
        announced(f"meeting-{n}", f"Treffen-{n}-")
    tick(NOW)
    tick(TOMORROW)
    [letter] = letters(person)
    assert f"Treffen-{MOST_OF_A_KIND - 1}-" in letter.text
    assert f"Treffen-{MOST_OF_A_KIND}-" not in letter.text
    assert "3 " in letter.text


def test_an_organisation_is_named_in_what_is_told_for_it() -> None:
    of: Organisation
    of, person = acting(name="Verein Nordlicht")
    wants(person, pools=Pace.DAILY)
    told = {"state": "confirmed", "title": "T", "day": "", "place": "", "reason": "", "url": "https://example.org/"}
    tell(key="p", template="pooling/letters/news.txt", facts={"de": told}, to=[(person, of)], now=NOW)
    tick(TOMORROW)
    assert "Verein Nordlicht" in letters(person)[0].text
