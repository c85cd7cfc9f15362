"""Organisations in Wagtail's admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Membership, Organisation, OrganisationState, Role, User
from portal.roles import EDITOR
from tests.members.factories import OrganisationFactory, UserFactory
from tests.pooling.workshop_factories import editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """A superuser: organisations are entrusted to nobody else yet."""
    client = Client()
    client.force_login(User.objects.get(pk=UserFactory(is_staff=True, is_superuser=True).pk))
    return client


def typed(*people: tuple[str, str], **changes: str) -> dict[str, str]:
    """What somebody fills in: an organisation, and lines of e-mail address and role."""
    data = {
        "name": "Beratungsstelle Beispiel",
        "legal_form": "association",
        "uid": "",
        "street": "Musterweg",
        "house_number": "1",
        "postcode": "3000",
        "town": "Bern",
        "country": "CH",
        "canton": "BE",
        "language": "de",
        "website": "",
        "state": "active",
        "memberships-TOTAL_FORMS": str(len(people) + 1),
        "memberships-INITIAL_FORMS": "0",
        f"memberships-{len(people)}-person": "",
        f"memberships-{len(people)}-role": "member",
    }
    for number, (email, role) in enumerate(people):
        data |= {f"memberships-{number}-person": email, f"memberships-{number}-role": role}
    return data | changes


def add(client: Client, *people: tuple[str, str], **changes: str) -> Any:
    return client.post(reverse("organisations:add"), typed(*people, **changes))


def test_an_organisation_is_added_with_its_people(client: Any) -> None:
    anna = UserFactory(email="anna@org.example")
    assert add(client, (" Anna@org.example ", "administrator")).status_code == 302
    made = Organisation.objects.get()
    assert made.name == "Beratungsstelle Beispiel"
    assert Membership.objects.get().person_id == anna.pk
    assert made.is_administered_by(User.objects.get(pk=anna.pk))


def test_a_uid_is_stored_in_its_normal_form(client: Any) -> None:
    add(client, uid="che 109322551 mwst")
    assert Organisation.objects.get().uid == "CHE-109.322.551"


@pytest.mark.parametrize("uid", ["CHE-123.456.789", "12", "CHE"])
def test_a_wrong_uid_is_refused_and_kept(client: Any, uid: str) -> None:
    response = add(client, uid=uid)
    assert response.status_code == 200
    assert "uid" in response.context["form"].errors
    assert f'value="{uid}"' in response.content.decode()


def test_a_uid_that_another_organisation_has_is_refused(client: Any) -> None:
    OrganisationFactory(uid="CHE-109.322.551")
    response = add(client, uid="CHE109322551")
    assert response.status_code == 200
    assert "uid" in response.context["form"].errors
    assert Organisation.objects.count() == 1


def test_somebody_unknown_is_refused_and_nothing_is_saved(client: Any) -> None:
    response = add(client, ("niemand@org.example", "member"))
    assert response.status_code == 200
    assert "niemand@org.example" in response.content.decode()
    assert not Organisation.objects.exists()


def test_the_same_person_twice_is_refused(client: Any) -> None:
    UserFactory(email="anna@org.example")
    response = add(client, ("anna@org.example", "member"), ("anna@org.example", "administrator"))
    assert response.status_code == 200
    assert not Organisation.objects.exists()


def edit_address(organisation: Organisation) -> str:
    return reverse("organisations:edit", args=[organisation.pk])


def test_people_are_changed_and_removed(client: Any) -> None:
    organisation = OrganisationFactory()
    anna = Membership.objects.create(organisation=organisation, person=UserFactory(), role=Role.MEMBER)
    ben = Membership.objects.create(organisation=organisation, person=UserFactory(), role=Role.MEMBER)
    shown = client.get(edit_address(organisation)).content.decode()
    assert anna.person.email in shown
    data = typed((anna.person.email, "administrator"), (ben.person.email, "member"), name="Neu") | {
        "memberships-INITIAL_FORMS": "2",
        "memberships-0-id": str(anna.pk),
        "memberships-1-id": str(ben.pk),
        "memberships-1-DELETE": "on",
    }
    assert client.post(edit_address(organisation), data).status_code == 302
    organisation.refresh_from_db()
    assert organisation.name == "Neu"
    assert list(organisation.memberships.values_list("person", "role")) == [(anna.person_id, Role.ADMINISTRATOR)]


def test_an_organisation_keeps_somebody_who_binds_it(client: Any) -> None:
    organisation = OrganisationFactory()
    anna = Membership.objects.create(organisation=organisation, person=UserFactory(), role=Role.ADMINISTRATOR)
    ben = UserFactory()
    lines = {"memberships-INITIAL_FORMS": "1", "memberships-0-id": str(anna.pk)}
    for changed in ({"memberships-0-role": "member"}, {"memberships-0-DELETE": "on"}):
        page = client.post(edit_address(organisation), typed((anna.person.email, "administrator")) | lines | changed)
        assert "braucht jemanden" in page.content.decode()
        assert organisation.administrators().count() == 1
    both = typed((anna.person.email, "member"), (ben.email, "administrator")) | lines
    assert client.post(edit_address(organisation), both).status_code == 302
    assert list(organisation.administrators().values_list("pk", flat=True)) == [ben.pk]


def test_an_administrator_is_invited_for_an_organisation_that_nobody_binds(client: Any) -> None:
    organisation = OrganisationFactory()
    assert client.post(edit_address(organisation), typed(invite="Nora@org.example")).status_code == 302
    made = organisation.invitations.get()
    assert (made.email, made.role, made.letter) == ("nora@org.example", Role.ADMINISTRATOR, "invited")
    there = Membership.objects.create(organisation=organisation, person=UserFactory(), role=Role.MEMBER)
    lines = {"memberships-INITIAL_FORMS": "1", "memberships-0-id": str(there.pk)}
    page = client.post(
        edit_address(organisation),
        typed((there.person.email, "member"), invite=there.person.email.upper()) | lines,
    )
    assert page.context["form"].errors["invite"]
    assert organisation.invitations.count() == 1


def test_an_organisation_is_suspended_and_never_deleted(client: Any) -> None:
    organisation = OrganisationFactory()
    client.post(edit_address(organisation), typed(state="suspended"))
    organisation.refresh_from_db()
    assert organisation.state == OrganisationState.SUSPENDED
    client.post(reverse("organisations:delete", args=[organisation.pk]))
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_the_list_is_searched_and_filtered(client: Any) -> None:
    OrganisationFactory(name="Verein Berg", language="de")
    OrganisationFactory(name="Association Lac", language="fr")
    address = reverse("organisations:index")
    assert "Verein Berg" in client.get(address).content.decode()
    found = client.get(address, {"q": "lac"}).content.decode()
    assert "Association Lac" in found
    assert "Verein Berg" not in found
    assert "Association Lac" not in client.get(address, {"language": "de"}).content.decode()


def test_editors_do_not_say_who_binds_an_organisation() -> None:
    client = Client()
    client.force_login(User.objects.get(pk=editor(EDITOR).pk))
    assert client.get(reverse("organisations:index")).status_code == 302
    assert client.post(reverse("organisations:add"), typed()).status_code == 302
    assert not Organisation.objects.exists()
