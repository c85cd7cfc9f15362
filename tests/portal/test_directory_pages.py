"""The pages of the directory, as visitors, members and search engines meet them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from home.tree import ensure_site
from members import forms
from members.actions.directory import set_entry
from members.letters.models import Letter
from members.models import DirectoryEntry, OrganisationState
from tests.home.factories import topic
from tests.members.test_directory import acting_for, listed
from tests.portal.test_organisation_naming import client_of
from tests.schema_org import blocks, problems

pytestmark = pytest.mark.django_db
MARKUP = "</script><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def no_tries_are_counted() -> Iterator[None]:
    ensure_site()
    cache.clear()
    yield
    cache.clear()


def url(name: str, *args: object, language: str = "de") -> str:
    with translation.override(language):
        return reverse(f"members:{name}", args=args)


def text(path: str, client: Client | None = None) -> str:
    response = (client or Client()).get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def typed(monkeypatch: pytest.MonkeyPatch, **changed: str) -> dict[str, str]:
    """The form as somebody sends it who took their time."""
    monkeypatch.setattr(forms, "QUICKEST", timedelta(seconds=-1))
    return {"name": "Nora", "message": "Guten Tag", "opened": forms.opened_now()} | changed


def test_the_list_leads_to_the_entry_and_neither_names_people_or_sets_a_cookie() -> None:
    entry = listed(name="Verein Eins", website="https://eins.example", topics=[topic("Datenschutz")])
    path = url("directory_entry", entry.slug)
    assert path == "/de/verzeichnis/verein-eins/"
    assert path in text(url("directory"))
    page = Client().get(path)
    shown = page.content.decode()
    assert not [said for said in ("Wir beraten Familien.", "https://eins.example", "Datenschutz") if said not in shown]
    administrator = entry.organisation.administrators()[0]
    assert not [secret for secret in (administrator.email, "Musterweg") if secret in shown]
    assert [dict(each.cookies) for each in (page, Client().get(url("directory")))] == [{}, {}]


def test_machines_read_the_organisation_and_where_its_page_is_in_each_language() -> None:
    entry = listed(name="Verein Eins", about={"de": MARKUP})
    shown = text(url("directory_entry", entry.slug))
    (found,) = blocks(shown)
    assert problems(found) == []
    assert (found["@type"], found["name"], found["description"]) == ("Organization", "Verein Eins", MARKUP)
    for language in ("fr", "it"):
        path = url("directory_entry", entry.slug, language=language)
        assert f'hreflang="{language}" href="http://testserver{path}"' in shown
        assert f"<loc>http://testserver{path}</loc>" in text("/sitemap.xml")
    assert MARKUP not in shown


def test_text_in_another_language_is_marked_as_such() -> None:
    entry = listed(about={"it": "Offre consulenza."})
    for path in (url("directory"), url("directory_entry", entry.slug)):
        assert '<p lang="it">Offre consulenza.</p>' in text(path).replace('class="lead" ', "")


@pytest.mark.parametrize("state", ["hidden", "suspended"])
def test_who_is_not_listed_or_suspended_has_no_page(state: str) -> None:
    entry = listed(is_listed=state != "hidden", name="Verein Still")
    if state == "suspended":
        entry.organisation.state = OrganisationState.SUSPENDED
        entry.organisation.save()
    for name in ("directory_entry", "contact", "contact_sent"):
        assert Client().get(url(name, entry.slug)).status_code == 404
    assert Client().post(url("contact", entry.slug), {"name": "N"}).status_code == 404
    assert "Verein Still" not in text(url("directory")) + text("/sitemap.xml")


def test_kept_pages_show_a_change_at_once(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.PAGE_CACHE = True
    entry = listed(name="Verein Eins")
    paths = [url("directory"), url("directory_entry", entry.slug), "/sitemap.xml"]
    before = [text(path) for path in paths]
    assert all("erein" in page for page in before)
    with CaptureQueriesContext(connection) as asked:
        assert [text(path) for path in paths] == before
    assert len(asked) == 0
    of = entry.organisation
    with django_capture_on_commit_callbacks(execute=True):
        set_entry(organisation=of, is_listed=False, about={"de": "Neu"}, topics=[], by=of.administrators()[0])
    assert "Verein Eins" not in text(paths[0])
    assert "verein-eins" not in text(paths[2])
    assert Client().get(paths[1]).status_code == 404


def test_corrections_of_staff_show_at_once(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.PAGE_CACHE = True
    entry = listed(name="Verein Eins", town="Bern")
    assert "Bern" in text(url("directory"))
    of = entry.organisation
    edit = reverse("organisations:edit", args=[of.pk])
    staff = acting_for(of)
    staff.is_superuser = True
    staff.save()
    client = client_of(staff)
    page = client.get(edit)
    sent = {field.html_name: field.value() or "" for field in page.context["form"]}
    formset = page.context["form"].memberships
    sent |= {field.html_name: field.value() or "" for field in formset.management_form}
    for each in formset:
        sent |= {field.html_name: field.value() or "" for field in each if field.name != "DELETE"}
    sent |= {"town": "Thun", "is_named": ""}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(edit, sent).status_code == 302
    assert "Thun" in text(url("directory"))
    assert "Thun" in text(f"{url('directory')}?q=thun")


def test_the_list_costs_as_many_queries_for_many_as_for_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text(f"{url('directory')}?canton=BE")
        return len(asked)

    for n in range(2):
        listed(name=f"Wenige {n}", topics=[topic("Datenschutz")] if n == 0 else [])
    few = queries()
    for n in range(30):
        listed(name=f"Viele {n}")
    assert queries() == few
    assert "page=2" in text(url("directory"))


def test_a_message_is_sent_and_its_address_only_with_the_box_ticked(monkeypatch: Any) -> None:
    path = url("contact", listed().slug)
    answer = Client().post(path, typed(monkeypatch, email="nora@org.example"))
    assert answer.status_code == 302
    assert Letter.objects.get().reply_to == ""
    assert "nora@org.example" not in Letter.objects.get().text
    Client().post(path, typed(monkeypatch, email="nora@org.example", may_answer="on"))
    assert Letter.objects.latest("pk").reply_to == "nora@org.example"
    assert "nora@org.example" in Letter.objects.latest("pk").text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": ""}, "Ihren Namen"),
        ({"message": " "}, "Ihre Nachricht"),
        ({"message": "x" * 3001}, "3000"),
        ({"may_answer": "on"}, "E-Mail-Adresse"),
        ({"may_answer": "on", "email": "niemand"}, "E-Mail-Adresse"),
        ({"opened": "gefälscht"}, "noch einmal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(monkeypatch: Any, changed: dict[str, str], says: str) -> None:
    answer = Client().post(url("contact", listed().slug), typed(monkeypatch, **changed))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert says in shown
    assert ("Guten Tag" if "message" not in changed else "Nora") in shown
    assert not Letter.objects.exists()


def test_machines_are_held_off_and_learn_nothing(monkeypatch: Any) -> None:
    path = url("contact", listed().slug)
    trapped = Client().post(path, typed(monkeypatch, fax="031 000 00 00"))
    assert (trapped.status_code, trapped.url) == (302, path.replace("schreiben", "gesendet"))
    assert not Letter.objects.exists()
    quick = Client().post(path, typed(monkeypatch) | {"opened": forms.opened_now()})
    assert quick.status_code == 302
    monkeypatch.setattr(forms, "QUICKEST", timedelta(seconds=3))
    assert Client().post(path, {"name": "N", "message": "M", "opened": forms.opened_now()}).status_code == 422


def test_one_address_of_the_net_can_not_send_masses(monkeypatch: Any) -> None:
    path = url("contact", listed().slug)
    answers = [Client().post(path, typed(monkeypatch)).status_code for _turn in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert Letter.objects.count() == 5


def test_the_answer_is_the_same_where_nobody_can_log_in(monkeypatch: Any) -> None:
    entry = listed()
    entry.organisation.administrators().update(is_active=False)
    answer = Client().post(url("contact", entry.slug), typed(monkeypatch))
    assert answer.url == url("contact_sent", entry.slug)
    assert not Letter.objects.exists()


def test_an_administrator_lists_the_organisation_and_takes_it_back() -> None:
    entry = listed(is_listed=False)
    of = entry.organisation
    client = client_of(of.administrators()[0])
    own = url("own_entry", of.uuid)
    assert own in client.get(url("directory").replace("verzeichnis", "konto")).content.decode()
    chosen = topic("Datenschutz")
    sent = {"is_listed": "on", "about_de": "Neu.", "about_fr": "Nouveau.", "topics": [chosen.pk]}
    assert client.post(own, sent).url == url("directory_entry", entry.slug)
    entry = DirectoryEntry.objects.get()
    assert (entry.is_listed, entry.about_fr, list(entry.topics.all())) == (True, "Nouveau.", [chosen])
    shown = text(own, client)
    assert not [said for said in ("Neu.", "checked") if said not in shown]
    client.post(own, {"about_de": "Neu."})
    assert not DirectoryEntry.objects.get().is_listed


def test_without_a_sentence_nobody_is_listed_and_the_page_says_so() -> None:
    of = listed(is_listed=False).organisation
    answer = client_of(of.administrators()[0]).post(url("own_entry", of.uuid), {"is_listed": "on"})
    assert answer.status_code == 422
    assert "mindestens einer" in answer.content.decode()


def test_members_and_others_have_no_such_page() -> None:
    of = listed().organisation
    member, other = acting_for(of, "member"), listed().organisation.administrators()[0]
    for person in (member, other):
        assert client_of(person).get(url("own_entry", of.uuid)).status_code == 404
    assert Client().get(url("own_entry", of.uuid)).status_code == 302
