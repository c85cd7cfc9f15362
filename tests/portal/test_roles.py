"""The groups of staff: there after migrate, made once, and with the rights that they need and no others."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from members.group import MEMBERS
from members.models import User
from portal.roles import ADMINISTRATOR, EDITOR, ROLES, TRANSLATOR, make_roles, make_roles_after_migrate
from tests.home.factories import page, topic
from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db


def person(group: str) -> User:
    """Somebody in a group, read again as a request would."""
    made = UserFactory(is_staff=True)
    made.groups.add(Group.objects.get(name=group))
    return User.objects.get(pk=made.pk)


def client_of(someone: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=someone.pk))
    return client


def rights() -> set[tuple[str, str, str]]:
    """All rights of all groups."""
    return {
        *Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename"),
        *GroupPagePermission.objects.values_list("group__name", "page__slug", "permission__codename"),
        *GroupCollectionPermission.objects.values_list("group__name", "collection__name", "permission__codename"),
    }


def test_the_groups_are_there_after_migrate() -> None:
    assert set(Group.objects.exclude(name=MEMBERS).values_list("name", flat=True)) == set(ROLES)


def test_making_them_again_changes_nothing() -> None:
    before = (rights(), GroupPagePermission.objects.count(), GroupCollectionPermission.objects.count())
    make_roles()
    make_roles_after_migrate()
    assert (rights(), GroupPagePermission.objects.count(), GroupCollectionPermission.objects.count()) == before


def test_a_right_that_was_taken_away_comes_back() -> None:
    before = rights()
    Group.objects.get(name=EDITOR).permissions.clear()
    Group.objects.get(name=EDITOR).page_permissions.all().delete()
    make_roles()
    assert rights() == before


def test_a_right_that_was_added_stays() -> None:
    extra = Permission.objects.get(codename="change_organisation")
    Group.objects.get(name=EDITOR).permissions.add(extra)
    make_roles()
    assert person(EDITOR).has_perm("members.change_organisation")


def test_a_permission_that_a_flush_has_lost_is_made_again() -> None:
    Permission.objects.filter(codename="submit_translation").delete()
    make_roles()
    assert person(TRANSLATOR).has_perm("wagtail_localize.submit_translation")


def test_without_root_pages_and_collections_the_groups_are_made_all_the_same() -> None:
    Group.objects.all().delete()
    Collection.objects.all().delete()
    make_roles()
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_wagtails_own_groups_stay_if_somebody_is_in_them() -> None:
    Group.objects.all().delete()
    kept = Group.objects.create(name="Moderators")
    Group.objects.create(name="Editors")
    UserFactory().groups.add(kept)
    make_roles()
    assert set(Group.objects.values_list("name", flat=True)) == {*ROLES, "Moderators"}


def test_nothing_is_made_as_long_as_tables_are_missing() -> None:
    class Early:
        """What post_migrate passes when only some migrations have run."""

        def get_app_configs(self) -> list[Any]:
            return [config for config in apps.get_app_configs() if config.label != "workshops"]

    Group.objects.all().delete()
    make_roles_after_migrate(apps=Early())
    assert not Group.objects.exists()


def test_an_editor_edits_and_publishes_every_page() -> None:
    may = page("Seite").permissions_for_user(person(EDITOR))
    assert may.can_edit()
    assert may.can_publish()
    assert may.can_add_subpage()


def test_a_translator_edits_and_does_not_publish() -> None:
    may = page("Seite").permissions_for_user(person(TRANSLATOR))
    assert may.can_edit()
    assert not may.can_publish()
    assert not may.can_delete()
    assert not may.can_add_subpage()


@pytest.mark.parametrize("group", [EDITOR, TRANSLATOR])
def test_both_enter_the_admin_and_translate(group: str) -> None:
    someone = person(group)
    assert client_of(someone).get(reverse("wagtailadmin_home")).status_code == 200
    assert someone.has_perms(["wagtail_localize.submit_translation", "wagtail_localize.change_translation"])


@pytest.mark.parametrize("group", [EDITOR, TRANSLATOR])
def test_both_edit_topics_and_experts(group: str) -> None:
    address = reverse("wagtailsnippets_home_topic:edit", args=[topic("Datenschutz").pk])
    assert client_of(person(group)).get(address).status_code == 200
    assert person(group).has_perm("workshops.change_expert")


def test_an_editor_adds_images_and_documents() -> None:
    client = client_of(person(EDITOR))
    assert client.get(reverse("wagtailimages:add")).status_code == 200
    assert client.get(reverse("wagtaildocs:add")).status_code == 200


def test_an_administrator_has_each_right_of_the_others_and_looks_after_people() -> None:
    may = person(ADMINISTRATOR).get_all_permissions()
    assert all(set(role["everywhere"]) <= may for role in ROLES.values())
    client = client_of(person(ADMINISTRATOR))
    assert client.get(reverse("wagtailusers_users:index")).status_code == 200
    assert client.get(reverse("wagtailusers_groups:index")).status_code == 302


def test_an_administrator_makes_nobody_a_superuser_and_changes_none() -> None:
    client, top, other = client_of(person(ADMINISTRATOR)), UserFactory(is_superuser=True), UserFactory()
    typed = {"email": other.email, "first_name": "Neu", "last_name": "Neu", "is_active": "on"}
    edit = reverse("wagtailusers_users:edit", args=[other.pk])
    client.post(edit, typed | {"is_superuser": "on"})
    assert User.objects.get(pk=other.pk).first_name != "Neu"
    assert client.post(edit, typed).status_code == 302
    assert User.objects.get(pk=other.pk).first_name == "Neu"
    mine = typed | {"email": "x@org.example", "password1": "a long password", "password2": "a long password"}
    client.post(reverse("wagtailusers_users:edit", args=[top.pk]), mine)
    client.post(reverse("wagtailusers_users:add"), mine | {"is_superuser": "on"})
    many = reverse("wagtail_bulk_action", args=["members", "user", "set_active_state"])
    client.post(f"{many}?id={top.pk}", {"mark_as_active": ""})
    client.post(reverse("person_data", args=[top.pk]), {"email": top.email})
    assert list(User.objects.filter(is_superuser=True, is_active=True).values_list("email", flat=True)) == [top.email]


def test_nobody_else_manages_people_or_settings() -> None:
    for group in ROLES.keys() - {ADMINISTRATOR}:
        client = client_of(person(group))
        for name in ("wagtailusers_users:index", "wagtailusers_groups:index", "wagtailsites:index"):
            assert client.get(reverse(name)).status_code == 302


def test_who_may_not_enter_the_admin_is_told_no_instead_of_sent_to_and_fro() -> None:
    response = client_of(UserFactory()).get(reverse("wagtailadmin_home"), follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1


def test_who_is_not_logged_in_comes_to_our_log_in_and_back() -> None:
    response = Client().get(reverse("wagtailadmin_home"), follow=True)
    assert response.redirect_chain[-1][0].endswith("?next=/admin/")
    assert response.status_code == 200
