"""The pages of joining, as visitors, members and staff meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members import forms
from members.actions.applications import approve
from members.models import Application, ApplicationState, Organisation, User
from members.tick import STEPS
from portal.roles import EDITOR, NETWORK_MANAGER
from tests.members.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Verein Neubeginn",
    "legal_form": "association",
    "uid": "CHE-109.322.551 MWST",
    "street": "Musterweg",
    "house_number": "2",
    "postcode": "3000",
    "town": "Bern",
    "canton": "BE",
    "language": "de",
    "website": "neubeginn.example",
    "size": "1-5",
    "why": "Wir möchten eine neue Homepage.",
    "first_name": "Mara",
    "last_name": "Muster",
    "email": "mara@neubeginn.example",
}


@pytest.fixture(autouse=True)
def no_tries_are_counted() -> None:
    cache.clear()


def url(name: str, *args: object, language: str = "de") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def typed(monkeypatch: pytest.MonkeyPatch, **changed: str) -> dict[str, str]:
    """The form as somebody sends it who took their time."""
    monkeypatch.setattr(forms, "QUICKEST", timedelta(seconds=-1))
    return TYPED | {"opened": forms.opened_now()} | changed


def letter_link() -> str:
    for step in STEPS:
        step(now=timezone.now())
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def manager(group: str = NETWORK_MANAGER) -> Client:
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_organisation_comes_in_from_the_form_to_its_administrators_overview(monkeypatch: Any) -> None:
    visitor, staff = Client(), manager()
    sent = visitor.post(url("members:join"), typed(monkeypatch))
    assert sent.url == url("members:application_sent")
    confirm = letter_link()
    assert b"bestaetigen" in visitor.get(confirm).content or visitor.get(confirm).status_code == 200
    assert Application.objects.get().state == ApplicationState.UNCONFIRMED  # looking confirms nothing
    visitor.post(confirm)
    application = Application.objects.get()
    assert (application.state, application.uid) == (ApplicationState.WAITING, "CHE-109.322.551")
    assert application.website == "https://neubeginn.example"
    assert "Verein Neubeginn" in staff.get(reverse("applications")).content.decode()
    staff.post(reverse("application", args=[application.uuid]), {"approve": "yes"})
    invitation = letter_link()
    page = visitor.get(invitation)
    assert 'value="Mara"' in page.content.decode()
    answer = visitor.post(
        invitation, {"first_name": "Mara", "last_name": "Muster", "password": "eine lange Passphrase"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == url("dashboard")
    assert "Verein Neubeginn" in answer.content.decode()
    assert Organisation.objects.get().is_administered_by(User.objects.get(email="mara@neubeginn.example"))


def test_whoever_is_known_gets_the_same_answer(monkeypatch: Any) -> None:
    OrganisationFactory(uid="CHE-109.322.551", name="Verein Neubeginn")
    UserFactory(email=TYPED["email"])
    answers = [
        Client().post(url("members:join"), typed(monkeypatch, **changed))
        for changed in ({}, {"uid": "", "email": "neu@org.example"})
    ]
    assert [(each.status_code, each.url) for each in answers] == [(302, url("members:application_sent"))] * 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": ""}, "Bitte geben Sie den Namen der Organisation ein."),
        ({"uid": "CHE-109.322.552"}, "Die letzte Ziffer"),
        ({"website": "nicht im netz"}, "gültige"),
        ({"email": "niemand"}, "Bitte geben Sie eine E-Mail-Adresse ein"),
        ({"canton": "XX"}, "XX"),
        ({"last_name": "Gratis https://org.example/"}, "keine Adresse einer Website"),
        ({"name": "WWW.org.example"}, "keine Adresse einer Website"),
        ({"why": "x" * 2001}, "2000"),
        ({"opened": "gefälscht"}, "noch einmal"),
        ({"opened": ""}, "noch einmal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(changed: dict[str, str], says: str, monkeypatch: Any) -> None:
    answer = Client().post(url("members:join"), typed(monkeypatch, **changed))
    page = answer.content.decode()
    assert (answer.status_code, says in page, "Wir möchten" in page or "why" in changed) == (422, True, True), page
    assert not Application.objects.exists()


def test_a_page_that_was_open_for_long_is_sent_once_more(monkeypatch: Any) -> None:
    page = Client().post(url("members:join"), typed(monkeypatch, opened="")).content.decode()
    stamp = re.search(r'name="opened" value="([^"]+)"', page)
    assert stamp
    assert Client().post(url("members:join"), typed(monkeypatch, opened=stamp[1])).status_code == 302


def test_a_machine_learns_nothing_and_leaves_nothing(monkeypatch: Any) -> None:
    answer = Client().post(url("members:join"), typed(monkeypatch, fax="031 000 00 00"))
    assert (answer.status_code, Application.objects.count()) == (302, 0)


def test_from_one_connection_so_many_apply_in_an_hour_whatever_their_addresses(monkeypatch: Any) -> None:
    answers = [
        Client().post(url("members:join"), typed(monkeypatch, email=f"p{n}@org.example")).status_code for n in range(11)
    ]
    assert answers == [302] * 10 + [429]


def test_nobody_fills_the_form_in_within_a_moment() -> None:
    answer = Client().post(url("members:join"), TYPED | {"opened": forms.opened_now()})
    assert "sehr schnell" in answer.content.decode()
    assert not Application.objects.exists()


def test_an_address_applies_three_times_a_day_at_most(monkeypatch: Any) -> None:
    answers = [Client().post(url("members:join"), typed(monkeypatch)).status_code for _n in range(4)]
    assert answers == [302, 302, 302, 429]


def test_names_are_shown_as_they_were_typed_and_run_nowhere(monkeypatch: Any) -> None:
    name = "<script>alert(1)</script>"
    Client().post(url("members:join"), typed(monkeypatch, name=name, why=name))
    Client().post(letter_link())
    staff = manager()
    assert Application.objects.get().name == name
    for page in (reverse("applications"), reverse("application", args=[Application.objects.get().uuid])):
        assert name not in staff.get(page).content.decode()
    assert name not in str(mail.outbox[0].alternatives[0][0])


def test_a_decline_needs_its_reason(monkeypatch: Any) -> None:
    Client().post(url("members:join"), typed(monkeypatch))
    Client().post(letter_link())
    address = reverse("application", args=[Application.objects.get().uuid])
    staff = manager()
    assert staff.post(address, {"decline": "yes", "reason": ""}).status_code == 200
    assert Application.objects.get().state == ApplicationState.WAITING
    staff.post(address, {"decline": "yes", "reason": "Nur in der Schweiz."})
    assert Application.objects.get().reason == "Nur in der Schweiz."
    assert "Nur in der Schweiz." in staff.get(address).content.decode()
    assert staff.post(address, {"approve": "yes"}).status_code == 302
    assert not Organisation.objects.exists()


def test_only_network_managers_see_applications() -> None:
    assert manager().get(reverse("applications")).status_code == 200
    assert manager(EDITOR).get(reverse("applications")).status_code in (302, 403)
    assert Client().get(reverse("applications")).status_code == 302


def test_an_unconfirmed_application_is_nobodys_to_see(monkeypatch: Any) -> None:
    Client().post(url("members:join"), typed(monkeypatch))
    staff = manager()
    assert "Neubeginn" not in staff.get(reverse("applications")).content.decode()
    unseen = reverse("application", args=[Application.objects.get().uuid])
    assert staff.get(unseen, follow=True).status_code == 404


def test_the_address_of_old_leads_on() -> None:
    assert Client().get(url("account_signup")).url == url("members:join")


def test_approving_takes_as_many_statements_however_many_organisations_there_are(
    monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    Client().post(url("members:join"), typed(monkeypatch))
    Client().post(letter_link())
    OrganisationFactory.create_batch(5)
    application, by = Application.objects.get(), UserFactory()
    with django_assert_max_num_queries(9):
        approve(application=application, by=by, now=timezone.now())
