"""A translation is published whole or not at all, whichever way somebody publishes it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import GroupApprovalTask, Locale, Page, Workflow, WorkflowTask
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.operations import translate_object

from home.localising.actions import start_translation
from home.localising.planned import publish_due
from home.localising.publishing import TranslationIncomplete
from home.models import StandardPage, Topic
from members.models import User
from tests.home.factories import page, topic, translation_of

pytestmark = pytest.mark.django_db
BLOCK = "7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a01"
MISSING = "3 Abschnitte sind noch nicht übersetzt."


@pytest.fixture
def operator() -> User:
    return User.objects.create_superuser("editor@example.org")


@pytest.fixture
def editor(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def german() -> Any:
    return page("Seite", body=[{"type": "text", "value": "<p>Ein Satz.</p>", "id": BLOCK}])


@pytest.fixture
def french(german: Any) -> Any:
    """A translation that was begun: three segments are missing."""
    return start_translation(source=german, locale=Locale.objects.get(language_code="fr"), by=None)


@pytest.fixture
def outdated(german: Any) -> Any:
    """A live translation whose source says something else since."""
    made = translation_of(german, "fr", "Page", body=[{"type": "text", "value": "<p>Une phrase.</p>", "id": BLOCK}])
    german.title = "Andere Seite"
    german.save_revision().publish()
    return made


def again(made: Any) -> Any:
    return type(made).objects.get(pk=made.pk)


def fill(made: Any, kind: str = "manual") -> None:
    """Translate what is missing."""
    translation = Translation.objects.get(source__object_id=made.translation_key, target_locale=made.locale_id)
    for segment in translation.source.stringsegment_set.all():
        StringTranslation.objects.get_or_create(
            translation_of=segment.string,
            context=segment.context,
            locale=translation.target_locale,
            defaults={"data": f"fr-{segment.order}", "translation_type": kind},
        )


def books(made: Any, language: str = "fr") -> Translation:
    return Translation.objects.get(source__object_id=made.translation_key, target_locale__language_code=language)


def edit(made: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[made.pk])


def said(client: Client, made: Page) -> str:
    return client.get(edit(made)).content.decode()


def test_the_translation_editor_names_how_many_are_missing_and_leads_to_the_first(editor: Client, french: Any) -> None:
    response = editor.post(edit(french), {"action": "publish"})
    first = books(french).source.stringsegment_set.order_by("order").first()
    assert response["Location"] == edit(french)
    content = said(editor, french)
    assert "«Seite» wurde auf Französisch nicht veröffentlicht" in content
    assert MISSING in content
    assert f"{edit(french)}#segment-{first.pk}" in content
    assert not again(french).live


def test_what_was_translated_is_kept(editor: Client, french: Any) -> None:
    fill(french)
    StringTranslation.objects.filter(data__startswith="fr-").first().delete()
    before = set(StringTranslation.objects.values_list("pk", "data"))
    editor.post(edit(french), {"action": "publish"})
    assert set(StringTranslation.objects.values_list("pk", "data")) == before
    assert "1 Abschnitt ist noch nicht übersetzt." in said(editor, french)


def test_a_complete_translation_is_published(
    editor: Client, french: Any, django_capture_on_commit_callbacks: Any
) -> None:
    fill(french)
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(edit(french), {"action": "publish"})
    assert again(french).live
    assert again(french).title.startswith("fr-")


def test_what_a_machine_translated_is_not_enough(editor: Client, french: Any) -> None:
    fill(french, kind="machine")
    editor.post(edit(french), {"action": "publish"})
    assert "3 Abschnitte hat eine Maschine übersetzt und niemand gutgeheissen." in said(editor, french)
    assert not again(french).live


def test_a_live_translation_stays_as_it_is_until_it_has_caught_up(editor: Client, outdated: Any) -> None:
    editor.post(edit(outdated), {"action": "publish"})
    assert (again(outdated).title, again(outdated).live) == ("Page", True)


def test_the_lists_bulk_action_publishes_nothing(editor: Client, french: Any) -> None:
    other = page("Andere")
    other.unpublish()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = editor.post(f"{address}?id={other.pk}&id={french.pk}", {"include_descendants": ""})
    assert response["Location"] == edit(french)
    assert MISSING in said(editor, french)
    assert not again(french).live
    assert not again(other).live


def test_a_workflow_that_approves_it_does_not_publish_it(
    editor: Client, operator: User, french: Any, settings: Any
) -> None:
    """Workflows are off; who turns them on finds the same rule there."""
    settings.WAGTAIL_WORKFLOW_ENABLED = True
    workflow = Workflow.objects.create(name="Durchsicht")
    task = GroupApprovalTask.objects.create(name="Durchsicht")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    state = workflow.start(french, operator)
    address = reverse("wagtailadmin_pages:workflow_action", args=[french.pk, "approve", state.current_task_state.pk])
    editor.post(address, {"comment": ""})
    state.refresh_from_db()
    assert state.status == state.STATUS_IN_PROGRESS
    assert MISSING in said(editor, french)
    assert not again(french).live


def test_the_admins_api_refuses_with_the_sentence(editor: Client, french: Any) -> None:
    response = editor.post(f"/admin/api/main/pages/{french.pk}/action/publish/", {}, content_type="application/json")
    assert response.status_code == 400
    assert MISSING in json.loads(response.content)["__all__"][0]
    assert not again(french).live


def test_a_revision_is_not_published(french: Any) -> None:
    with pytest.raises(TranslationIncomplete):
        french.get_latest_revision().publish()
    assert not again(french).live


def test_wagtails_action_is_refused_too(french: Any) -> None:
    with pytest.raises(TranslationIncomplete):
        PublishPageRevisionAction(french.get_latest_revision()).execute()
    assert not again(french).live


def test_publishing_is_not_planned(french: Any) -> None:
    french.go_live_at = timezone.now() + timedelta(days=1)
    revision = french.save_revision()
    with pytest.raises(TranslationIncomplete):
        revision.publish()
    revision.refresh_from_db()
    assert revision.approved_go_live_at is None


def test_what_was_planned_waits_while_it_is_incomplete_and_stops_no_other(french: Any, capsys: Any) -> None:
    other = page("Andere")
    other.unpublish()
    now = timezone.now()
    for made in (french, other):
        revision = again(made).save_revision()
        revision.approved_go_live_at = now - timedelta(hours=1 if made is french else 0, seconds=5)
        revision.save()
    call_command("publish_scheduled")
    assert (again(french).live, again(other).live) == (False, True)
    assert "Seite" in capsys.readouterr().out
    fill(french)
    books(french).save_target(publish=False)
    assert publish_due(now=now) == 1  # tick's step
    assert again(french).live


def test_wagtail_localizes_own_publishing_is_refused(outdated: Any, django_capture_on_commit_callbacks: Any) -> None:
    with pytest.raises(TranslationIncomplete):
        books(outdated).save_target(publish=True)
    assert (again(outdated).title, again(outdated).live) == ("Page", True)


def test_updating_from_the_source_publishes_nothing_incomplete(
    editor: Client, outdated: Any, django_capture_on_commit_callbacks: Any
) -> None:
    address = reverse("wagtail_localize:update_translations", args=[books(outdated).source.pk])
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(address, {"publish_translations": "on"})
    assert (again(outdated).title, again(outdated).live) == ("Page", True)
    assert "1 Abschnitt ist noch nicht übersetzt." in editor.get(address).content.decode()


def test_updating_from_the_source_leaves_a_live_topic_alone(editor: Client) -> None:
    german = topic("Datenschutz", fr="Protection des données")
    german.name = "Datensicherheit"
    german.save()
    address = reverse("wagtail_localize:update_translations", args=[books(german).source.pk])
    editor.post(address, {"publish_translations": "on"})
    assert Topic.objects.get(locale__language_code="fr").name == "Protection des données"


def test_translating_a_page_with_all_below_writes_no_german_over_what_is_live(outdated: Any, german: Any) -> None:
    translate_object(StandardPage.objects.get(pk=german.pk), [Locale.objects.get(language_code="fr")])
    assert (again(outdated).title, again(outdated).live) == ("Page", True)


def test_a_page_that_stood_as_an_alias_leaves_the_site_until_it_is_translated() -> None:
    parent = page("Oben")
    translation_of(page("Unten", parent=parent), "fr", "Dessous")
    french = start_translation(source=parent, locale=Locale.objects.get(language_code="fr"), by=None)
    assert Page.objects.get(pk=french.pk).alias_of_id is None
    assert not Page.objects.get(pk=french.pk).live


def test_an_outdated_page_may_be_locked_moved_and_taken_from_the_site(outdated: Any) -> None:
    locked = again(outdated)
    locked.locked = True
    locked.save()
    locked.unpublish()
    assert not again(outdated).live


def test_a_topic_is_not_saved_while_it_lacks_segments(editor: Client) -> None:
    german = topic("Datenschutz", fr="Protection des données")
    german.name = "Datensicherheit"
    german.save()
    french = Topic.objects.get(locale__language_code="fr")
    address = reverse("wagtailsnippets_home_topic:edit", args=[french.pk])
    editor.post(address, {"action": "publish"})
    assert Topic.objects.get(pk=french.pk).name == "Protection des données"
    assert "1 Abschnitt ist noch nicht übersetzt." in editor.get(address).content.decode()


def test_an_original_and_what_is_no_longer_tied_to_one_are_published(french: Any) -> None:
    page("Noch eine").save_revision().publish()
    Translation.objects.filter(source__object_id=french.translation_key).update(enabled=False)
    french.get_latest_revision().publish()
    assert again(french).live
