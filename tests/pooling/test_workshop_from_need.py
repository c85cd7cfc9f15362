"""A need becomes a workshop: drafts in one step, the brief, and the first word to those who asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from members.letters.models import Letter
from members.needs.deciding import close, merge
from members.needs.errors import WrongNeedState
from members.needs.models import Need, NeedState
from pooling.models import Pool, PoolState
from pooling.workshops.from_need import make_workshop
from pooling.workshops.models import WorkshopPage
from portal.roles import EDITOR, NETWORK_MANAGER
from tests.home.factories import topic
from tests.members.needs_steps import TEXT, TITLE, acting, has_too, written

from .factories import NOW, staff
from .workshop_factories import draft_for, editor, logged_in, published, workshop, workshop_list

pytestmark = pytest.mark.django_db
FIRST = "needs/letters/first_word.txt"


def ready(page: WorkshopPage) -> WorkshopPage:
    """The draft, with what an editor has to add before it is published."""
    page = WorkshopPage.objects.get(pk=page.pk)
    page.venue = "Haus Beispiel, Bern"
    page.save_revision().publish()
    return WorkshopPage.objects.get(pk=page.pk)


def first_words() -> list[tuple[str, str]]:
    return [(letter.person.email, letter.language) for letter in Letter.objects.filter(template=FIRST).order_by("pk")]


@pytest.fixture
def need() -> Need:
    workshop_list()
    made = written()
    made.topic = topic("Website")
    made.save()
    return made


def test_page_and_pool_are_drafts_and_the_need_becomes_a_workshop(need: Need) -> None:
    page = make_workshop(need=need, by=staff(), now=NOW)
    stored = WorkshopPage.objects.get(pk=page.pk)
    assert (stored.live, stored.title, stored.pool.state) == (False, TITLE, PoolState.DRAFT)
    assert [each.name for each in stored.topics.all()] == ["Website"]
    assert stored.get_latest_revision_as_object().brief == stored.brief != ""
    need.refresh_from_db()
    assert (need.state, need.page_key) == (NeedState.WORKSHOP, stored.translation_key)
    assert Letter.objects.get().template == "needs/letters/changed.txt"


def test_the_brief_says_what_all_of_them_ask_and_names_nobody(need: Need) -> None:
    has_too(need, "Vor allem die Kosten", who=acting(name="Verein Geheim"))
    other = written("Homepage erneuern", "Wer macht so etwas?", who=acting(name="Verein Still"))
    merge(need=other, into=need, now=NOW)
    brief = make_workshop(need=need, by=staff(), now=NOW).brief
    for said in (TITLE, TEXT, "Vor allem die Kosten", "Homepage erneuern", "Wer macht so etwas?", "3 Organisationen"):
        assert said in brief
    assert "Verein" not in brief


def test_addresses_are_of_plain_letters_and_no_two_the_same(need: Need) -> None:
    other, umlauts = written(), written("Für Ältere: müssen wir?")
    slugs = [make_workshop(need=each, by=staff(), now=NOW).slug for each in (need, other, umlauts)]
    assert slugs == ["eine-neue-homepage", f"eine-neue-homepage-{other.pk}", "fur-altere-mussen-wir"]


def test_it_stands_on_no_page(need: Need, client: Any) -> None:
    has_too(need, "Nur für die Fachperson")
    page = ready(make_workshop(need=need, by=staff(), now=NOW))
    assert "Nur für die Fachperson" not in client.get(page.url).content.decode()


def test_nothing_is_made_twice_or_of_a_need_that_ended(need: Need) -> None:
    make_workshop(need=need, by=staff(), now=NOW)
    closed = close(need=written("Anderes"), reason="Gibt es.", now=NOW)
    for each in (need, closed):
        with pytest.raises(WrongNeedState):
            make_workshop(need=each, by=staff(), now=NOW)
    assert (WorkshopPage.objects.count(), Pool.objects.count()) == (1, 1)


def test_who_asked_for_it_hears_first_when_the_pool_opens_and_once(need: Need) -> None:
    reader = acting(language="fr")
    has_too(need, who=reader)
    page = make_workshop(need=need, by=staff(), now=NOW)
    assert first_words() == []
    page = ready(page)
    assert page.pool.state == PoolState.OPEN
    assert first_words() == [(need.written_by.email, "de"), (reader[1].email, "fr")]
    assert page.url in Letter.objects.filter(template=FIRST).first().text
    published(page)
    assert len(first_words()) == 2


def test_other_workshops_that_open_tell_nobody(need: Need) -> None:
    page = workshop()
    draft_for(page)
    assert published(page).pool.state == PoolState.OPEN
    assert first_words() == []


def test_of_a_translated_workshop_each_reads_the_address_in_their_language(need: Need) -> None:
    has_too(need, who=acting(language="fr"))
    page = make_workshop(need=need, by=staff(), now=NOW)
    page = WorkshopPage.objects.get(pk=page.pk)
    page.venue = "Bern"
    page.save()
    Pool.objects.get().texts.create(language="fr", title="Un site", path="/fr/ateliers/un-site/", place="Berne")
    ready(page)
    assert "/fr/ateliers/un-site/" in Letter.objects.get(template=FIRST, language="fr").text


def test_an_editor_makes_it_with_one_button_and_a_network_manager_can_not(need: Need) -> None:
    desk = reverse("need_desk", args=[need.pk])
    manager = logged_in(editor(NETWORK_MANAGER))
    assert 'name="workshop"' not in manager.get(desk).content.decode()
    assert manager.post(desk, {"workshop": "yes"}).status_code in (302, 403)
    assert not WorkshopPage.objects.exists()
    client = logged_in(editor(EDITOR))
    assert 'name="workshop"' in client.get(desk).content.decode()
    assert client.post(desk, {"workshop": "yes"}).status_code == 302
    page = WorkshopPage.objects.get()
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    assert client.get(reverse("workshop_pool", args=[page.pk])).status_code == 200
