"""Any number of ticks at once, on a real PostgreSQL: nothing twice, nothing lost; and choosing meanwhile."""

from __future__ import annotations

from functools import partial

import pytest

from members.letters.models import Letter
from members.notices.actions import announce, stop
from members.notices.delivery import collect_notices, hand_out_news
from members.notices.kinds import Kind, Pace
from members.notices.models import Notice
from tests.pooling.test_races import at_once, postgresql_only

from .test_notices import MEETING, NOW, TOMORROW, announced, facts, letters, somebody

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_many_ticks_hand_out_and_collect_everything_once() -> None:
    at_first = [somebody(meetings=Pace.ONCE) for _n in range(4)]
    later = [somebody(meetings=Pace.DAILY) for _n in range(6)]
    for n in range(3):
        announced(f"meeting-{n}")
    at_once(*[partial(hand_out_news, now=NOW)] * 4)
    assert Notice.objects.count() == 3 * len(later)
    assert [len(letters(person)) for person in at_first] == [3] * len(at_first)
    at_once(*[partial(collect_notices, now=TOMORROW)] * 4)
    assert [len(letters(person)) for person in later] == [1] * len(later)
    assert not Notice.objects.exists()


def test_the_same_event_heard_by_many_at_once_is_one_news() -> None:
    person = somebody(meetings=Pace.ONCE)
    made = at_once(*[partial(announce, key="one", template=MEETING, facts=facts(), now=NOW)] * 6)
    assert sum(each is not None for each in made) == 1
    hand_out_news(now=NOW)
    assert len(letters(person)) == 1


def test_ending_letters_while_they_are_collected_leaves_nothing_behind() -> None:
    person = somebody(meetings=Pace.DAILY)
    announced()
    hand_out_news(now=NOW)
    at_once(partial(collect_notices, now=TOMORROW), partial(stop, person=person, what=Kind.MEETINGS, now=TOMORROW))
    assert not Notice.objects.exists()
    assert Letter.objects.filter(person=person).count() in (0, 1)
