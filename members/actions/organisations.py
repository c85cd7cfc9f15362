"""What an organisation decides about itself."""

from __future__ import annotations

from django.db import transaction

from home.freshness import POOLS, changed
from members.models import Organisation, User

from .errors import OnlyAdministrators


@transaction.atomic
def name_in_public(*, organisation: Organisation, is_named: bool, by: User) -> Organisation:
    """Whether `organisation` is named in public cost sheets. They say so at once. Raises OnlyAdministrators."""
    if not organisation.is_administered_by(by):
        raise OnlyAdministrators
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.is_named = is_named
    organisation.save(update_fields=["is_named"])
    changed(POOLS)
    return organisation
