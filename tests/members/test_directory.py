"""The directory: who is in it, how it is looked through, and what becomes of a message. First what always holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from wagtail.models import Locale

from home.tree import ensure_site
from members.actions.directory import details_changed, set_entry, write_to
from members.actions.errors import NotListed, OnlyAdministrators
from members.directory import Directory
from members.letters.actions import send_letters
from members.letters.models import Letter
from members.models import DirectoryEntry, Membership, Organisation, OrganisationState, Role, User
from tests.home.factories import topic

from .factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
ABOUT = {"de": "Wir beraten Familien."}


def acting_for(organisation: Organisation, role: Role = Role.ADMINISTRATOR) -> User:
    person: User = UserFactory()
    Membership.objects.create(organisation=organisation, person=person, role=role)
    return person


def listed(about: dict[str, str] | None = None, topics: Any = (), is_listed: bool = True, **fields: Any) -> Any:
    of = OrganisationFactory(**fields)
    pks = [each.pk for each in topics]
    return set_entry(organisation=of, is_listed=is_listed, about=about or ABOUT, topics=pks, by=acting_for(of))


def names(reader: str = "de", **asked: str) -> list[str]:
    return [entry.organisation.name for entry in Directory(asked=asked, language=reader).page]


def test_nobody_is_in_the_directory_who_did_not_ask_for_it() -> None:
    OrganisationFactory()
    listed(is_listed=False)
    assert names() == []


def test_only_an_administrator_says_what_is_shown() -> None:
    of = OrganisationFactory()
    for person in (acting_for(of, Role.MEMBER), acting_for(OrganisationFactory())):
        with pytest.raises(OnlyAdministrators):
            set_entry(organisation=of, is_listed=True, about=ABOUT, topics=[], by=person)
    assert not DirectoryEntry.objects.exists()


def test_a_suspended_organisation_is_not_shown_and_comes_back_as_it_was() -> None:
    entry = listed(name="Verein Eins")
    Organisation.objects.update(state=OrganisationState.SUSPENDED)
    assert names() == []
    with pytest.raises(NotListed):
        write_to(entry=entry, name="Nora", message="Hallo", reply_to="", now=NOW)
    Organisation.objects.update(state=OrganisationState.ACTIVE)
    assert names() == ["Verein Eins"]


def test_the_database_lists_nobody_without_a_sentence() -> None:
    with pytest.raises(IntegrityError):
        listed(about={"de": ""} | {"fr": ""})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("genève", ["Élan"]),
        ("geneve ELAN", ["Élan"]),
        ("Zurich", ["Aare"]),
        ("zürich", ["Aare"]),
        ("grosse", ["Aare"]),
        ("famil", ["Aare", "Élan"]),
        ("famil geneve", ["Élan"]),
        ("%", []),
        ("_", []),
        ("o'neill \\", []),
        ("", ["Aare", "Élan"]),
    ],
)
def test_words_are_found_whatever_their_accents_and_case(text: str, found: list[str]) -> None:
    listed(name="Élan", town="Genève", about={"fr": "Conseille des familles."})
    listed(name="Aare", town="Zürich", about={"de": "Große Hilfe für Familien."})
    assert names(q=text) == found


def test_filters_combine_and_a_choice_that_there_is_not_is_ignored() -> None:
    listed(name="A", canton="BE", language="de")
    listed(name="B", canton="BE", language="fr")
    listed(name="C", canton="VD", language="fr")
    assert names(canton="BE") == ["A", "B"]
    assert names(canton="BE", language="fr") == ["B"]
    assert names(canton="ZH", language="xx", topic="nirgends", page="99") == ["A", "B", "C"]
    assert [Directory(asked={}, language="de").cantons, len(Directory(asked={}, language="de").languages)] == [
        ["BE", "VD"],
        2,
    ]


def test_a_topic_chosen_in_one_language_is_found_in_each() -> None:
    ensure_site()
    german = topic("Datenschutz")
    french = german.copy_for_translation(Locale.objects.get(language_code="fr"))
    french.name, french.slug = "Protection des données", "protection"
    french.save()
    listed(name="A", topics=[german, french])
    listed(name="B")
    assert names(topic=german.slug) == ["A"]
    assert names("fr", topic="protection") == ["A"]
    assert [each.name for each in Directory(asked={}, language="fr").topics] == ["Protection des données"]


def test_two_of_one_name_have_addresses_of_their_own_that_stay() -> None:
    first, second = listed(name="Verein Eins"), listed(name="Verein Eins")
    assert first.slug == "verein-eins" != second.slug
    of = Organisation.objects.get(pk=first.organisation_id)
    of.name = "Verein Zwei"
    of.save()
    details_changed(organisation=of)
    assert names(q="zwei") == ["Verein Zwei"]
    assert DirectoryEntry.objects.get(organisation=of).slug == "verein-eins"


def test_a_name_without_letters_of_ours_has_an_address_all_the_same() -> None:
    assert listed(name="Объединение").slug


def test_the_sentence_is_in_the_readers_language_or_in_the_organisations_or_in_any() -> None:
    both = listed(about={"de": "Deutsch", "fr": "Français"}, language="fr")
    assert [both.sentence(code) for code in ("de", "it")] == [("Deutsch", "de"), ("Français", "fr")]
    assert listed(about={"it": "Italiano"}).sentence("de") == ("Italiano", "it")


def sent_letter() -> Any:
    send_letters(now=NOW)
    return mail.outbox[-1]


def test_a_message_goes_to_the_administrators_and_the_senders_address_only_if_agreed() -> None:
    entry = listed(name="Verein Eins", language="fr")
    member = acting_for(entry.organisation, Role.MEMBER)
    write_to(entry=entry, name="Nora", message="Guten Tag\n\nWie geht es?", reply_to="nora@org.example", now=NOW)
    letter = sent_letter()
    assert letter.reply_to == ["nora@org.example"]
    assert letter.extra_headers["Content-Language"] == "fr"
    assert member.email not in {each for message in mail.outbox for each in message.to}
    assert letter.body.index("Guten Tag") < letter.body.index("Wie geht es?")
    write_to(entry=entry, name="Nora", message="Guten Tag", reply_to="", now=NOW)
    assert (sent_letter().reply_to, Letter.objects.filter(reply_to="").count()) == ([], 1)
    assert "nora@org.example" not in mail.outbox[-1].body


def test_marks_of_html_in_a_message_stay_text() -> None:
    entry = listed()
    text = '<img src=x onerror=alert(1)> & "so"\x1fbutton\x1ehttps://x.example'
    write_to(entry=entry, name="<b>Nora</b>\r\nBcc: alle@org.example", message=text, reply_to="", now=NOW)
    letter = sent_letter()
    html = letter.alternatives[0][0]
    assert "&lt;img src=x" in html
    assert not [mark for mark in ("<img src=x", "<b>Nora") if mark in html]
    assert "\n" not in letter.subject
