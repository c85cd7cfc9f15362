"""Editors see what each block looks like before they choose it, in their language."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.users.models import UserProfile

from home.blocks import BodyBlock
from home.models import StandardPage
from tests.home.factories import page
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db
# The blocks that the editor's page offers: they are registered by their definition.
BLOCKS = StandardPage._meta.get_field("body").stream_block.child_blocks
SHOWN = {
    "heading": "Was wir brauchen",
    "text": "Ein Absatz",
    "callout": "callout-hint",
    "checklist": 'class="checklist"',
    "quote": "<blockquote>",
    "image": "<svg",
    "accordion": "<details>",
    "table": "<caption>",
    "downloads": "DOCX, 46.9",
    "video": "Das Video liegt bei Vimeo",
    "related": 'class="related"',
    "people": "<strong>",
}


def editor(language: str) -> Client:
    person = UserFactory(is_superuser=True, is_staff=True)
    UserProfile.objects.create(user=person, preferred_language=language)
    client = Client()
    client.force_login(person)
    return client


def test_every_block_has_a_preview_and_a_sentence_that_says_what_it_is_for() -> None:
    assert set(BLOCKS) == set(BodyBlock().child_blocks) == set(SHOWN)
    assert [name for name, block in BLOCKS.items() if not block.is_previewable] == []
    assert [name for name, block in BLOCKS.items() if name != "text" and not block.get_description()] == []


@pytest.mark.parametrize("name", SHOWN)
def test_a_preview_shows_the_block_as_our_pages_show_it(name: str, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = False
    page("Seite")
    response = editor("de").get("/admin/block-preview/", {"id": BLOCKS[name].definition_prefix})
    assert response.status_code == 200
    shown = response.content.decode()
    assert SHOWN[name] in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "css/components.css" in shown


def test_a_preview_speaks_the_editors_language(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = False
    for language, words in [("fr", "Avant de signer"), ("it", "Prima di firmare")]:
        shown = editor(language).get("/admin/block-preview/", {"id": BLOCKS["checklist"].definition_prefix})
        assert words in shown.content.decode()
