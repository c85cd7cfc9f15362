"""The pages of needs, as visitors, members and staff meet them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from members.letters.models import Letter
from members.models import Organisation, OrganisationState
from members.needs.deciding import close, merge, translate
from members.needs.models import Need, NeedState
from portal.roles import EDITOR, FINANCE, NETWORK_MANAGER
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic
from tests.members.factories import UserFactory
from tests.members.needs_steps import NOW, TEXT, TITLE, acting, has_too, written
from tests.portal.test_organisation_naming import client_of

from .network_steps import MARKUP, fresh, staff, text

__all__ = ["fresh"]

pytestmark = pytest.mark.django_db


def url(name: str, *args: object, language: str = "de") -> str:
    with translation.override(language):
        return reverse(f"needs:{name}", args=args)


def typed(**changed: str) -> dict[str, str]:
    return {"title": TITLE, "text": TEXT, "language": "de"} | changed


def test_visitors_read_what_is_needed_and_not_whose_need_it_is() -> None:
    need = written(who=acting(name="Verein Geheim"))
    has_too(need, "Wir brauchen Bilder", who=acting(name="Verein Still"))
    path = url("need", need.pk)
    assert path == f"/de/bedarf/{need.pk}/"
    page = Client().get(path)
    shown = page.content.decode()
    assert TEXT in shown
    assert "2 Organisationen brauchen es" in shown
    assert path in text(url("needs"))
    outsiders = [shown, text(url("needs")), text(path, client_of(UserFactory())), text(path, staff(FINANCE))]
    suspended = acting(state=OrganisationState.SUSPENDED)
    outsiders.append(text(path, client_of(suspended[1])))
    for seen in outsiders:
        assert not [secret for secret in ("Verein Geheim", "Verein Still", "Wir brauchen Bilder") if secret in seen]
    assert not page.cookies
    for client in (client_of(acting()[1]), staff(NETWORK_MANAGER)):
        seen = text(path, client)
        assert not [s for s in ("Verein Geheim", "Verein Still", "Wir brauchen Bilder") if s not in seen]


def test_a_member_writes_a_need_and_finds_it_on_the_overview() -> None:
    of, by = acting()
    client = client_of(by)
    answer = client.post(url("write"), typed(topic=str(topic("Website").pk)))
    need = Need.objects.get()
    assert (answer.status_code, answer.url) == (302, url("need", need.pk))
    assert (need.organisation, need.topic.name, need.language) == (of, "Website", "de")
    with translation.override("de"):
        overview = client.get(reverse("dashboard")).content.decode()
    assert url("need", need.pk) in overview
    assert by.get_full_name() in overview


def test_similar_needs_are_shown_before_one_is_kept_and_one_goes_on_all_the_same() -> None:
    old = written()
    client = client_of(acting()[1])
    step = client.post(url("write"), typed(title="Neue Homepages"))
    assert step.status_code == 200
    assert url("need", old.pk) in step.content.decode()
    assert TEXT in step.content.decode()
    assert Need.objects.count() == 1
    assert client.post(url("write"), typed(title="Neue Homepages", seen="yes")).status_code == 302
    assert Need.objects.count() == 2


def test_while_writing_they_come_as_a_part_of_a_page() -> None:
    old = written()
    client = client_of(acting()[1])
    part = client.post(url("write"), typed(look="yes"), headers={"HX-Request": "true"}).content.decode()
    assert url("need", old.pk) in part
    assert f"{len(TEXT)} von 2000 Zeichen" in part
    assert "<html" not in part
    assert Need.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"text": "lang " * 1000}, "2000"),
        ({"title": "x" * 121}, "120"),
        ({"title": " "}, "in einer Zeile"),
        ({"text": ""}, "worum es geht"),
        ({"language": "en"}, "en"),
    ],
)
def test_what_does_not_fit_is_refused_and_what_was_typed_stays(changed: dict[str, str], says: str) -> None:
    answer = client_of(acting()[1]).post(url("write"), typed(**changed))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert says in shown
    for name, value in typed(**changed).items():
        assert value.strip() in shown, name
    assert not Need.objects.exists()


def test_a_line_s_end_counts_as_one_character() -> None:
    fits = "a\r\n" * 1000
    assert client_of(acting()[1]).post(url("write"), typed(text=fits)).status_code == 302


def test_marks_of_html_stay_text() -> None:
    need = written(title=MARKUP, text=MARKUP)
    has_too(need, MARKUP, who=acting(name=MARKUP))
    translate(need=need, language="fr", title=MARKUP, text=MARKUP)
    member, desk = client_of(acting()[1]), staff(NETWORK_MANAGER)
    for client, path in (
        (member, url("needs")),
        (member, url("need", need.pk)),
        (member, url("need", need.pk, language="fr")),
        (desk, reverse("need_desk", args=[need.pk])),
        (desk, reverse("needs_desk")),
    ):
        assert MARKUP not in text(path, client)


def test_a_need_is_had_too_and_taken_back_and_followed_and_not() -> None:
    need, (of, by) = written(), acting()
    path, client = url("need", need.pk), client_of(by)
    client.post(path, {"support": "yes", "sentence": "Wir auch"})
    assert need.supports.get(organisation=of).sentence == "Wir auch"
    assert "Wir auch" in text(path, client)
    client.post(path, {"take_back": str(of.pk)})
    assert not need.supports.filter(organisation=of).exists()
    client.post(path, {"follow": "yes"})
    assert need.follows.filter(person=by).exists()
    client.post(path, {"unfollow": "yes"})
    assert not need.follows.filter(person=by).exists()


def test_who_acts_for_two_says_for_which() -> None:
    need, (one, by) = written(), acting()
    two = acting()[0]
    two.memberships.create(person=by, role="member")
    client = client_of(by)
    client.post(url("need", need.pk), {"support": "yes", "organisation": str(two.pk)})
    assert {each.organisation for each in need.supports.all()} == {need.organisation, two}
    missing = client.post(url("need", need.pk), {"support": "yes", "organisation": str(need.organisation_id)})
    assert missing.status_code == 422
    assert one not in [each.organisation for each in need.supports.all()]


def test_visitors_and_strangers_change_nothing() -> None:
    need = written()
    path = url("need", need.pk)
    answer = Client().post(path, {"support": "yes"})
    assert (answer.status_code, answer.url.split("?")[1]) == (302, f"next={path}")
    assert client_of(UserFactory()).post(path, {"support": "yes"}).status_code == 403
    assert client_of(UserFactory()).get(url("write")).status_code == 403
    assert Client().get(url("write")).status_code == 302
    assert need.supports.count() == 1


def test_search_engines_are_led_to_needs_in_each_language() -> None:
    one, other = written(), written("Homepage")
    merge(need=one, into=other, now=NOW)
    found = text("/sitemap.xml")
    for language in ("de", "fr", "it"):
        assert f"<loc>http://testserver{url('need', other.pk, language=language)}</loc>" in found
    assert url("need", one.pk) not in found


def test_the_address_of_a_merged_need_leads_to_the_other_one() -> None:
    one, other = written(), written("Homepage")
    merge(need=one, into=other, now=NOW)
    assert Client().get(url("need", one.pk)).url == url("need", other.pk)
    assert client_of(acting()[1]).post(url("need", one.pk), {"support": "yes"}).url == url("need", other.pk)


def test_a_need_without_translation_is_marked_with_its_language() -> None:
    need = written()
    shown = text(url("need", need.pk, language="fr"))
    assert f'<h1 lang="de">{TITLE}</h1>' in shown
    assert "pas encore traduit" in shown
    translate(need=need, language="fr", title="Un site", text="Vieux.")
    shown = text(url("need", need.pk, language="fr"))
    assert "<h1>Un site</h1>" in shown
    assert "pas encore traduit" not in shown


def test_kept_pages_show_each_change_at_once(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.PAGE_CACHE = True
    need = written()
    paths = [url("needs"), url("need", need.pk), f"{url('needs')}?state=open&language=de"]
    assert all("1 Organisation braucht es" in text(path) for path in paths)
    with CaptureQueriesContext(connection) as asked:
        for path in paths:
            text(path)
    assert len(asked) == 0
    with django_capture_on_commit_callbacks(execute=True):
        has_too(need)
    assert all("2 Organisationen brauchen es" in text(path) for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        close(need=need, reason="Gibt es schon.", now=NOW)
    assert "Gibt es schon." in text(paths[1])


def test_the_list_costs_as_many_queries_for_many_as_for_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text(url("needs"))
        return len(asked)

    written()
    few = queries()
    for n in range(8):
        has_too(written(f"Bedarf {n}"))
    assert queries() == few


def test_staff_answer_a_need_with_a_resource_and_the_page_leads_there() -> None:
    need = written()
    library = page("Wissen", model=ResourceIndexPage)
    resource = page("Homepage planen", parent=library, model=ResourcePage, summary="Kurz")
    desk = reverse("need_desk", args=[need.pk])
    assert staff(EDITOR).post(desk, {"answer": "yes", "answer-resource": resource.pk}).status_code == 302
    assert Need.objects.get().state == NeedState.ANSWERED
    assert resource.url in text(url("need", need.pk))
    assert Letter.objects.get().template == "needs/letters/changed.txt"


def test_staff_close_translate_merge_and_open_again() -> None:
    need, other = written(), written("Homepage")
    client, desk = staff(NETWORK_MANAGER), reverse("need_desk", args=[need.pk])
    said = {"translate-language": "fr", "translate-title": "Un site", "translate-text": "Vieux."}
    client.post(desk, {"translate": "yes", **said})
    assert need.translations.get().title == "Un site"
    refused = client.post(desk, {"close": "yes", "close-reason": ""})
    assert refused.status_code == 200
    client.post(desk, {"close": "yes", "close-reason": "Gibt es schon."})
    need.refresh_from_db()
    assert (need.state, need.reason) == (NeedState.CLOSED, "Gibt es schon.")
    client.post(desk, {"open_again": "yes"})
    client.post(desk, {"merge": "yes", "merge-into": str(other.pk)})
    need.refresh_from_db()
    assert need.merged_into == other


@pytest.mark.parametrize("path", ["list", "need"])
def test_nobody_else_of_the_staff_sees_the_desk(path: str) -> None:
    address = reverse("needs_desk") if path == "list" else reverse("need_desk", args=[written().pk])
    assert staff(FINANCE).get(address).status_code in (302, 403)
    assert client_of(acting()[1]).get(address).status_code in (302, 403)
    assert staff(NETWORK_MANAGER).get(address).status_code == 200


def test_an_organisation_with_needs_keeps_them_when_it_is_suspended() -> None:
    need = written()
    Organisation.objects.update(state=OrganisationState.SUSPENDED)
    assert TEXT in text(url("need", need.pk))
