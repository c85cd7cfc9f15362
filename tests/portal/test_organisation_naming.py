"""An organisation's administrators decide whether it is named in public."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.actions.errors import OnlyAdministrators
from members.actions.organisations import name_in_public
from members.models import Membership, Organisation, Role, User
from tests.members.factories import UserFactory
from tests.pooling import factories as make

pytestmark = pytest.mark.django_db


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


def address(organisation: Organisation) -> str:
    return reverse("organisation_naming", args=[organisation.uuid])


def member_of(organisation: Organisation) -> User:
    member: User = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    return member


def test_nobody_is_named_who_did_not_ask_for_it() -> None:
    assert not Organisation.objects.get(pk=make.organisation().pk).is_named


def test_an_administrator_has_the_organisation_named_and_takes_it_back() -> None:
    organisation = make.organisation()
    client = client_of(make.administrator(organisation))
    assert address(organisation) in client.get(reverse("dashboard")).content.decode()
    assert client.post(address(organisation), {"is_named": "on"}).status_code == 302
    assert Organisation.objects.get(pk=organisation.pk).is_named
    assert "checked" in client.get(address(organisation)).content.decode()
    client.post(address(organisation), {})
    assert not Organisation.objects.get(pk=organisation.pk).is_named


def test_members_and_others_have_no_such_page() -> None:
    organisation = make.organisation()
    for person in (member_of(organisation), make.administrator(make.organisation())):
        client = client_of(person)
        assert client.get(address(organisation)).status_code == 404
        assert client.post(address(organisation), {"is_named": "on"}).status_code == 404
        assert address(organisation) not in client.get(reverse("dashboard")).content.decode()
    assert not Organisation.objects.get(pk=organisation.pk).is_named


def test_the_action_itself_refuses_who_is_no_administrator() -> None:
    organisation = make.organisation()
    with pytest.raises(OnlyAdministrators):
        name_in_public(organisation=organisation, is_named=True, by=member_of(organisation))


def test_cost_sheets_say_it_at_once(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.PAGE_CACHE = True
    cache.clear()
    organisation = make.organisation(name="Verein Offen")
    with django_capture_on_commit_callbacks(execute=True):
        pool = make.opened()
        make.pledge(pool, by=organisation)
    sheet = reverse("pooling:cost_sheet", args=[pool.uuid])
    assert "Verein Offen" not in Client().get(sheet).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        name_in_public(organisation=organisation, is_named=True, by=make.administrator(organisation))
    assert "Verein Offen" in Client().get(sheet).content.decode()
    cache.clear()
