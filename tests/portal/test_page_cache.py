"""Pages that are kept: answered without a query, and never wrong, old, or somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisIsDown
from wagtail.models import PageViewRestriction

from home.freshness import CONTENT, POOLS, changed, depends_on, noting, renew_stamps
from home.models import StandardPage
from pooling.actions.pledges import place_pledge
from portal import page_cache
from tests.home.factories import home_page, page, topic, translation_of
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW, organisation
from tests.pooling.workshop_factories import workshop_with_pool

pytestmark = pytest.mark.django_db

Committing = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def kept_pages(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE = True
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Committing:
    """A block whose end is a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def text_of(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


def queries(client: Client, url: str, **headers: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(url, headers=headers)
    return len(captured)


def test_the_second_visitor_costs_no_query(client: Client) -> None:
    made = page("Eine Seite")
    assert queries(client, made.url) > 0
    assert queries(Client(), made.url) == 0


def test_a_kept_page_is_the_same_to_the_letter_and_sets_no_cookie(client: Client) -> None:
    made = page("Eine Seite")
    first, second = client.get(made.url), client.get(made.url)
    assert second.content == first.content
    assert second.headers == first.headers
    assert "Content-Security-Policy" in second.headers
    assert not first.cookies
    assert not second.cookies


def test_publishing_any_page_empties_all_since_the_menu_may_have_changed(client: Client, commit: Committing) -> None:
    other = page("Andere", show_in_menus=True)
    with commit():
        made = page("Vorher")
    assert "Vorher" in text_of(client, made.url)
    text_of(client, other.url)
    with commit():
        made.title = "Nachher"
        made.save_revision().publish()
    assert "Nachher" in text_of(client, made.url)
    assert queries(client, other.url) > 0


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.unpublish(),
        lambda made: made.delete(),
        lambda made: made.move(page("Anderswo"), pos="last-child"),
        lambda made: topic("Neues Thema"),
        lambda made: translation_of(made, "fr", "Autre"),
        lambda made: PageViewRestriction.objects.create(page=made, restriction_type="login"),
    ],
    ids=["unpublish", "delete", "move", "snippet", "translation", "restriction"],
)
def test_every_change_of_the_content_is_heard(client: Client, commit: Committing, change: Callable[..., Any]) -> None:
    with commit():
        made = page("Eine Seite")
    text_of(client, made.url)
    assert queries(client, made.url) == 0
    with commit():
        change(StandardPage.objects.get(pk=made.pk))
    assert queries(client, made.url) > 0


def test_a_new_pledge_empties_the_pages_that_show_pools_and_no_others(client: Client, commit: Committing) -> None:
    with commit():
        workshop, plain = workshop_with_pool(), page("Impressum")
    shows_pools = [workshop.url, workshop.get_parent().url, home_page().url]
    for url in [*shows_pools, plain.url]:
        text_of(client, url)
    assert [queries(client, url) for url in [*shows_pools, plain.url]] == [0, 0, 0, 0]
    who = organisation()
    with commit():
        place_pledge(pool=workshop.pool, organisation=who, shares=1, by=who.administrators()[0], language="de", now=NOW)
    assert all(queries(client, url) > 0 for url in shows_pools)
    assert queries(client, plain.url) == 0


