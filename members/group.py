"""The group "Members": everybody who acts for an organisation. A page that is open to this group is for members only.

It follows the memberships, whoever makes or ends them: by an action, in the admin, or with a person or an organisation
that is deleted. After every migrate it is made anew, so what somebody changed in it by hand does not last.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.contrib.auth.models import Group
from django.db.models.signals import post_delete, post_migrate, post_save

MEMBERS = "Members"


def members_group() -> Group:
    return Group.objects.get_or_create(name=MEMBERS)[0]


def connect(config: AppConfig) -> None:
    post_migrate.connect(make_group_after_migrate, sender=config, dispatch_uid="members.group")
    membership = config.get_model("Membership")
    post_save.connect(take_in, sender=membership, dispatch_uid="members.group")
    post_delete.connect(let_go, sender=membership, dispatch_uid="members.group")


def take_in(sender: Any, instance: Any, created: bool, raw: bool = False, **_details: Any) -> None:
    if created and not raw:
        members_group().user_set.add(instance.person_id)


def let_go(sender: Any, instance: Any, **_details: Any) -> None:
    """Somebody who acts for another organisation as well stays a member."""
    if not sender.objects.filter(person=instance.person_id).exists():
        members_group().user_set.remove(instance.person_id)


def make_group_after_migrate(*, apps: Any = current_apps, **_details: Any) -> None:
    """Receives post_migrate. Does nothing as long as tables are missing, since some migrations have not run yet."""
    try:
        apps.get_model("members", "Membership")
        apps.get_model("auth", "Group")
    except LookupError:
        return
    people = current_apps.get_model("members", "Membership").objects.values_list("person_id", flat=True)
    members_group().user_set.set(set(people))
