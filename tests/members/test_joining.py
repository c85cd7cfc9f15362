"""An organisation applies, its address is confirmed, staff decide: first what always holds, then each refusal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from members.actions.applications import (
    application_of,
    apply,
    approve,
    confirm,
    decline,
    forget_unconfirmed,
    invite_applicant_again,
)
from members.actions.errors import AlreadyDecided, LinkEnded, TakenUid
from members.actions.invitations import accept_with_new_account
from members.actions.joining_letters import send_application_letters, send_invitation_letters
from members.actions.lookalikes import domain_of, lookalikes, plain_name
from members.models import Application, ApplicationState, Membership, Organisation, Role, User
from tests.pooling.test_races import at_once, postgresql_only

from .factories import OrganisationFactory, UserFactory

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
DETAILS: dict[str, Any] = {
    "name": "Verein Neubeginn",
    "legal_form": "association",
    "uid": "CHE-109.322.551",
    "street": "Musterweg",
    "house_number": "2",
    "postcode": "3000",
    "town": "Bern",
    "canton": "BE",
    "language": "fr",
    "website": "https://neubeginn.example",
    "size": "1-5",
    "why": "Wir möchten eine neue Homepage.",
    "first_name": "Mara",
    "last_name": "Muster",
}


def applied(**details: Any) -> Application:
    return apply(details=DETAILS | details, topics=[], email="Mara@Neubeginn.example", now=NOW)


def link() -> str:
    """The end of the link in the newest letter."""
    found = re.search(r"/([\w-]{40,})/", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def confirmed(**details: Any) -> Application:
    application = applied(**details)
    send_application_letters(now=NOW)
    confirm(token=link(), now=NOW)
    application.refresh_from_db()
    return application


def staff() -> User:
    return UserFactory(is_staff=True)


def test_an_application_counts_once_its_address_is_confirmed() -> None:
    application = applied()
    assert not Application.objects.waiting().exists()
    assert send_application_letters(now=NOW) == 1
    assert (mail.outbox[0].to, application.email) == (["mara@neubeginn.example"], "mara@neubeginn.example")
    assert mail.outbox[0].extra_headers["Content-Language"] == "fr"
    assert confirm(token=link(), now=NOW).state == ApplicationState.WAITING
    assert confirm(token=link(), now=NOW + timedelta(days=30)).state == ApplicationState.WAITING


def test_the_link_stands_nowhere_but_in_the_letter() -> None:
    application = applied()
    send_application_letters(now=NOW)
    application.refresh_from_db()
    stored = " ".join(str(value) for value in Application.objects.values_list().get())
    assert link() not in stored
    assert application_of(link()) == application


def test_a_letter_is_sent_once() -> None:
    applied()
    assert [send_application_letters(now=NOW), send_application_letters(now=NOW + timedelta(days=1))] == [1, 0]


@pytest.mark.parametrize("token", ["", "x", "0" * 43])
def test_a_guessed_link_opens_nothing(token: str) -> None:
    applied()
    with pytest.raises(LinkEnded):
        confirm(token=token, now=NOW)


def test_a_link_that_comes_too_late_confirms_nothing_and_the_application_is_forgotten() -> None:
    applied()
    send_application_letters(now=NOW)
    late = NOW + Application.TO_CONFIRM
    with pytest.raises(LinkEnded):
        confirm(token=link(), now=late)
    assert forget_unconfirmed(now=late - timedelta(seconds=1)) == 0
    assert forget_unconfirmed(now=late) == 1
    assert not Application.objects.exists()


def test_an_approved_organisation_has_the_details_and_the_applicant_becomes_its_administrator() -> None:
    organisation = approve(application=confirmed(), by=staff(), now=NOW)
    assert (organisation.name, organisation.uid, organisation.canton) == ("Verein Neubeginn", "CHE-109.322.551", "BE")
    assert organisation.size == "1-5"
    assert not organisation.memberships.exists()
    assert send_invitation_letters(now=NOW) == 1
    membership = accept_with_new_account(
        token=link(), first_name="Mara", last_name="Muster", password="eine lange Passphrase", language="fr", now=NOW
    )
    assert (membership.role, membership.person.email) == (Role.ADMINISTRATOR, "mara@neubeginn.example")
    assert organisation.is_administered_by(membership.person)


def test_a_link_that_ran_out_is_sent_again() -> None:
    application = confirmed()
    approve(application=application, by=staff(), now=NOW)
    send_invitation_letters(now=NOW)
    late = NOW + timedelta(days=20)
    application.refresh_from_db()
    invite_applicant_again(application=application, now=late)
    send_invitation_letters(now=late)
    assert len(mail.outbox) == 3
    names = {"first_name": "Mara", "last_name": "Muster", "password": "eine lange Passphrase", "language": "fr"}
    accept_with_new_account(token=link(), now=late, **names)
    with pytest.raises(LinkEnded):
        invite_applicant_again(application=application, now=late)


def test_a_declined_applicant_reads_the_reason() -> None:
    decline(application=confirmed(), reason="Der Sitz ist im Ausland.", by=staff(), now=NOW)
    send_application_letters(now=NOW)
    assert "Der Sitz ist im Ausland." in str(mail.outbox[-1].body)
    assert not Organisation.objects.exists()


def test_an_application_is_decided_once() -> None:
    application, by = confirmed(), staff()
    decline(application=application, reason="Nein.", by=by, now=NOW)
    with pytest.raises(AlreadyDecided):
        approve(application=application, by=by, now=NOW)
    with pytest.raises(AlreadyDecided):
        decline(application=application, reason="Doch nicht.", by=by, now=NOW)
    assert not Organisation.objects.exists()


def test_nobody_decides_on_an_unconfirmed_address() -> None:
    with pytest.raises(AlreadyDecided):
        approve(application=applied(), by=staff(), now=NOW)


def test_a_uid_that_is_taken_is_refused_before_the_database_does() -> None:
    OrganisationFactory(uid=DETAILS["uid"])
    with pytest.raises(TakenUid):
        approve(application=confirmed(), by=staff(), now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "approved"}, {"state": "declined", "decided_at": NOW}, {"state": "waiting"}, {"decided_at": NOW}],
)
def test_the_database_keeps_what_a_decision_means(wrong: dict[str, Any]) -> None:
    application = applied()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**wrong)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Verein Beratung für Familien", "beratung familien"),
        ("Association l’Entraide", "entraide"),
        ("Fondazione della Città", "citta"),
        ("Verein", "verein"),
    ],
)
def test_names_are_compared_by_what_sets_them_apart(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.beispiel.example/seite", "beispiel.example"),
        ("eva@beispiel.example", "beispiel.example"),
        ("eva@bluewin.ch", ""),
        ("", ""),
    ],
)
def test_domains_that_anybody_has_say_nothing(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("same", "why"),
    [
        ({"uid": "CHE-109.322.551"}, "the same UID"),
        ({"website": "http://www.neubeginn.example/kontakt"}, "the same internet domain"),
        ({"name": "Neubegin"}, "a similar name"),
        ({"name": "Etwas ganz anderes"}, None),
    ],
)
def test_staff_see_what_may_be_the_same_organisation(same: dict[str, str], why: str | None) -> None:
    OrganisationFactory(**{"name": "Ganz anders"} | same)
    from django.utils import translation

    with translation.override("en"):
        assert [str(found.why) for found in lookalikes(confirmed())] == ([why] if why else [])


def test_a_second_application_of_the_same_organisation_is_pointed_out() -> None:
    first, second = confirmed(), confirmed(uid="")
    assert [found.found for found in lookalikes(second)] == [first]


def test_somebody_who_has_an_account_becomes_administrator_of_the_new_organisation_too() -> None:
    UserFactory(email="mara@neubeginn.example")
    organisation = approve(application=confirmed(), by=staff(), now=NOW)
    send_invitation_letters(now=NOW)
    assert organisation.invitations.get().email == "mara@neubeginn.example"
    assert not Membership.objects.exists()


def test_who_was_declined_and_applies_again_is_pointed_out() -> None:
    first = decline(application=confirmed(), reason="Nein.", by=staff(), now=NOW)
    [found] = lookalikes(confirmed())
    assert (found.found, found.was_declined) == (first, True)


@pytest.mark.usefixtures("postgresql_only")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_two_applications_with_one_uid_that_are_approved_at_once_one_takes_part(_round: int) -> None:
    by, both = staff(), [confirmed(), confirmed()]
    results = at_once(*[partial(approve, application=each, by=by, now=NOW) for each in both])
    assert sorted(type(result).__name__ for result in results) == ["Organisation", "TakenUid"]
    assert sorted(Application.objects.values_list("state", flat=True)) == ["approved", "waiting"]