def test_a_change_while_a_page_is_being_made_leaves_nothing_old(
    client: Client, commit: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with commit():
        made = page("Vorher")
    serve = StandardPage.serve

    def serve_and_be_overtaken(self: StandardPage, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = serve(self, request, *args, **kwargs).render()
        with commit():
            changed_page = StandardPage.objects.get(pk=made.pk)
            changed_page.title = "Nachher"
            changed_page.save_revision().publish()
        return response

    with monkeypatch.context() as patch:
        patch.setattr(StandardPage, "serve", serve_and_be_overtaken)
        assert "Vorher" in text_of(client, made.url)
    assert "Nachher" in text_of(client, made.url)


def test_what_is_rolled_back_empties_nothing(client: Client, commit: Committing) -> None:
    with commit():
        made = page("Eine Seite")
    text_of(client, made.url)
    changed(CONTENT)  # the test's own transaction is never committed
    assert queries(client, made.url) == 0


def test_a_page_that_shows_a_pool_is_made_anew_when_pledging_ends(client: Client, commit: Committing) -> None:
    with commit():
        workshop = workshop_with_pool()
    closing = workshop.pool.closes_at
    for moment, kept in [(closing - timedelta(seconds=1), True), (closing, False)]:
        with time_machine.travel(moment - timedelta(seconds=5), tick=False):
            cache.clear()
            text_of(client, workshop.url)
        with time_machine.travel(moment, tick=False):
            assert (queries(client, workshop.url) == 0) is kept


def test_who_is_logged_in_gets_their_own_page_and_leaves_none_behind(client: Client) -> None:
    made, person = page("Eine Seite"), UserFactory()
    member = Client()
    member.force_login(person)
    hers = text_of(member, made.url)
    theirs = text_of(client, made.url)
    assert hers != theirs
    assert text_of(member, made.url) == hers
    assert text_of(client, made.url) == theirs


def test_a_waiting_message_is_shown_and_not_kept(client: Client) -> None:
    made = page("Eine Seite")
    told = Client()
    told.cookies["messages"] = "whatever"
    before = queries(told, made.url)
    assert before > 0
    assert queries(told, made.url) > 0
    assert queries(client, made.url) > 0, "somebody's page was kept"


def test_a_token_of_a_form_elsewhere_does_not_matter(client: Client) -> None:
    made = page("Eine Seite")
    text_of(client, made.url)
    client.get("/de/konto/anmelden/")
    assert django_settings.CSRF_COOKIE_NAME in client.cookies
    assert queries(client, made.url) == 0


def test_a_page_with_a_form_that_posts_is_never_kept() -> None:
    tokens = {Client().get("/de/konto/anmelden/").cookies[django_settings.CSRF_COOKIE_NAME].value for _ in range(2)}
    assert len(tokens) == 2


def test_each_language_host_and_scheme_has_its_own_page(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    german = page("Impressum")
    french = translation_of(german, "fr", "Mentions")
    assert "Impressum" in text_of(client, german.url)
    assert "Mentions" in text_of(client, french.url)
    assert queries(client, german.url) == 0
    with CaptureQueriesContext(connection) as captured:
        client.get(german.url, headers={"host": "other.example"})
        client.get(german.url, secure=True)
    assert len(captured) > 0


@pytest.mark.parametrize(
    ("query", "kept"),
    [("?topic=x", True), ("?page=2&format=guide", True), ("?utm_source=x", False), ("?" + "topic=" + "x" * 200, False)],
)
def test_only_what_lists_can_be_asked_is_kept(client: Client, query: str, kept: bool) -> None:
    url = page("Eine Seite").url + query
    text_of(client, url)
    assert (queries(client, url) == 0) is kept


@pytest.mark.parametrize("path", ["/de/gibt-es-nicht/", "/", "/admin/", "/healthz", "/de"])
def test_what_is_no_page_of_a_language_is_not_kept(client: Client, path: str) -> None:
    client.get(path)
    assert [key for key in cache._cache if ":page:" in key] == []


def test_a_private_page_is_never_kept(client: Client) -> None:
    made = page("Intern")
    PageViewRestriction.objects.create(page=made, restriction_type="login")
    member = Client()
    member.force_login(UserFactory())
    assert "Intern" in text_of(member, made.url)
    assert client.get(made.url).status_code == 302
    assert queries(client, made.url) > 0


class BrokenCache(LocMemCache):
    """As a Redis that is down."""

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        raise RedisIsDown("no connection")


def test_a_cache_that_is_down_undoes_no_change(
    settings: Any, commit: Committing, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.BrokenCache"}}
    with commit():
        changed(POOLS)
    assert "on_commit() (no connection)" in caplog.text


def test_what_another_process_keeps_is_taken_and_what_it_changes_is_heard(client: Client) -> None:
    made = page("Eine Seite")
    here, there = Client(), Client()  # each has middleware of its own, as a process has
    for side in (here, there):
        text_of(side, made.url)
    assert (queries(here, made.url), queries(there, made.url)) == (0, 0)
    renew_stamps([CONTENT])
    assert queries(here, made.url) > 0
    assert queries(there, made.url) == 0, "what the other one made is at hand"


def test_a_lost_stamp_makes_pages_old_and_not_wrong(client: Client) -> None:
    made = page("Eine Seite")
    text_of(client, made.url)
    cache.delete("stamp:content")
    assert queries(client, made.url) > 0
    assert queries(client, made.url) == 0


def test_the_earliest_moment_counts() -> None:
    with noting() as made:
        depends_on(POOLS, until=NOW + timedelta(days=2))
        depends_on(POOLS, until=NOW + timedelta(days=1))
        depends_on(CONTENT)
    assert made.until == NOW + timedelta(days=1)
    assert made.topics == {POOLS, CONTENT}


def test_a_release_has_a_fingerprint_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    page_cache.release.cache_clear()
    first = page_cache.release()
    page_cache.release.cache_clear()
    assert page_cache.release() == first
    monkeypatch.setattr(page_cache, "staticfiles_storage", type("Storage", (), {"manifest_hash": "new"}))
    page_cache.release.cache_clear()
    assert page_cache.release() != first
    page_cache.release.cache_clear()
