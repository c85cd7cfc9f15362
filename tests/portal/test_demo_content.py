"""The demo's texts in the database: complete in three languages, and untouched by loading them again."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import String, StringTranslation, Translation

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress
from home.models import StandardPage
from members.models import User
from portal.demo import answers, experts, texts, workshops
from resources.demand import demand
from resources.models import ReaderCount, ResourcePage

pytestmark = pytest.mark.django_db

LOADERS = [
    texts.load_topics,
    texts.load_home,
    experts.load_experts,
    workshops.load_workshops,
    texts.load_resources,
    texts.load_pages,
    texts.load_home,
    answers.load_answers,
]


def load() -> list[str]:
    """Loads the texts. Returns what was written."""
    progress = Progress(say=lambda line: None)
    for loader in LOADERS:
        loader(progress, now=timezone.now())
    return progress.written


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The demo's texts, loaded once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


def german(name: str) -> StandardPage:
    return StandardPage.objects.get(translation_key=stable_id(f"pages/{name}"), locale__language_code="de")


def visible(shown: str) -> str:
    """The text of a page without what is marked as German."""
    body = re.sub(r'<(\w+)[^>]* lang="de"[^>]*>.*?</\1>', "", shown, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_everything_is_written_at_first(loaded: list[str]) -> None:
    assert {"home", "resources/index", "resources/new-homepage", "pages/about", "topics/website"} <= set(loaded)


def test_loading_twice_changes_nothing(loaded: list[str]) -> None:
    before = (Revision.objects.count(), list(Page.objects.order_by("pk").values()), StringTranslation.objects.count())
    assert load() == []
    assert (
        Revision.objects.count(),
        list(Page.objects.order_by("pk").values()),
        StringTranslation.objects.count(),
    ) == before


def test_every_translation_is_complete(loaded: list[str]) -> None:
    progress = [translation.get_progress() for translation in Translation.objects.all()]
    assert len(progress) == 2 * len({key for key in loaded if not key.startswith("answers/")})
    assert all(total == translated for total, translated in progress)
    assert not StringTranslation.objects.filter(has_error=True).exists()


def test_every_page_is_served_in_its_language(loaded: list[str], client: Client) -> None:
    for page in Page.objects.filter(depth__gte=2):
        response = client.get(page.url)
        assert response.status_code == 200, page.url
        assert f'<html lang="{page.locale.language_code}">' in response.content.decode(), page.url


def test_no_german_is_left_on_pages_in_other_languages(loaded: list[str], client: Client) -> None:
    sentences = {
        text
        for data in String.objects.filter(locale__language_code="de").values_list("data", flat=True)
        if len((text := html.unescape(re.sub(r"<[^>]+>", "", data))).split()) >= 4
    }
    assert len(sentences) > 300
    for page in Page.objects.filter(depth__gte=2).exclude(locale__language_code="de"):
        text = visible(client.get(page.url).content.decode())
        assert not [sentence for sentence in sentences if sentence in text], page.url


def test_what_stands_on_every_page_is_in_its_language(loaded: list[str], client: Client) -> None:
    for address, words in [
        ("/de/", ["Neu: Sagen Sie", 'href="/de/wissen/">Zu den Beiträgen', "Das Portal"]),
        ("/fr/", ["Nouveau\N{NO-BREAK SPACE}: dites", 'href="/fr/ressources/">Les ressources', "Le portail"]),
        ("/it/", ["Novità: dica", 'href="/it/risorse/">Alle risorse', "Il portale"]),
    ]:
        shown = client.get(address).content.decode()
        assert [word for word in words if word not in shown] == []


def test_attachments_and_the_picture_have_words_of_their_own_in_each_language(
    loaded: list[str], client: Client
) -> None:
    found = {}
    for page in ResourcePage.objects.filter(translation_key=stable_id("resources/new-homepage")):
        document = page.attachments[0].value["document"]
        found[page.locale.language_code] = client.get(document.url).getvalue().decode().partition("\n")[0]
    assert found == {
        "de": "WAS WIR SUCHEN: BESCHREIBUNG FÜR DREI OFFERTEN",
        "fr": "CE QUE NOUS CHERCHONS\N{NO-BREAK SPACE}: DESCRIPTION POUR TROIS OFFRES",
        "it": "CHE COSA CERCHIAMO: DESCRIZIONE PER TRE OFFERTE",
    }
    alts = [
        re.findall('<figure><img [^>]*alt="([^"]*)', client.get(page.url).content.decode())
        for page in StandardPage.objects.filter(translation_key=stable_id("pages/about")).order_by("locale")
    ]
    assert [alt[:4] for (alt,) in alts] == ["Fünf", "Cinq", "Cinq"]


def test_editors_see_a_demand_once_however_often_it_is_loaded(loaded: list[str]) -> None:
    today = timezone.localdate()
    found = demand(since=today - timedelta(days=30), until=today, language="de")
    assert len(found.by_resource) > 10
    before = ReaderCount.objects.count()
    load()
    assert ReaderCount.objects.count() == before > 50


def test_resources_are_filed_under_the_topics_of_their_language(loaded: list[str]) -> None:
    for resource in ResourcePage.objects.prefetch_related("topics"):
        assert resource.topics.all()
        assert {topic.locale_id for topic in resource.topics.all()} == {resource.locale_id}


def test_a_changed_text_is_loaded_into_every_language(loaded: list[str]) -> None:
    StandardPage.objects.filter(pk=german("about").pk).update(search_description="anders")
    assert load() == ["pages/about"]
    assert german("about").search_description != "anders"
    assert load() == []


def test_what_a_person_has_changed_stays(loaded: list[str]) -> None:
    about = german("about")
    about.title = "Von Hand"
    about.save_revision(user=User.objects.create_user("editor@example.org")).publish()
    assert load() == []
    assert german("about").title == "Von Hand"


def test_a_translation_that_a_person_has_changed_stays(loaded: list[str]) -> None:
    french = german("about").get_translation(Locale.objects.get(language_code="fr"))
    french.title = "À la main"
    french.save_revision(user=User.objects.create_user("translator@example.org")).publish()
    assert load() == []
    assert StandardPage.objects.get(pk=french.pk).title == "À la main"
