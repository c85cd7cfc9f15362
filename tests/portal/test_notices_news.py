"""What becomes news: a pool that opens, what becomes of it, and a resource that goes live. And what does not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.text import slugify
from wagtail.models import PageViewRestriction

from home.models import Topic
from home.privacy import restrict_to
from home.tree import ensure_site
from members.group import members_group
from members.letters.models import Letter
from members.models import Membership, Organisation, Role, User
from members.needs.deciding import become_workshop
from members.notices import personal_data
from members.notices.delivery import hand_out_news, hand_over
from members.notices.kinds import Kind, Pace
from members.notices.models import Choice, News, Notice
from pooling.actions.pools import cancel_pool, end_pledging
from pooling.actions.settlement import collect_due_charges
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
from pooling.workshops.publishing import open_published
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import home_page, page, topic
from tests.members.factories import UserFactory
from tests.members.needs_steps import acting, written
from tests.members.test_notices import wants
from tests.pooling import factories as make
from tests.pooling.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site() -> None:
    ensure_site()


@pytest.fixture
def library() -> ResourceIndexPage:
    return page("Bibliothek", parent=home_page(), model=ResourceIndexPage)


def resource(library: ResourceIndexPage, title: str = "Spenden", *, topics: Iterable[Topic] = ()) -> ResourcePage:
    """Published as editors do."""
    made = ResourcePage(title=title, slug=slugify(title), locale=library.locale, summary="Kurz", live=False)
    made.topics = list(topics)
    library.add_child(instance=made)
    made.save_revision().publish()
    return ResourcePage.objects.get(pk=made.pk)


def member(of: Organisation, **paces: Pace) -> User:
    person: User = UserFactory()
    Membership.objects.create(organisation=of, person=person, role=Role.MEMBER)
    wants(person, **paces)
    return person


def subjects(person: User) -> list[str]:
    return list(Letter.objects.filter(person=person).order_by("pk").values_list("subject", flat=True))


def test_a_resource_is_news_once_for_those_who_read_its_language(library: ResourceIndexPage) -> None:
    german, french = acting("de")[1], acting("fr")[1]
    for person in (german, french):
        wants(person, resources=Pace.ONCE)
    made = resource(library)
    made.title = "Spenden im Netz"
    made.save_revision().publish()
    hand_out_news(now=timezone.now())
    assert [len(subjects(person)) for person in (german, french)] == [1, 0]
    assert News.objects.get().kind == Kind.RESOURCES


def test_a_resource_is_news_for_those_who_chose_its_topic(library: ResourceIndexPage) -> None:
    money, law = topic("Geld"), topic("Recht")
    wanted, other, everything = (acting("de")[1] for _n in range(3))
    wants(wanted, resources=Pace.ONCE, topics=[money.pk])
    wants(other, resources=Pace.ONCE, topics=[law.pk])
    wants(everything, resources=Pace.ONCE)
    resource(library, topics=[money])
    hand_out_news(now=timezone.now())
    assert [len(subjects(person)) for person in (wanted, other, everything)] == [1, 0, 1]


def test_a_resource_that_is_taken_off_or_kept_for_some_is_told_no_more(library: ResourceIndexPage) -> None:
    wants(acting("de")[1], resources=Pace.DAILY)
    taken, secret, ours = (resource(library, title) for title in ("Eins", "Zwei", "Drei"))
    hand_out_news(now=timezone.now())
    assert Notice.objects.count() == 3
    taken.unpublish()
    restriction = PageViewRestriction.PASSWORD
    PageViewRestriction.objects.create(page=secret, restriction_type=restriction, password="x")
    restrict_to(ours, members_group())
    assert [notice.news.facts["de"]["title"] for notice in Notice.objects.select_related("news")] == ["Drei"]


def test_a_resource_that_members_may_not_read_is_no_news(library: ResourceIndexPage) -> None:
    PageViewRestriction.objects.create(page=library, restriction_type=PageViewRestriction.PASSWORD, password="x")
    resource(library)
    assert not News.objects.exists()


def test_whoever_is_no_administrator_hears_what_becomes_of_the_workshop() -> None:
    us, others = make.organisation(), make.organisation()
    ours, theirs = member(us, pools=Pace.ONCE), member(others, pools=Pace.ONCE)
    pool = make.opened()
    make.pledge(pool, shares=3, by=us)
    collect_due_charges(now=NOW)
    heard = subjects(ours)
    assert len(heard) == 2  # enough shares, and it takes place
    assert all("Workshop de" in subject for subject in heard)
    assert subjects(theirs) == []
    assert not Letter.objects.filter(person=make.administrator(us), template="pooling/letters/news.txt").exists()
    cancel_pool(pool=pool, reason="Krankheit", by=make.staff(), now=NOW)
    assert "Krankheit" in Letter.objects.filter(person=ours).latest("pk").text


def test_that_a_workshop_does_not_come_about_is_heard_too() -> None:
    us = make.organisation()
    ours = member(us, pools=Pace.ONCE)
    pool = make.opened()
    make.pledge(pool, by=us)
    end_pledging(pk=pool.pk, now=pool.closes_at + timedelta(minutes=1))
    assert len(subjects(ours)) == 1


def workshop_page() -> WorkshopPage:
    index = page("Workshops", parent=home_page(), model=WorkshopIndexPage)
    return page("Neu", parent=index, model=WorkshopPage, summary="Kurz")


def test_a_pool_that_opens_is_news_and_those_who_asked_for_it_hear_of_it_once() -> None:
    of, asked = acting("de")
    curious, silent = acting("fr")[1], acting("de")[1]
    wants(asked, needs=Pace.ONCE, workshops=Pace.ONCE)
    wants(curious, workshops=Pace.ONCE)
    wants(silent, workshops=Pace.NEVER)
    at, now = workshop_page(), timezone.now()
    need = written(who=(of, asked))
    become_workshop(need=need, page_key=at.translation_key, now=now)
    make.draft(page_key=at.page_key, now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=90))
    assert open_published(page=at, by=None, now=now) == []
    open_published(page=at, by=None, now=now)
    hand_out_news(now=now)
    templates = Letter.objects.filter(person=asked).exclude(template="needs/letters/changed.txt")
    assert [letter.template for letter in templates] == ["needs/letters/first_word.txt"]
    [told] = Letter.objects.filter(person=curious)
    assert (told.template, told.language) == ("workshops/letters/opened.txt", "fr")
    assert "CHF 300.00" in told.text.replace("\N{NO-BREAK SPACE}", " ")
    assert subjects(silent) == []


def test_a_pool_that_stays_a_draft_is_no_news() -> None:
    at, now = workshop_page(), timezone.now()
    pool = make.draft(
        now=now, page_key=at.page_key, closes_at=now + timedelta(days=1), starts_at=now + timedelta(days=90)
    )
    assert open_published(page=at, by=None, now=pool.closes_at)
    assert not News.objects.exists()


def test_what_is_kept_about_somebody_is_told_and_forgotten(library: ResourceIndexPage) -> None:
    person, money = acting("de")[1], topic("Geld")
    wants(person, resources=Pace.DAILY, topics=[money.pk])
    resource(library, f"Was {person.get_full_name()} weiss", topics=[money])
    News.objects.get().spared.add(person)
    hand_over(news=News.objects.get(), to=[(person, None)], now=NOW)
    with translation.override("de"):
        kept = personal_data.about(person)
        chosen = {each["kind"]: (each["how often"], each["topics"]) for each in kept["letters by choice"]}
        assert chosen[str(Kind.RESOURCES.label)] == (str(Pace.DAILY.label), ["Geld"])
        assert len(chosen) == len(Kind) - 1  # what waits in the admin is for staff
        assert [each["kind"] for each in kept["news that waits"]] == [str(Kind.RESOURCES.label)]
    personal_data.forget(person, now=NOW)
    assert not Choice.objects.filter(person=person).exists()
    assert not Notice.objects.filter(person=person).exists()
    assert not News.objects.get().spared.exists()
    assert News.objects.get().facts["de"]["title"] == "Was […] weiss"
