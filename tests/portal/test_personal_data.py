"""What the portal tells a person about them: complete, in all languages, and their own only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from members.letters import personal_data as of_letters
from members.models import Role, User
from pooling.workshops.timeline import SENTENCES
from portal.account.everything import about, modules
from portal.account.readable import EVENTS, LABELS, Section, empty_sections, in_words, label, sections
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW

from .account import in_each_language
from .whole_person import EMAIL, LAST, NAME, with_everything

# Tables with a name or an address that is no person's, and what it is.
NO_PERSONS = {
    "members.Organisation": "an organisation's name and address",
    "pooling.Creditor": "the operator's account",
    "pooling.SavedMethod": "an organisation's name for a card",
    "pooling.Guarantee": "who promised money in writing: a document that has to be kept",
    "workshops.Expert": "published by editors, who correct it",
    "home.Topic": "a topic",
    "auth.Group": "a role",
    "auth.Permission": "a right",
    "taggit.Tag": "a tag",
    "wagtailcore.Collection": "a folder",
    "wagtailcore.Task": "a step of a workflow",
    "wagtailcore.GroupApprovalTask": "a step of a workflow",
    "wagtailcore.Workflow": "a workflow",
}
# Tables that go with a person's row itself, and not by name in a module.
WITH_THE_ROW = {"members.User_groups", "members.User_user_permissions", "members.Organisation"}
NAMES = {"name", "first_name", "last_name", "email", "reply_to", "phone", "sender", "author_name"}


def covered() -> set[type[models.Model]]:
    """The tables that a module deals with: those it imports."""
    return {
        value
        for module in modules()
        for value in [*vars(module).values(), *(each[0] for each in flat(getattr(module, "BY_STAFF", {})))]
        if isinstance(value, type) and issubclass(value, models.Model)
    }


def flat(by_staff: dict[str, Any]) -> Iterator[Any]:
    for made in by_staff.values():
        yield from made if isinstance(made, list) else [(made[0].model,)]


def points_to_people(model: type[models.Model]) -> bool:
    """Whether a column of its own table names a person. A page's is the one of Page."""
    return any(field.remote_field and field.related_model is User for field in model._meta.local_fields) or any(
        field.related_model is User for field in model._meta.local_many_to_many
    )


def has_a_name(model: type[models.Model]) -> bool:
    return any(field.name in NAMES or isinstance(field, models.EmailField) for field in model._meta.local_fields)


def test_every_table_that_points_to_people_is_dealt_with() -> None:
    missing = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if points_to_people(model) and model not in covered()
    }
    assert missing - WITH_THE_ROW == set(), "its app's personal_data.py has to tell of it and to forget"


def test_every_table_with_a_name_or_an_address_is_dealt_with() -> None:
    missing = {model._meta.label for model in apps.get_models() if has_a_name(model) and model not in covered()}
    assert missing - NO_PERSONS.keys() - {"wagtailembeds.Embed"} == set(), "is it a person's?"


def test_every_module_can_tell_and_forget() -> None:
    names = {module.__name__ for module in modules()}
    assert names >= {"portal.personal_data", "pooling.personal_data", "members.letters.personal_data"}
    assert modules()[-1].__name__ == "members.personal_data", "it blanks the name that the others look for"
    for module in modules():
        assert callable(module.about)
        assert callable(module.forget)


def test_no_two_modules_tell_under_the_same_name() -> None:
    person = UserFactory()
    told = [key for module in modules() for key in module.about(person)]
    assert len(told) == len(set(told))


@pytest.fixture
def told() -> dict[str, Any]:
    return about(with_everything(), now=NOW)


pytestmark = pytest.mark.django_db


def test_everything_is_told(told: dict[str, Any]) -> None:
    assert json.loads(json.dumps(told)) == told
    assert told["account"]["e-mail address"] == EMAIL
    assert told["account"]["last name"] == LAST
    assert len(told["pledges"]) == 3
    assert [approval["name"] for approval in told["approvals"]] == [NAME, NAME]
    assert len(told["applications"]) == 3
    assert [session["name"] for session in told["ways to log in"]["sessions"]] == ["Firefox, Windows"]
    assert len(told["ways to log in"]["second factors"]) == 3
    filled = {key for key, value in told.items() if value}
    of_staff = {"payments entered", "bank files imported", "bank lines decided", "invoices written off"}
    of_staff |= {"refunds transferred", "guarantees recorded", "amounts absorbed or drawn", "decisions on applications"}
    assert told.keys() - filled - of_staff - {"approvals asked of others"} == set()


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


def test_whatever_is_told_has_a_name_in_three_languages(told: dict[str, Any]) -> None:
    assert set(keys(told)) - LABELS.keys() == set()
    for language in ("de", "fr", "it"):
        with translation.override(language):
            assert "" not in {str(name) for name in LABELS.values()}


@in_each_language
def test_the_page_shows_what_the_file_holds(told: dict[str, Any], language: str) -> None:
    with translation.override(language):
        shown = list(sections(told))
        titles = [str(section.title) for section in shown] + [str(title) for title in empty_sections(told)]
        assert sorted(titles) == sorted(str(label(key)) for key in told if key != "made on")
        letters = next(section for section in shown if section.title == label("letters"))
        assert len(letters.entries) == len(told["letters"])
        assert in_words(told["account"]["made on"]) in [text for _name, text in shown[0].pairs]


def values(shown: list[Section], title: str, name: str) -> set[str]:
    """What stands beside `name`, in every entry of a section."""
    of_it = next(section for section in shown if section.title == label(title))
    entries = [*of_it.entries, of_it.pairs]
    return {text for entry in entries for called, text in entry if called.casefold() == str(label(name)).casefold()}


@in_each_language
def test_no_code_of_a_program_stands_on_the_page(told: dict[str, Any], language: str) -> None:
    """The file keeps "pledge_held" and 30000 Rappen, which nobody can read."""
    with translation.override(language):
        shown = list(sections(told))
        assert values(shown, "events of pools", "event") >= {str(EVENTS["pledge_held"])}
        assert all(most.startswith("CHF\u00a0") for most in values(shown, "accepted terms", "at most, in Rappen"))
        words = values(sections_of_staff(), "log of the admin", "what")
        assert not any("." in word for word in words)
        member = values(sections_of_staff(), "ways to log in", "rights")
        assert member == {f"{Role.MEMBER.label}, Editor"}


def sections_of_staff() -> list[Section]:
    return list(
        sections(
            {
                "ways to log in": {"rights": ["Members", "Editor"]},
                "log of the admin": [{"what": "wagtail.publish", "of": "up2gether", "on": "2026-11-30"}],
            }
        )
    )


def test_every_event_of_a_pool_has_words() -> None:
    assert SENTENCES.keys() - EVENTS.keys() == set()


def test_of_others_nothing_is_told() -> None:
    other = UserFactory(first_name="Nora", last_name="Niemand", email="nora@org.example")
    with_everything()
    text = json.dumps(about(other, now=NOW))
    assert NAME not in text
    assert EMAIL not in text
    assert of_letters.about(other) == {"letters": []}
