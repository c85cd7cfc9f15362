"""Who may write in which language: a table of groups, languages and things that one does in the admin."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction
from wagtail_localize.models import StringTranslation, Translation

from home.localising.access import languages_of
from home.localising.actions import start_translation
from home.models import StandardPage, Topic
from members.models import User
from portal.roles import EDITOR, FINANCE, OF_ONE_LANGUAGE, TRANSLATOR
from tests.home.factories import home_page, page
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db
LANGUAGES = ["de", "fr", "it"]
WRITES = {EDITOR: set(LANGUAGES), TRANSLATOR: set(LANGUAGES), FINANCE: set()} | {
    name: {code} for name, code in OF_ONE_LANGUAGE.items()
}


def person(group: str) -> User:
    made = UserFactory(is_staff=True)
    made.groups.add(Group.objects.get(name=group))
    return User.objects.get(pk=made.pk)


def client_of(group: str) -> Client:
    client = Client()
    client.force_login(person(group))
    return client


NUMBERS = itertools.count()


def source_for(language: str) -> Any:
    """What can be translated into `language`: a German page or, if that is it, a French one."""
    title = f"Seite {next(NUMBERS)}"
    return page(title, parent=home_page("de" if language != "de" else "fr"))


def begun(language: str) -> Any:
    """A translation into `language`."""
    source = source_for(language)
    return start_translation(source=source, locale=Locale.objects.get(language_code=language), by=None)


def begun_topic(language: str) -> Any:
    name = f"thema-{next(NUMBERS)}"
    source = Topic.objects.create(
        name=name,
        slug=name,
        locale=Locale.objects.get(language_code="de" if language != "de" else "fr"),
    )
    return start_translation(source=source, locale=Locale.objects.get(language_code=language), by=None)


def books(made: Any) -> Translation:
    return Translation.objects.get(source__object_id=made.translation_key, target_locale=made.locale_id)


def is_open(response: Any) -> bool:
    """Wagtail sends whoever may not back to its first page, the endpoints and we say no."""
    return response.status_code < 400 and response.get("Location", "") not in {reverse("wagtailadmin_home")}


def opens_the_editor(client: Client, language: str) -> bool:
    return is_open(client.get(reverse("wagtailadmin_pages:edit", args=[begun(language).pk])))


def opens_a_topic(client: Client, language: str) -> bool:
    return is_open(client.get(reverse("wagtailsnippets_home_topic:edit", args=[begun_topic(language).pk])))


def put(client: Client, made: Any) -> bool:
    translation = books(made)
    segment = translation.source.stringsegment_set.first()
    address = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk])
    answer = client.put(address, "value=Texte", content_type="application/x-www-form-urlencoded")
    written = StringTranslation.objects.filter(translation_of=segment.string, locale=made.locale_id).exists()
    assert written == is_open(answer)
    return written


def writes_a_segment(client: Client, language: str) -> bool:
    return put(client, begun(language))


def writes_a_segment_of_a_topic(client: Client, language: str) -> bool:
    return put(client, begun_topic(language))


def takes_a_po_file(client: Client, language: str) -> bool:
    address = reverse("wagtail_localize:download_pofile", args=[books(begun_topic(language)).pk])
    return is_open(client.get(address))


def stops_a_translation(client: Client, language: str) -> bool:
    translation = books(begun_topic(language))
    client.post(reverse("wagtail_localize:stop_translation", args=[translation.pk]), {"next": "/admin/reports/"})
    translation.refresh_from_db()
    return not translation.enabled


def begins_a_translation(client: Client, language: str) -> bool:
    source = source_for(language)
    sent = {"type": "home.standardpage", "pk": source.pk, "language": language}
    client.post(reverse("start_translation"), sent)
    return bool(StandardPage.objects.filter(translation_key=source.translation_key, locale__language_code=language))


def submits_a_translation(client: Client, language: str) -> bool:
    source = source_for(language)
    address = reverse("wagtail_localize:submit_page_translation", args=[source.pk])
    client.post(address, {"locales": [Locale.objects.get(language_code=language).pk]})
    return bool(StandardPage.objects.filter(translation_key=source.translation_key, locale__language_code=language))


def edits_an_original(client: Client, language: str) -> bool:
    made = page(f"Original {next(NUMBERS)}", parent=home_page(language))
    return is_open(client.get(reverse("wagtailadmin_pages:edit", args=[made.pk])))


ACTIONS: list[Callable[[Client, str], bool]] = [
    *(opens_the_editor, opens_a_topic, writes_a_segment, writes_a_segment_of_a_topic, takes_a_po_file),
    *(stops_a_translation, begins_a_translation, submits_a_translation, edits_an_original),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", WRITES)
def test_each_group_does_in_its_languages_what_it_does_in_no_other(group: str, language: str) -> None:
    client = client_of(group)
    done = {action.__name__: action(client, language) for action in ACTIONS}
    assert done == dict.fromkeys(done, language in WRITES[group])


@pytest.mark.parametrize("group", WRITES)
def test_languages_are_those_of_the_home_pages_that_one_may_change(group: str) -> None:
    assert languages_of(person(group)) == WRITES[group]


@pytest.mark.parametrize(("group", "language"), list(OF_ONE_LANGUAGE.items()))
def test_a_translator_of_a_language_publishes_there_and_nowhere_else(group: str, language: str) -> None:
    someone = person(group)
    for code in LANGUAGES:
        assert begun(code).permissions_for_user(someone).can_publish() == (code == language)
        assert not begun(code).permissions_for_user(someone).can_add_subpage()


def test_a_translator_restricts_no_page_since_that_would_restrict_its_translations() -> None:
    french = begun("fr")
    client = client_of("Translator French")
    client.post(reverse("wagtailadmin_pages:set_privacy", args=[french.pk]), {"restriction_type": "login"})
    assert not PageViewRestriction.objects.exists()


def test_the_overview_offers_a_translator_their_own_language_only() -> None:
    page("Seite")
    lines = client_of("Translator French").get(reverse("translations"), {"q": "Seite"}).context["lines"]
    assert {shown.cell.language: shown.starts for shown in lines[0].cells} == {"de": False, "fr": True, "it": False}
    assert not lines[0].url


def test_the_groups_stay_with_their_home_pages_when_roles_are_made_again() -> None:
    from portal.roles import make_roles

    make_roles()
    for name, code in OF_ONE_LANGUAGE.items():
        pages = Group.objects.get(name=name).page_permissions.values_list("page", flat=True)
        assert set(pages) == {home_page(code).pk}


def asks_to_delete(client: Client, made: Any) -> None:
    client.post(reverse("wagtailadmin_pages:delete", args=[made.pk]))


def asks_to_delete_several(client: Client, made: Any) -> None:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    client.post(f"{address}?id={made.pk}&next=/admin/")


@pytest.mark.parametrize("way", [asks_to_delete, asks_to_delete_several])
@pytest.mark.parametrize(
    ("group", "is_deleted"), [(EDITOR, True), (TRANSLATOR, False), ("Translator German", False), (FINANCE, False)]
)
def test_who_only_translates_deletes_no_page(group: str, is_deleted: bool, way: Callable[[Client, Any], None]) -> None:
    made = page("Original")
    way(client_of(group), made)
    assert StandardPage.objects.filter(pk=made.pk).exists() != is_deleted


def test_who_only_translates_moves_no_page() -> None:
    made, below = page("Original"), page("Anderswo")
    for group in ("Translator German", EDITOR):
        client_of(group).post(reverse("wagtailadmin_pages:move_confirm", args=[made.pk, below.pk]))
        made.refresh_from_db()
        assert (made.get_parent().pk == below.pk) == (group == EDITOR)
