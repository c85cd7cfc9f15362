"""The overview of translations in the admin: filters, pages, and in each cell the way to the place where one acts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from home.localising.overview import PER_PAGE
from home.models import Topic
from members.models import User
from tests.home.factories import page, topic, translation_of
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("editor@example.org"))
    return client


def look(client: Client, **asked: Any) -> Any:
    response = client.get(reverse("translations"), asked)
    assert response.status_code == 200
    return response


def titles(client: Client, **asked: Any) -> list[str]:
    return [line.row.title for line in look(client, **asked).context["lines"]]


def cell(client: Client, title: str, language: str) -> Any:
    (line,) = [line for line in look(client, q=title).context["lines"] if line.row.title == title]
    return next(shown for shown in line.cells if shown.cell.language == language)


def test_a_page_without_a_translation_has_a_button_that_begins_it(editor: Client) -> None:
    german = page("Seite")
    shown = cell(editor, "Seite", "fr")
    assert (shown.state, shown.starts) == ("Nicht übersetzt", True)
    sent = {"type": "home.standardpage", "pk": german.pk, "language": "fr"}
    response = editor.post(reverse("start_translation"), sent)
    french = german.get_translation(Locale.objects.get(language_code="fr"))
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[french.pk])
    assert not french.live
    assert cell(editor, "Seite", "fr").url == response["Location"]


def test_a_translation_whose_original_was_deleted_is_listed_and_opens(editor: Client) -> None:
    german = page("Seite")
    translation_of(german, "fr", "Page")
    german.delete()
    shown = cell(editor, "Page", "fr")
    assert editor.get(shown.url).status_code == 200
    assert cell(editor, "Page", "it").starts


def test_a_topic_is_translated_by_its_button_too(editor: Client) -> None:
    german = topic("Datenschutz")
    editor.post(reverse("start_translation"), {"type": "home.topic", "pk": german.pk, "language": "it"})
    italian = Topic.objects.get(translation_key=german.translation_key, locale__language_code="it")
    shown = cell(editor, "Datenschutz", "it")
    assert shown.url == reverse("wagtailsnippets_home_topic:edit", args=[italian.pk])
    assert shown.state == "Entwurf, 2 Abschnitte fehlen"


def test_beginning_what_is_there_opens_it_and_changes_nothing(editor: Client) -> None:
    german = page("Seite")
    french = translation_of(german, "fr", "Page")
    before = Page.objects.get(pk=french.pk).latest_revision_id
    sent = {"type": "home.standardpage", "pk": german.pk, "language": "fr"}
    assert str(french.pk) in editor.post(reverse("start_translation"), sent)["Location"]
    assert Page.objects.get(pk=french.pk).latest_revision_id == before


def test_a_page_that_stood_as_an_alias_is_translated_into_one_of_its_own(editor: Client) -> None:
    parent = page("Oben")
    translation_of(page("Unten", parent=parent), "fr", "Dessous")
    editor.post(reverse("start_translation"), {"type": "home.standardpage", "pk": parent.pk, "language": "fr"})
    french = Page.objects.get(translation_key=parent.translation_key, locale__language_code="fr")
    assert french.alias_of_id is None


def test_an_outdated_translation_says_by_how_much_and_leads_to_its_editor(editor: Client) -> None:
    german = page("Seite")
    french = translation_of(german, "fr", "Page")
    german.title = "Andere"
    german.save_revision().publish()
    shown = cell(editor, "Andere", "fr")
    assert (shown.state, str(shown.label)) == ("Um 1 Abschnitt veraltet", "Aktualisieren")
    assert shown.url == reverse("wagtailadmin_pages:edit", args=[french.pk])
    assert shown.view_url == french.get_url()
    assert editor.get(shown.url).status_code == 200


def test_what_is_not_compared_says_so(editor: Client) -> None:
    german = page("Seite")
    translation_of(german, "fr", "Page")
    Translation.objects.filter(source__object_id=german.translation_key).update(enabled=False)
    assert cell(editor, "Seite", "fr").note == "nicht mit dem Original verbunden"


def test_filters_go_by_language_state_type_and_title(editor: Client) -> None:
    translation_of(page("Beides"), "fr", "Les deux")
    page("Nur deutsch")
    topic("Datenschutz", fr="Protection des données")
    assert titles(editor, language="fr", state="none") == ["Nur deutsch"]
    assert titles(editor, language="it", state="none") == ["Beides", "Nur deutsch", "Datenschutz"]
    assert titles(editor, type="home.topic") == ["Datenschutz"]
    assert titles(editor, q="BEID") == ["Beides"]
    assert "Nur deutsch" in titles(editor, state="none")


@pytest.mark.parametrize(
    "asked", [{"language": "xx"}, {"state": "x"}, {"type": "auth.user"}, {"p": "9999"}, {"p": "0"}, {"p": "x"}]
)
def test_what_an_address_names_wrongly_counts_as_not_asked(editor: Client, asked: dict[str, str]) -> None:
    page("Seite")
    assert "Seite" in titles(editor, **asked)


def test_nothing_that_fits_is_said(editor: Client) -> None:
    assert "Zu dieser Auswahl gibt es nichts" in look(editor, q="\0xyzzy" * 2000).content.decode()


def test_sums_count_what_is_to_be_done_and_lead_there(editor: Client) -> None:
    page("Seite")
    french = next(found for found in look(editor).context["sums"] if found["code"] == "fr")
    assert french["links"] == [{"label": "1 nicht übersetzt", "url": "?language=fr&state=none"}]


def test_the_list_is_paged_and_more_pages_take_no_more_queries(editor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            look(editor)
        return len(caught)

    for n in range(3):
        translation_of(page(f"Seite {n}"), "fr", f"Page {n}")
    look(editor)
    few = queries()
    for n in range(3, PER_PAGE + 3):
        page(f"Seite {n}")
    assert queries() == few
    assert few <= 30
    assert len(titles(editor)) == PER_PAGE
    assert len(titles(editor, p=2)) == 4  # with the home page


def test_who_does_not_translate_has_no_overview(client: Client) -> None:
    finance = UserFactory(is_staff=True)
    finance.groups.add(Group.objects.get(name="Finance"))
    client.force_login(finance)
    assert reverse("translations") not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Übersetzungen" not in client.get(reverse("translations"), follow=True).content.decode()
    sent = {"type": "home.standardpage", "pk": page("Seite").pk, "language": "fr"}
    client.post(reverse("start_translation"), sent)
    assert not Translation.objects.filter(source__object_repr="Seite").exists()


@pytest.mark.parametrize("sent", [{}, {"type": "auth.user", "pk": "1"}, {"type": "home.topic", "pk": "x"}])
def test_a_button_that_names_nothing_begins_nothing(editor: Client, sent: dict[str, str]) -> None:
    assert editor.post(reverse("start_translation"), {"language": "fr", **sent}).status_code in {302, 403}
    assert editor.post(reverse("start_translation"), sent).status_code in {302, 403}


def test_the_menu_leads_to_it_and_no_second_report_stands_beside_it(editor: Client) -> None:
    content = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("translations") in content
    assert reverse("wagtail_localize:translations_report") not in content
