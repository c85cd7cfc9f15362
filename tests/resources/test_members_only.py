"""Texts for members only: who reads them, and where they are shown to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from home.freshness import CONTENT, renew_stamps
from home.privacy import pages_hidden_from, private_q, restrict_to, view_of
from members.group import MEMBERS, members_group
from members.models import Membership, User
from resources.importing import import_resources
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic, translation_of
from tests.members.factories import OrganisationFactory, UserFactory
from tests.resources.test_importing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def library() -> Any:
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    return index


@pytest.fixture
def text(library: Any) -> Any:
    """A text for members in German and French, and one for everybody on the same topic."""
    about = topic("Website", fr="Site internet")
    made = page("Verborgen", parent=library, model=ResourcePage, summary="Kurz")
    for each in (made, page("Offen", parent=library, model=ResourcePage, summary="Kurz")):
        each.topics = [about]
        each.save_revision().publish()
    translation_of(made, "fr", "Caché", summary="Court")
    restrict_to(made, members_group())
    return ResourcePage.objects.get(pk=made.pk)


def acting(person: User | None = None) -> Membership:
    """Somebody acts for an organisation."""
    return Membership.objects.create(organisation=OrganisationFactory(), person=person or UserFactory())


def client_of(person: User | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def member() -> Client:
    return client_of(acting().person)


def listed(client: Client, address: str = "/de/wissen/") -> dict[str, bool]:
    """The titles in the library, and whether each is marked as for members."""
    context = client.get(address).context
    return {found.title: found.pk in context["for_members"] for found in context["listing"].page}


def test_the_group_follows_the_memberships() -> None:
    made = acting()
    second = acting(made.person)
    assert made.person.groups.filter(name=MEMBERS).exists()
    made.delete()
    assert second.person.groups.filter(name=MEMBERS).exists()
    Membership.objects.filter(pk=second.pk).delete()
    assert not second.person.groups.filter(name=MEMBERS).exists()
    other = acting()
    other.organisation.delete()
    assert not other.person.groups.exists()


def test_migrating_makes_the_group_anew() -> None:
    person, stranger = acting().person, UserFactory()
    Group.objects.get(name=MEMBERS).user_set.set([stranger])
    call_command("migrate", verbosity=0)
    assert list(Group.objects.get(name=MEMBERS).user_set.all()) == [person]


def test_members_read_it_in_every_language_and_nobody_else_does(text: Any) -> None:
    pages = [text, *(found.specific for found in text.get_translations())]
    assert len(pages) == 2
    for who, status in [(member(), 200), (client_of(UserFactory()), 403), (Client(), 302)]:
        assert {who.get(found.url).status_code for found in pages} == {status}


def test_whoever_is_logged_in_and_no_member_is_told_so(text: Any) -> None:
    answer = client_of(UserFactory()).get(text.url, headers={"Accept-Language": "de"})
    assert answer.status_code == 403
    assert "nur für Mitglieder" in answer.content.decode()


def test_an_attachment_is_for_members_too(library: Any) -> None:
    document = get_document_model().objects.create(title="Liste", file=ContentFile(b"x", "liste.txt"))
    attachments = [{"type": "document", "id": "1", "value": {"document": document.pk, "label": ""}}]
    restrict_to(
        page("Eins", parent=library, model=ResourcePage, summary="Kurz", attachments=attachments), members_group()
    )
    for who, status in [(member(), 200), (client_of(UserFactory()), 403), (Client(), 302)]:
        assert who.get(document.url).status_code == status


def test_the_library_shows_it_to_members_only_and_marks_it(text: Any, settings: Any) -> None:
    settings.PAGE_CACHE = True
    cache.clear()
    of_member, stranger = member(), client_of(UserFactory())
    for _again in range(2):  # what is kept of one must not be shown to the other
        assert listed(of_member) == {"Offen": False, "Verborgen": True}
        assert listed(stranger) == {"Offen": False}
        assert "Verborgen" not in Client().get("/de/wissen/").content.decode()
    assert "(2)" in of_member.get("/de/wissen/").content.decode()
    assert "(2)" not in Client().get("/de/wissen/?topic=website").content.decode()
    assert "für Mitglieder" in of_member.get("/de/wissen/").content.decode()
    cache.clear()


def test_a_page_that_visitors_get_goes_as_soon_as_it_is_restricted(
    text: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.PAGE_CACHE = True
    cache.clear()
    renew_stamps([CONTENT])
    opened = ResourcePage.objects.get(title="Offen")
    assert Client().get(opened.url).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        restrict_to(opened, members_group())
    assert Client().get(opened.url).status_code == 302
    cache.clear()


def test_the_search_finds_it_for_members_only(text: Any) -> None:
    found = {
        name: text.url in who.get("/de/suche/?q=verborgen").content.decode()
        for name, who in {"member": member(), "other": client_of(UserFactory()), "visitor": Client()}.items()
    }
    assert found == {"member": True, "other": False, "visitor": False}


def test_more_on_the_topic_leads_members_to_it(text: Any) -> None:
    opened = ResourcePage.objects.get(title="Offen")
    assert [found.pk for found in member().get(opened.url).context["related"]] == [text.pk]
    assert list(Client().get(opened.url).context["related"]) == []


def test_feeds_sitemap_and_api_leave_it_out_for_members_too(text: Any) -> None:
    who = member()
    for address in ["/de/feeds/resources.atom", "/sitemap.xml", "/api/v2/pages/?type=resources.ResourcePage", "/de/"]:
        assert "/verborgen/" not in who.get(address).content.decode()


def test_what_a_reader_may_read_is_what_is_served(text: Any, library: Any) -> None:
    """Lists and pages answer alike, for each restriction, also one that wagtail-localize copied to no groups."""
    inner = Group.objects.create(name="Innerer Kreis")
    restrict_to(of_circle := page("Kreis", parent=library, model=ResourcePage, summary="Kurz"), inner)
    logged_in = page("Angemeldet", parent=library, model=ResourcePage, summary="Kurz")
    PageViewRestriction.objects.create(page=logged_in, restriction_type=PageViewRestriction.LOGIN)
    copied = text.get_translations().get()
    PageViewRestriction.objects.get_or_create(page=copied, restriction_type=PageViewRestriction.GROUPS)
    both, superuser = acting().person, UserFactory(is_superuser=True)
    both.groups.add(inner)
    for person in [None, UserFactory(), acting().person, both, superuser]:
        hidden = set(pages_hidden_from(person or AnonymousUser()).values_list("pk", flat=True))
        served = {
            each.pk
            for each in (text, copied.specific, of_circle, logged_in)
            if client_of(person).get(each.url).status_code == 200
        }
        assert {text.pk, copied.pk, of_circle.pk, logged_in.pk} - hidden == served


def test_asking_costs_the_same_however_many_restrictions_there_are(
    text: Any, library: Any, django_assert_num_queries: Any
) -> None:
    person = acting().person
    for number in range(4):
        group = Group.objects.create(name=f"Kreis {number}")
        restrict_to(page(f"Kreis {number}", parent=library, model=ResourcePage, summary="Kurz"), group)
        with django_assert_num_queries(2):
            private_q(person)
        with django_assert_num_queries(1):
            view_of(person)
    with django_assert_num_queries(0):
        assert view_of(AnonymousUser()) == ""


def test_a_file_restricts_its_text_in_all_languages_and_never_opens_one(library: Any, tmp_path: Any) -> None:
    write(tmp_path, "de/eins.md", members_only="true")
    write(tmp_path, "fr/eins.md")
    write(tmp_path, "de/zwei.md", members_only="vielleicht")
    assert [refusal.name for refusal in import_resources(tmp_path).refused] == ["de/zwei.md"]
    pages = ResourcePage.objects.filter(slug="eins")
    assert {Client().get(each.url).status_code for each in pages} == {302}
    assert {member().get(each.url).status_code for each in pages} == {200}
    write(tmp_path, "de/eins.md", members_only="false")
    import_resources(tmp_path)
    assert {Client().get(each.url).status_code for each in pages} == {302}
