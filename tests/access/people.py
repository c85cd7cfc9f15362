"""Whom the table of access asks for: somebody of each kind, who is what their column says and nothing else."""

from __future__ import annotations

from django.contrib.auth.models import Group

from members.models import Membership, Organisation, Role, User
from portal.roles import ROLES
from tests.members.factories import OrganisationFactory
from tests.tour.scene import person

ANONYMOUS, MEMBER, ADMINISTRATOR, STRANGER, SUPERUSER = "anonymous", "member", "administrator", "stranger", "superuser"
COLUMNS = [ANONYMOUS, MEMBER, ADMINISTRATOR, STRANGER, *ROLES, SUPERUSER]


def people() -> dict[str, User]:
    """By column, all but the anonymous one.

    Member and administrator belong to every organisation there is, so that whatever an address shows is theirs. The
    stranger administers one that has nothing.
    """
    organisations = list(Organisation.objects.all())
    found = {column: person() for column in COLUMNS if column != ANONYMOUS}
    for role, column in ((Role.MEMBER, MEMBER), (Role.ADMINISTRATOR, ADMINISTRATOR)):
        for organisation in organisations:
            Membership.objects.create(organisation=organisation, person=found[column], role=role)
    Membership.objects.create(organisation=OrganisationFactory(), person=found[STRANGER], role=Role.ADMINISTRATOR)
    for name in ROLES:
        found[name].groups.add(Group.objects.get(name=name))
    found[SUPERUSER].is_superuser = True
    for column in (*ROLES, SUPERUSER):
        found[column].is_staff = True
        found[column].save()
    return found
