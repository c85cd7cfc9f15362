"""The pages about saved methods over HTTP: who sees what, what a refusal says, and that nothing typed is lost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Membership, Role
from pooling.actions.method_looks import enter_seen
from pooling.actions.pledges import withdraw_pledge
from pooling.models import Pledge, SandboxEntry, SavedMethod
from pooling.payments.base import MethodSeen, OutcomeUnknown
from pooling.payments.sandbox import Sandbox
from tests.members.factories import UserFactory

from . import factories as make
from .test_views import login

pytestmark = pytest.mark.django_db


def at(name: str, *args: object) -> str:
    with translation.override("de"):
        return reverse(f"pooling:{name}", args=args)


@pytest.fixture
def pledge() -> Pledge:
    now = timezone.now()
    pool = make.opened(
        now=now, closes_at=now + timezone.timedelta(days=20), starts_at=now + timezone.timedelta(days=80)
    )
    return make.pledge(pool, now=now)


@pytest.fixture
def organisation(pledge: Pledge):
    return pledge.organisation


@pytest.fixture
def method(pledge: Pledge) -> SavedMethod:
    assert pledge.method
    return pledge.method


@pytest.fixture
def client(organisation) -> Client:
    return login(make.administrator(organisation))


@pytest.fixture
def member(organisation) -> Client:
    person = UserFactory()
    Membership.objects.create(organisation=organisation, person=person, role=Role.MEMBER)
    return login(person)


def test_an_administrator_sees_each_method_and_what_uses_it(client, pledge, organisation, method) -> None:
    page = client.get(at("methods", organisation.uuid)).content.decode()
    assert "Sandbox" in page
    assert at("pledge", pledge.uuid) in page
    assert at("method_replace", organisation.uuid, method.pk) in page
    assert at("method_remove", organisation.uuid, method.pk) in page


def test_a_member_sees_the_methods_and_no_form(member, organisation) -> None:
    page = member.get(at("methods", organisation.uuid)).content.decode()
    assert "Sandbox" in page
    assert 'name="name"' not in page
    assert "method_remove" not in page


@pytest.mark.parametrize("name", ["methods", "method_replace", "method_remove"])
def test_a_member_changes_nothing(name, member, organisation, method) -> None:
    new = make.method(organisation)
    args = [organisation.uuid] if name == "methods" else [organisation.uuid, method.pk]
    sent = {
        "name": "Meine",
        "method": str(method.pk if name == "methods" else new.pk),
        "pledges": [p.pk for p in method.pledges.all()],
    }
    answer = member.post(at(name, *args), sent)
    assert answer.status_code == 403
    method.refresh_from_db()
    assert (method.name, method.released_at, method.pledges.count()) == ("", None, 1)


@pytest.mark.parametrize("name", ["methods", "methods_return", "method_replace", "method_remove"])
def test_another_organisation_gets_404(name, organisation, method) -> None:
    stranger = login(make.administrator(make.organisation()))
    args = [organisation.uuid] if name.startswith("methods") else [organisation.uuid, method.pk]
    assert stranger.get(at(name, *args)).status_code == 404


def test_a_method_of_another_organisation_gets_404(client, organisation) -> None:
    foreign = make.method(make.organisation())
    assert client.get(at("method_replace", organisation.uuid, foreign.pk)).status_code == 404
    assert client.post(at("methods", organisation.uuid), {"method": foreign.pk, "name": "x"}).status_code == 404
    assert client.post(at("methods", organisation.uuid), {"method": "x", "name": "x"}).status_code == 404


def test_a_method_is_named(client, organisation, method) -> None:
    answer = client.post(at("methods", organisation.uuid), {"method": method.pk, "name": "Vereinskarte"}, follow=True)
    assert "Vereinskarte" in answer.content.decode()
    assert SavedMethod.objects.get(pk=method.pk).name == "Vereinskarte"


def test_a_name_that_is_too_long_stays_in_the_form(client, organisation, method) -> None:
    answer = client.post(at("methods", organisation.uuid), {"method": method.pk, "name": "x" * 41})
    assert answer.status_code == 422
    assert "x" * 41 in answer.content.decode()


def test_a_saved_method_takes_the_place(client, organisation, method, pledge) -> None:
    new = make.method(organisation)
    sent = {"method": str(new.pk), "pledges": [pledge.pk]}
    answer = client.post(at("method_replace", organisation.uuid, method.pk), sent)
    assert answer.status_code == 302
    pledge.refresh_from_db()
    assert pledge.method == new


def test_without_a_pledge_nothing_is_replaced(client, organisation, method) -> None:
    answer = client.post(at("method_replace", organisation.uuid, method.pk), {"method": "new"})
    assert answer.status_code == 422


def test_another_card_is_given_on_the_providers_page(client, organisation, method, pledge) -> None:
    sent = {"method": "new", "pledges": [pledge.pk]}
    answer = client.post(at("method_replace", organisation.uuid, method.pk), sent)
    client.post(answer["Location"], {"do": "pays"})
    back = client.get(at("methods_return", organisation.uuid), follow=True)
    assert "notice-done" in back.content.decode()
    pledge.refresh_from_db()
    assert pledge.method != method


def test_who_comes_back_without_a_card_is_told_so(client, organisation, method, pledge) -> None:
    client.post(at("method_replace", organisation.uuid, method.pk), {"method": "new", "pledges": [pledge.pk]})
    back = client.get(at("methods_return", organisation.uuid), follow=True)
    assert "notice-wait" in back.content.decode()
    assert SavedMethod.objects.get().released_at is None


def test_a_card_that_came_too_late_is_not_called_used(client, organisation, method, pledge) -> None:
    sent = {"method": "new", "pledges": [pledge.pk]}
    answer = client.post(at("method_replace", organisation.uuid, method.pk), sent)
    client.post(answer["Location"], {"do": "pays"})
    withdraw_pledge(pledge=pledge, by=make.administrator(organisation), now=timezone.now())
    back = client.get(at("methods_return", organisation.uuid), follow=True)
    assert "notice-wait" in back.content.decode()
    assert "notice-done" not in back.content.decode()


def test_a_pledge_leads_to_its_own_replacement(client, organisation, method, pledge) -> None:
    other = make.pledge(
        make.opened(now=timezone.now(), closes_at=pledge.pool.closes_at, starts_at=pledge.pool.starts_at),
        by=organisation,
        now=timezone.now(),
    )
    Pledge.objects.filter(pk=other.pk).update(method=method)
    address = f"{at('method_replace', organisation.uuid, method.pk)}?pledge={pledge.uuid}"
    assert address in client.get(at("pledge", pledge.uuid)).content.decode()
    form = client.get(address).context["form"]
    assert form["pledges"].value() == [pledge.pk]


def test_a_method_that_is_gone_is_shown_wherever_its_pledge_is(client, organisation, method, pledge) -> None:
    enter_seen(method=method, seen=MethodSeen(), now=timezone.now())
    leads_to = f"{at('method_replace', organisation.uuid, method.pk)}?pledge={pledge.uuid}"
    with translation.override("de"):
        overview = reverse("dashboard")
    for address in (overview, at("pledge", pledge.uuid)):
        page = client.get(address).content.decode()
        assert "notice-wait" in page
        assert leads_to in page
    assert "state-wait" in client.get(at("methods", organisation.uuid)).content.decode()


def test_removing_one_that_a_pledge_needs_asks_for_another(client, organisation, method, pledge) -> None:
    page = at("method_remove", organisation.uuid, method.pk)
    assert at("pledge", pledge.uuid) in client.get(page).content.decode()
    assert client.post(page).status_code == 422
    method.refresh_from_db()
    assert method.released_at is None
    new = make.method(organisation)
    assert client.post(page, {"method": new.pk}).status_code == 302
    method.refresh_from_db()
    pledge.refresh_from_db()
    assert (method.released_at is not None, pledge.method) == (True, new)


def test_one_that_no_pledge_needs_is_removed(client, organisation) -> None:
    unused = make.method(organisation)
    page = at("method_remove", organisation.uuid, unused.pk)
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    unused.refresh_from_db()
    assert unused.released_at is not None


def test_where_the_provider_can_not_be_reached_nothing_changes(
    client, organisation, method, pledge, monkeypatch
) -> None:
    def unknown(*_args: object, **_details: object) -> None:
        raise OutcomeUnknown("timeout")

    monkeypatch.setattr(Sandbox, "open_setup_page", unknown)
    sent = {"method": "new", "pledges": [pledge.pk]}
    assert client.post(at("method_replace", organisation.uuid, method.pk), sent).status_code == 503
    assert not SandboxEntry.objects.exists()
    assert SavedMethod.objects.filter(released_at=None).count() == 1
