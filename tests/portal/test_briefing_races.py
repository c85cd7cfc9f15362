"""Two ticks at once, on a real PostgreSQL: one letter."""

from __future__ import annotations

from functools import partial

import pytest

from members.letters.models import Letter
from portal.briefing import brief_staff
from portal.roles import make_roles
from tests.pooling.test_races import at_once, postgresql_only

from .test_briefing import MONDAY, TUESDAY, need, somebody

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_many_ticks_write_one_letter_to_each() -> None:
    make_roles()
    people = [somebody() for _n in range(3)]
    need()
    assert sum(at_once(*[partial(brief_staff, now=MONDAY)] * 4)) == len(people)
    need("Verträge")
    assert sum(at_once(*[partial(brief_staff, now=TUESDAY)] * 4)) == len(people)
    assert Letter.objects.count() == 2 * len(people)
