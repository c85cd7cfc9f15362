"""Who may read a pledge's money, and the papers about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from pooling.models import Pledge

# Staff who may read any pledge's money; whoever acts for the organisation needs no permission.
READS_PLEDGES = "pooling.view_pledge"


def readable_pledge(person: Any, uuid: UUID) -> tuple[Pledge, bool]:
    """A pledge whose money the person may read, and whether it is of an organisation that they act for.

    Raises Http404 for any other: whether it exists is nobody else's affair.
    """
    pledges = Pledge.objects.select_related("pool", "organisation").prefetch_related("pool__texts")
    pledge = get_object_or_404(pledges, uuid=uuid)
    is_own = pledge.organisation.has_member(person)
    if not is_own and not (person.is_staff and person.has_perm(READS_PLEDGES)):
        raise Http404
    return pledge, is_own
