"""All that the portal keeps about a person: told, and taken out. Each app says in its `personal_data` what is its own.

An app with such a module is found by itself; a test fails where a table that points to people is in no module.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from members.actions.errors import Refused
from members.models import Organisation, User
from pooling import accounts


def modules() -> list[ModuleType]:
    """Each app's, in the order of INSTALLED_APPS: members, which blanks the name itself, comes last."""
    return [
        import_module(f"{config.name}.personal_data")
        for config in apps.get_app_configs()
        if module_has_submodule(config.module, "personal_data")
    ]


def about(person: User, *, now: datetime) -> dict[str, Any]:
    """Everything, ready for JSON. The sections are named in English; states are in the active language."""
    told: dict[str, Any] = {"made on": now.isoformat(timespec="seconds")}
    for module in reversed(modules()):
        told |= module.about(person)
    return told


class StillBound(Refused):
    """Nobody else could answer for what an organisation has pledged."""

    def __init__(self, organisations: list[Organisation]) -> None:
        super().__init__(organisations)
        self.organisations = organisations

    def __str__(self) -> str:
        return _(
            "Nobody else may decide about the running pledges of %(organisations)s. Please make somebody else an "
            "administrator first; nothing was deleted."
        ) % {"organisations": ", ".join(organisation.name for organisation in self.organisations)}


class LastSuperuser(Refused):
    def __str__(self) -> str:
        return _("Nobody else may do everything in the admin. Please give somebody else that right first.")


def still_bound(person: User) -> list[Organisation]:
    """Organisations with running pledges that only this person binds."""
    return [
        organisation
        for organisation in Organisation.objects.administered_by(person).order_by("pk")
        if not organisation.administrators().exclude(pk=person.pk).exists()
        and any(accounts.is_alive(pledge) for pledge in accounts.pledges_of([organisation]))
    ]


def require_erasable(person: User) -> None:
    """Raises StillBound, LastSuperuser."""
    if bound := still_bound(person):
        raise StillBound(bound)
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        raise LastSuperuser


@transaction.atomic
def erase(*, person: User, now: datetime) -> User:
    """Nothing in the portal names the person any more. The row stays as a number, because money and decisions do.

    Doing it again changes nothing. Raises StillBound, LastSuperuser.
    """
    theirs = Organisation.objects.filter(memberships__person=person).order_by("pk").values_list("pk", flat=True)
    # Whoever changes who acts for one of them waits, and of two administrators who leave at once one stays.
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=list(theirs)).order_by("pk"))
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.erased_at:
        return person
    require_erasable(person)
    for module in modules():
        module.forget(person, now=now)
    return User.objects.get(pk=person.pk)
