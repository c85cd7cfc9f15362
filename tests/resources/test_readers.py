"""What readers say under a resource: without an account, a cookie or a trace of who they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from resources.hearing import MOST_PER_ADDRESS, SaidTooMuch, hear, known_today_as
from resources.models import ReaderCount, ResourceIndexPage, ResourcePage, Said
from tests.home.factories import page, topic, translation_of
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
FROM_HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(autouse=True)
def nobody_said_anything() -> None:
    cache.clear()


@pytest.fixture
def library() -> ResourceIndexPage:
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    return index


@pytest.fixture
def resource(library: Any) -> ResourcePage:
    return page("Text", parent=library, model=ResourcePage, summary="Kurz.")


def said(**fields: Any) -> int:
    return sum(ReaderCount.objects.filter(**fields).values_list("number", flat=True))


def send(client: Client, resource: Any, what: str = "helped", **more: Any) -> Any:
    return client.post(f"/de/rueckmeldung/{resource.pk}/", {"said": what}, **{"headers": FROM_HERE, **more})


def test_a_reader_is_thanked_and_led_back_without_a_cookie(client: Client, resource: Any) -> None:
    shown = client.get(resource.url)
    assert f'action="/de/rueckmeldung/{resource.pk}/"' in shown.content.decode()
    answer = send(client, resource)
    assert (answer.status_code, answer["Location"]) == (303, f"/de/rueckmeldung/{resource.pk}/helped/")
    thanks = client.get(answer["Location"])
    assert f'href="{resource.url}"' in thanks.content.decode()
    assert "bis Mitternacht ein Prüfwert aufbewahrt" in thanks.content.decode()
    assert [len(each.cookies) for each in (shown, answer, thanks, client)] == [0, 0, 0, 0]
    assert said(said="helped", language="de", page_key=resource.translation_key) == 1


def test_a_page_with_the_buttons_is_kept_for_everybody(client: Client, resource: Any, settings: Any) -> None:
    settings.PAGE_CACHE = True
    client.get(resource.url)
    kept = client.get(resource.url)
    assert kept.headers["ETag"]
    assert "csrfmiddlewaretoken" not in kept.content.decode()
    assert send(client, resource).status_code == 303
    assert client.get(resource.url).headers["ETag"] == kept.headers["ETag"]


def test_what_readers_say_makes_no_kept_page_old(
    client: Client,
    resource: Any,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    django_assert_num_queries: Any,
) -> None:
    settings.PAGE_CACHE = True
    client.get(resource.url)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        send(client, resource)
    assert callbacks == []
    with django_assert_num_queries(0):
        client.get(resource.url)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    ],
)
def test_a_form_from_elsewhere_is_not_counted(client: Client, resource: Any, headers: dict[str, str]) -> None:
    answer = send(client, resource, headers=headers)
    assert answer.status_code == 403
    assert resource.url in answer.content.decode()
    assert said() == 0


def test_older_browsers_that_only_tell_the_origin_are_heard(client: Client, resource: Any) -> None:
    assert send(client, resource, headers={"origin": "http://testserver"}).status_code == 303
    assert said() == 1


def test_an_address_counts_once_a_day_for_each_sentence(resource: Any) -> None:
    def tell(what: Said = Said.HELPED, address: str = "192.0.2.1", now: datetime = NOW) -> bool:
        return hear(page=resource, said=what, language="de", address=address, now=now)

    assert [tell(), tell(), tell(Said.WORKSHOP), tell(address="192.0.2.2")] == [True, False, True, True]
    assert tell(now=NOW + timedelta(days=1))
    assert (said(day=NOW.date()), said()) == (3, 4)
    assert ReaderCount.objects.count() == 3


def test_the_addresses_of_a_household_count_as_one(resource: Any) -> None:
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        hear(page=resource, said=Said.HELPED, language="de", address=address, now=NOW)
    assert said() == 2


def test_nothing_tells_whose_an_answer_was(resource: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[tuple[str, int]] = []
    real = cache.add
    monkeypatch.setattr(
        cache, "add", lambda key, value, timeout: kept.append((key, timeout)) or real(key, value, timeout)
    )
    hear(page=resource, said=Said.HELPED, language="de", address="192.0.2.1", now=NOW)
    assert kept
    assert all("192.0.2.1" not in key and 0 < timeout <= 24 * 3600 for key, timeout in kept)
    assert known_today_as("192.0.2.1", day="2026-03-02") != known_today_as("192.0.2.1", day="2026-03-03")
    assert {field.name for field in ReaderCount._meta.fields} == {"id", "page_key", "language", "said", "day", "number"}


def test_an_address_that_says_too_much_is_told_so(client: Client, resource: Any) -> None:
    for _each in range(MOST_PER_ADDRESS):
        hear(page=resource, said=Said.HELPED, language="de", address="127.0.0.1", now=timezone.now())
    with pytest.raises(SaidTooMuch):
        hear(page=resource, said=Said.WORKSHOP, language="de", address="127.0.0.1", now=timezone.now())
    assert send(client, resource, "workshop").status_code == 429
    assert said() == 1


def test_opening_the_address_of_the_buttons_counts_nothing_and_leads_to_the_resource(
    client: Client, resource: Any
) -> None:
    answer = client.get(f"/de/rueckmeldung/{resource.pk}/")
    assert (answer.status_code, f'href="{resource.url}"' in answer.content.decode(), said()) == (405, True, 0)


@pytest.mark.parametrize("what", ["", "nothing", "helped\0", "x" * 1000])
def test_nothing_else_can_be_said(client: Client, resource: Any, what: str) -> None:
    assert send(client, resource, what).status_code == 404
    assert client.get(f"/de/rueckmeldung/{resource.pk}/nothing/").status_code == 404


def test_private_and_hidden_resources_are_not_there(client: Client, resource: Any) -> None:
    PageViewRestriction.objects.create(page=resource, restriction_type=PageViewRestriction.LOGIN)
    assert send(client, resource).status_code == 404
    assert client.get(f"/de/rueckmeldung/{resource.pk}/helped/").status_code == 404
    assert send(client, resource.get_parent()).status_code == 404


def test_whoever_reads_in_french_is_counted_in_french(client: Client, resource: Any) -> None:
    client.post(f"/fr/retour/{resource.pk}/", {"said": "workshop"}, headers=FROM_HERE)
    assert said(language="fr", said="workshop") == 1
    assert 'href="/fr/ressources/text/"' in client.get(f"/fr/retour/{resource.pk}/workshop/").content.decode()


def test_an_answer_takes_few_statements(client: Client, resource: Any, django_assert_max_num_queries: Any) -> None:
    send(client, resource, "workshop")
    with django_assert_max_num_queries(9):
        send(client, resource)


class TestDemand:
    """What editors see of it."""

    def test_it_is_added_up_by_topic_and_by_resource(self, client: Client, library: Any) -> None:
        about = topic("Website", fr="Site internet")
        for number, title in enumerate(("Eins", "Zwei")):
            made = page(title, parent=library, model=ResourcePage, summary="Kurz.")
            made.topics = [about]
            made.save_revision().publish()
            for last in range(number + 1):
                address = f"192.0.2.{last}"
                hear(page=made, said=Said.WORKSHOP, language="fr", address=address, now=timezone.now())
        client.force_login(editor())
        shown = client.get(reverse("resource_demand"))
        found = shown.context["found"]
        assert [(row.label, row.language, row.workshop) for row in found.by_topic] == [("Website", "fr", 3)]
        assert [(row.label, row.workshop, row.helped) for row in found.by_resource] == [("Zwei", 2, 0), ("Eins", 1, 0)]
        assert "Français" in shown.content.decode()

    def test_the_file_holds_no_formula(self, client: Client, library: Any) -> None:
        made = page("=1+1", parent=library, model=ResourcePage, summary="Kurz.", slug="eins")
        hear(page=made, said=Said.HELPED, language="it", address="192.0.2.1", now=timezone.now())
        client.force_login(editor())
        lines = client.get(reverse("resource_demand") + "?export=csv").content.decode()
        assert "since" not in lines
        assert lines.splitlines()[1] == "'=1+1;;it;0;1"

    @pytest.mark.parametrize(
        "query", ["?since=x&until=y", "?since=2026-02-01&until=2026-01-01", "?since=", "?export=csv&since=x"]
    )
    def test_a_period_that_there_is_not_is_refused(self, client: Client, query: str) -> None:
        client.force_login(editor())
        response = client.get(reverse("resource_demand") + query)
        assert (response.status_code, response.context["found"]) == (200, None)

    def test_it_is_for_people_who_write_pages(self, client: Client) -> None:
        client.force_login(UserFactory())
        assert client.get(reverse("resource_demand")).status_code in (302, 403)

    def test_a_resource_that_was_deleted_still_counts(self, client: Client, resource: Any) -> None:
        hear(page=resource, said=Said.HELPED, language="de", address="192.0.2.1", now=timezone.now())
        resource.delete()
        client.force_login(editor())
        assert [row.page for row in client.get(reverse("resource_demand")).context["found"].by_resource] == [None]


def editor() -> Any:
    return UserFactory(is_staff=True, is_superuser=True)
