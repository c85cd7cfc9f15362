"""What editors and translators open in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from home.models import Topic
from members.models import User
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import home_page, page, topic, translation_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    """A person who may do everything, at the admin's door."""
    client.force_login(User.objects.create_superuser("editor@example.org"))
    return client


@pytest.fixture
def resource() -> Any:
    """A German resource with a topic, translated into French."""
    library = page("Wissen", model=ResourceIndexPage)
    german = page("Eins", parent=library, model=ResourcePage, summary="Kurz")
    german.topics = [topic("Datenschutz", fr="Protection des données")]
    german.save_revision().publish()
    german = ResourcePage.objects.get(pk=german.pk)
    translation_of(german, "fr", "Un", summary="Court")
    return german


def edit(client: Client, edited: Page) -> Any:
    response = client.get(reverse("wagtailadmin_pages:edit", args=[edited.pk]))
    assert response.status_code == 200
    return response


def test_a_page_can_be_edited(editor: Client, resource: Any) -> None:
    edit(editor, resource)
    edit(editor, home_page("de"))


def test_a_translation_opens_in_the_translation_editor(editor: Client, resource: Any) -> None:
    for translated in (resource.get_translations().get(), home_page("fr")):
        assert "wagtail_localize/admin/edit_translation.html" in {
            found.name for found in edit(editor, translated).templates
        }


def test_a_resource_offers_the_topics_of_its_own_language_only(editor: Client, resource: Any) -> None:
    offered = edit(editor, resource).context["form"].fields["topics"].queryset
    assert [found.name for found in offered] == ["Datenschutz"]


def test_a_new_page_can_be_written_in_french_first(editor: Client) -> None:
    library = page("Ressources", parent=home_page("fr"), model=ResourceIndexPage)
    topic("Datenschutz", fr="Protection des données")
    address = reverse("wagtailadmin_pages:add", args=["resources", "resourcepage", library.pk])
    offered = editor.get(address).context["form"].fields["topics"].queryset
    assert [found.name for found in offered] == ["Protection des données"]


def test_topics_can_be_edited(editor: Client, resource: Any) -> None:
    for found in Topic.objects.all():
        assert editor.get(reverse("wagtailsnippets_home_topic:edit", args=[found.pk])).status_code == 200
    assert editor.get(reverse("wagtailsnippets_home_topic:list")).status_code == 200
