"""The pages of notices: choosing, and ending letters from a letter, by a person or by a mail program."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from home.tree import ensure_site
from members.models import User
from members.notices import links
from members.notices.kinds import ALWAYS, DEFAULTS, Kind, Pace
from members.notices.paces import paces_of
from tests.home.factories import topic
from tests.members.factories import UserFactory
from tests.members.needs_steps import acting
from tests.portal.test_organisation_naming import client_of

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def site() -> None:
    ensure_site()


@pytest.fixture
def person() -> User:
    return acting("de")[1]


def url(name: str, *args: object, language: str = "de") -> str:
    with translation.override(language):
        return reverse(f"notices:{name}", args=args)


def path(person: User, what: str) -> str:
    return url("stop", links.sign(person, what))


def typed(**changed: Any) -> dict[str, Any]:
    return {kind.value: pace.value for kind, pace in DEFAULTS.items()} | changed


def strict() -> Client:
    """A client that is asked for CSRF tokens, as browsers are."""
    return Client(enforce_csrf_checks=True)


def test_one_chooses_how_often_and_which_topics(person: User) -> None:
    wanted = topic("Spenden", fr="Dons")
    chosen = typed(needs="weekly", resources="daily", topics=[wanted.pk])
    response = client_of(person).post(url("settings"), chosen)
    assert response.status_code == 302
    assert (paces_of(person)[Kind.NEEDS], paces_of(person)[Kind.RESOURCES]) == (Pace.WEEKLY, Pace.DAILY)
    page = client_of(person).get(url("settings", language="fr")).content.decode()
    [box] = re.findall(r'<input type="checkbox"[^>]*>', page)
    assert "checked" in box  # chosen in German, shown in French
    assert "Dons" in page


def test_the_page_says_which_letters_always_come_and_why(person: User) -> None:
    page = client_of(person).get(url("settings")).content.decode()
    with translation.override("de"):
        assert all(str(why.label) in page for why in ALWAYS)


def test_only_staff_choose_whether_they_are_told_what_waits_in_the_admin(person: User) -> None:
    staff = UserFactory(is_superuser=True)
    for each, is_asked in ((person, False), (staff, True)):
        page = client_of(each).get(url("settings")).content.decode()
        assert ('name="staff"' in page) == is_asked
        client_of(each).post(url("settings"), typed(staff="never"))
    assert (paces_of(person)[Kind.STAFF], paces_of(staff)[Kind.STAFF]) == (Pace.DAILY, Pace.NEVER)
    assert client_of(staff).post(url("settings"), typed(staff="weekly")).status_code == 422


def test_what_is_no_choice_changes_nothing_and_comes_back_with_a_sentence(person: User) -> None:
    response = client_of(person).post(url("settings"), typed(needs="hourly", meetings="never"))
    assert response.status_code == 422
    assert paces_of(person) == DEFAULTS
    assert '<option value="never" selected' in response.content.decode()


def test_a_mail_program_ends_letters_with_one_post_and_no_cookie(person: User) -> None:
    response = strict().post(path(person, Kind.WORKSHOPS), ONE_CLICK)
    assert (response.status_code, len(response.cookies)) == (200, 0)
    assert paces_of(person) == DEFAULTS | {Kind.WORKSHOPS: Pace.NEVER}
    assert strict().post(path(person, Kind.WORKSHOPS), ONE_CLICK).status_code == 200


def test_opening_the_link_only_asks(person: User) -> None:
    response = strict().get(path(person, links.ALL_COLLECTED))
    page = response.content.decode()
    assert paces_of(person) == DEFAULTS
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    with translation.override("de"):
        assert str(Kind.WORKSHOPS.label) in page
        assert str(Kind.NEEDS.label) not in page
    assert len(response.cookies) == 0


def test_a_post_that_says_nothing_ends_nothing(person: User) -> None:
    assert strict().post(path(person, Kind.WORKSHOPS)).status_code == 200
    assert paces_of(person) == DEFAULTS


def test_a_forged_link_ends_nothing(person: User) -> None:
    other = UserFactory()
    good = links.sign(other, Kind.NEEDS)
    for token in ("x", good.replace(str(other.pk), str(person.pk), 1), links.sign(person, "money")):
        assert strict().post(url("stop", token), ONE_CLICK).status_code == 404
    assert paces_of(person) == DEFAULTS


def test_a_link_of_somebody_who_is_gone_is_no_error(person: User) -> None:
    link = path(person, Kind.NEEDS)
    person.notice_choices.all().delete()
    person.memberships.all().delete()
    person.delete()
    assert strict().get(link).status_code == 404


def test_what_is_said_at_joining_is_what_comes() -> None:
    """members/templates/members/_letters.html says it in words: who changes one changes the other."""
    assert DEFAULTS == {
        Kind.NEEDS: Pace.ONCE,
        Kind.POOLS: Pace.ONCE,
        Kind.WORKSHOPS: Pace.WEEKLY,
        Kind.MEETINGS: Pace.WEEKLY,
        Kind.RESOURCES: Pace.NEVER,
        Kind.STAFF: Pace.DAILY,  # staff's alone: nobody joins as such
    }
    with translation.override("de"):
        page = Client().get(reverse("members:join")).content.decode()
    assert "einmal in der Woche" in page
