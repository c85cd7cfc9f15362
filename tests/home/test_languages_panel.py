"""The languages of a page or topic beside its editor: how each stands, and the way there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale

from home.localising.actions import start_translation
from members.models import User
from tests.home.factories import page, topic, translation_of
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("editor@example.org"))
    return client


def panel(client: Client, address: str) -> list[str]:
    """A line of text for each language."""
    content = client.get(address).content.decode()
    # wagtail-localize's editor has the side panels twice: in the page's header and once more.
    found = re.findall(r'<ul class="languages-panel">(.*?)</ul>', content, flags=re.DOTALL)[-1]
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in found.split("</li>")[:-1]]


def edit(instance: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[instance.pk])


def test_each_language_says_how_it_stands_and_leads_on(editor: Client) -> None:
    german = page("Seite")
    assert panel(editor, edit(german)) == [
        "Deutsch Original, veröffentlicht Sie sind hier.",
        "Français Nicht übersetzt Übersetzen : Français",
        "Italiano Nicht übersetzt Übersetzen : Italiano",
    ]
    french = translation_of(german, "fr", "Page")
    assert panel(editor, edit(german))[1].startswith("Français Veröffentlicht")
    response = editor.get(edit(german))
    assert f'href="{edit(french)}"' in response.content.decode()


def test_a_translation_shows_them_too_and_is_here_itself(editor: Client) -> None:
    german = page("Seite")
    italian = start_translation(source=german, locale=Locale.objects.get(language_code="it"), by=None)
    lines = panel(editor, edit(italian))
    assert lines[0].startswith("Deutsch Original, veröffentlicht Bearbeiten")
    assert lines[2].startswith("Italiano Entwurf, ")
    assert lines[2].endswith("Sie sind hier.")


def test_its_button_begins_the_translation(client: Client) -> None:
    """With the form's token: the panel is rendered without context processors."""
    german = page("Seite")
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.create_superuser("editor@example.org"))
    content = careful.get(edit(german)).content.decode()
    form = content[content.index("languages-panel") :]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)[:3])
    assert set(sent) == {"csrfmiddlewaretoken", "type", "pk"}
    careful.post(reverse("start_translation"), {**sent, "language": "fr"})
    assert german.get_translation(Locale.objects.get(language_code="fr"))


def test_a_topic_has_them_as_well_and_a_new_page_does_not(editor: Client) -> None:
    german = topic("Datenschutz")
    lines = panel(editor, reverse("wagtailsnippets_home_topic:edit", args=[german.pk]))
    assert [line.split()[0] for line in lines] == ["Deutsch", "Français", "Italiano"]
    assert "Sie sind hier." in lines[0]
    new = reverse("wagtailadmin_pages:add", args=["home", "standardpage", page("Seite").get_parent().pk])
    assert "languages-panel" not in editor.get(new).content.decode()


def test_a_translator_is_led_to_their_language_only(client: Client) -> None:
    german = page("Seite")
    french = start_translation(source=german, locale=Locale.objects.get(language_code="fr"), by=None)
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="Translator French"))
    client.force_login(person)
    lines = panel(client, edit(french))
    assert lines[0] == "Deutsch Original, veröffentlicht Ansehen : Deutsch"
    assert lines[2] == "Italiano Nicht übersetzt"


def test_the_panel_costs_few_queries(editor: Client) -> None:
    """Those of one page's books and rights, however many pages there are."""
    german = page("Seite")
    editor.get(edit(german))
    with CaptureQueriesContext(connection) as before:
        editor.get(edit(german))
    for n in range(5):
        translation_of(page(f"Seite {n}"), "fr", f"Page {n}")
    with CaptureQueriesContext(connection) as after:
        editor.get(edit(german))
    assert len(after) == len(before)
