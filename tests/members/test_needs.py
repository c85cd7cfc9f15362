"""Needs: written, had by others too, followed, decided on. First what always holds, then each refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from members.models import Membership, OrganisationState, User
from members.needs.actions import follow, take_back, unfollow
from members.needs.deciding import answer, become_workshop, close, merge, open_again, translate
from members.needs.errors import NeedClosed, NeedMoved, NotActing, OwnNeed, WrongNeedState
from members.needs.listing import Needs, similar
from members.needs.models import Follow, Need, NeedState, Support

from .factories import OrganisationFactory, UserFactory
from .needs_steps import NOW, TEXT, TITLE, acting, count, has_too, written

pytestmark = pytest.mark.django_db


def told(need: Need) -> list[tuple[str, str]]:
    """Who got a letter about it, and in which language."""
    letters = Letter.objects.filter(key__startswith=f"need-{need.pk}-").order_by("pk")
    return [(letter.person.email, letter.language) for letter in letters]


def test_whoever_writes_a_need_has_it_and_follows_it() -> None:
    of, by = acting()
    need = written(who=(of, by))
    assert (need.state, count(need)) == (NeedState.OPEN, 1)
    assert list(Need.objects.followed_by([of])) == [need]
    assert need.follows.get().person == by


def test_an_organisation_has_a_need_once_and_says_so_otherwise_by_saying_it_again() -> None:
    need, who = written(), acting()
    has_too(need, "Wir auch", who=who)
    has_too(need, "Vor allem die Fotos", who=who)
    assert count(need) == 2
    assert need.supports.get(organisation=who[0]).sentence == "Vor allem die Fotos"
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.create(need=need, organisation=who[0], person=who[1], since=NOW)


def test_having_it_too_is_taken_back() -> None:
    need, (of, by) = written(), acting()
    has_too(need, who=(of, by))
    take_back(need=need, organisation=of, by=by)
    take_back(need=need, organisation=of, by=by)
    assert (count(need), list(Need.objects.followed_by([of]))) == (1, [])


def test_whoever_wrote_it_can_not_take_it_back() -> None:
    who = acting()
    need = written(who=who)
    with pytest.raises(OwnNeed):
        take_back(need=need, organisation=who[0], by=who[1])


def test_only_people_of_an_active_organisation_take_part() -> None:
    need, (of, stranger) = written(), (OrganisationFactory(), UserFactory())
    suspended = acting(state=OrganisationState.SUSPENDED)
    for who in ((of, stranger), suspended):
        for do in (lambda who=who: has_too(need, who=who), lambda who=who: written(who=who)):
            with pytest.raises(NotActing):
                do()
        with pytest.raises(NotActing):
            follow(need=need, organisation=who[0], by=who[1])
    assert (Need.objects.count(), count(need)) == (1, 1)


@pytest.mark.parametrize(
    ("decide", "state"),
    [
        (lambda need: answer(need=need, page_key=uuid4(), now=NOW), NeedState.ANSWERED),
        (lambda need: become_workshop(need=need, page_key=uuid4(), now=NOW), NeedState.WORKSHOP),
        (lambda need: close(need=need, reason="Gibt es schon.", now=NOW), NeedState.CLOSED),
    ],
)
def test_followers_hear_of_each_change_in_their_language(decide: Any, state: NeedState) -> None:
    of, by = acting(language="fr")
    need = written(who=(of, by))
    _other, reader = acting(language="it")
    follow(need=need, organisation=_other, by=reader)
    assert decide(need).state == state
    assert told(need) == [(by.email, "fr"), (reader.email, "it")]
    open_again(need=need, now=NOW + timedelta(hours=1))
    assert len(told(need)) == 4
    assert (Need.objects.get().state, Need.objects.get().page_key, Need.objects.get().reason) == ("open", None, "")


def test_who_left_or_can_not_log_in_or_follows_no_more_is_not_told() -> None:
    need = written()
    Membership.objects.all().delete()
    closed, gone = acting(), acting()
    for of, by in (closed, gone):
        follow(need=need, organisation=of, by=by)
    User.objects.filter(pk=closed[1].pk).update(is_active=False)
    unfollow(need=need, by=gone[1])
    close(need=need, reason="Aus.", now=NOW)
    assert told(need) == []


def test_a_closed_need_takes_nobody_and_is_decided_on_no_more() -> None:
    need = close(need=written(), reason="Gibt es schon.", now=NOW)
    with pytest.raises(NeedClosed):
        has_too(need)
    for decide in (answer, become_workshop):
        with pytest.raises(WrongNeedState):
            decide(need=need, page_key=uuid4(), now=NOW)
    with pytest.raises(WrongNeedState):
        close(need=need, reason="Noch einmal.", now=NOW)


def test_of_two_that_merge_supporters_and_followers_go_along() -> None:
    both, mine = acting(), acting()
    one, other = written("Website", who=mine), written("Homepage")
    has_too(one, "Mit Bildern", who=both)
    has_too(other, who=both)
    has_too(one)
    assert merge(need=one, into=other, now=NOW) == other
    assert count(other) == 4
    assert other.supports.get(organisation=both[0]).sentence == "Mit Bildern"
    assert mine[1] in [each.person for each in other.follows.all()]
    assert Follow.objects.filter(need=one).count() == 1  # both's, who follows the other one already
    assert {email for email, _language in told(one)} >= {mine[1].email, both[1].email}
    assert [need.pk for need in Needs(asked={}, language="de").page] == [other.pk]


def test_a_merged_need_leads_on_and_so_do_those_merged_into_it_before() -> None:
    first, second, third = written("Eins"), written("Zwei"), written("Drei")
    merge(need=first, into=second, now=NOW)
    merge(need=second, into=third, now=NOW)
    first.refresh_from_db()
    assert first.merged_into == third
    with pytest.raises(NeedMoved) as moved:
        has_too(first)
    assert moved.value.into == third
    for decide in (
        lambda: merge(need=first, into=third, now=NOW),
        lambda: merge(need=third, into=first, now=NOW),
        lambda: close(need=first, reason="Aus.", now=NOW),
    ):
        with pytest.raises(NeedMoved):
            decide()
    with pytest.raises(WrongNeedState):
        merge(need=third, into=third, now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "closed"},
        {"reason": "Grund"},
        {"state": "answered"},
        {"page_key": uuid4()},
        {"state": "merged"},
        {"state": "anders"},
        {"title": ""},
        {"language": "en"},
    ],
)
def test_the_database_keeps_state_and_what_goes_with_it_together(changed: dict[str, Any]) -> None:
    need = written()
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(**changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(state="merged", merged_into=need.pk)


def test_a_translation_is_shown_where_there_is_one_and_else_the_original() -> None:
    need = written()
    translate(need=need, language="fr", title="Un site", text="Notre site est vieux.")
    translate(need=need, language="fr", title="Un nouveau site", text="Notre site est vieux.")
    need = Need.objects.get()
    assert need.in_language("fr") == ("Un nouveau site", "Notre site est vieux.", "fr")
    assert need.in_language("it") == (TITLE, TEXT, "de")
    with pytest.raises(WrongNeedState):
        translate(need=need, language="de", title="X", text="Y")


def test_letters_name_the_need_in_the_readers_language() -> None:
    need = written(who=acting(language="fr"))
    translate(need=need, language="fr", title="Un nouveau site", text="Vieux.")
    close(need=need, reason="Gibt es schon.", now=NOW)
    assert "Un nouveau site" in Letter.objects.get().text


def test_marks_of_html_stay_text_in_letters() -> None:
    need = written(title="<b>fett</b>")
    close(need=need, reason="<script>alert(1)</script>\x1e", now=NOW)
    html = Letter.objects.get().html
    assert not [mark for mark in ("<b>fett", "<script>alert") if mark in html]


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("Neue Homepages planen", "", True),
        ("Webseite", "Auf was müssen wir bei der Website achten?", True),
        ("Datenschutz", "Dürfen wir Daten von Familien speichern?", False),
        ("und oder wir", "", False),
        ("", "", False),
        ("%", "_", False),
    ],
)
def test_needs_with_words_in_common_are_similar(title: str, text: str, found: bool) -> None:
    need = written()
    written("Un site web", "Notre homepage", language="fr")
    close(need=written(), reason="Doppelt.", now=NOW)
    assert similar(title=title, text=text, language="de") == ([need] if found else [])


def test_the_most_wanted_come_first_and_filters_combine() -> None:
    old, wanted, french = written("Alt"), written("Gefragt"), written("Site", language="fr")
    has_too(wanted)
    close(need=old, reason="Aus.", now=NOW)
    assert next(need.pk for need in Needs(asked={}, language="de").page) == wanted.pk
    assert [need.pk for need in Needs(asked={"language": "fr"}, language="de").page] == [french.pk]
    assert [need.pk for need in Needs(asked={"language": "de", "state": "closed"}, language="de").page] == [old.pk]
    assert len(Needs(asked={"state": "merged", "topic": "x", "page": "9"}, language="de").page) == 3
