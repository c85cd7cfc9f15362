"""What approvers answer, and where their link leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pooling import links
from pooling.actions.approvals import approve, decline
from pooling.models import Approval, Pledge

from .factories import NOW

LATER = NOW + timedelta(days=2)


def fresh(approval: Approval) -> tuple[Approval, Pledge]:
    """The request and its pledge as the database has them."""
    approval = Approval.objects.select_related("pledge__pool", "pledge__organisation").get(pk=approval.pk)
    return approval, approval.pledge


def fresh_request(approval: Approval) -> Approval:
    return fresh(approval)[0]


def yes(approval: Approval, **changes: Any) -> Approval:
    return approve(**{"approval": approval, "link": approval.link, "now": LATER, **changes})


def no(approval: Approval, **changes: Any) -> Approval:
    return decline(**{"approval": approval, "link": approval.link, "sentence": "", "now": LATER, **changes})


def path_of(approval: Approval, language: str = "de") -> str:
    """The address of the approver's page."""
    return links.approval_url(approval, language).removeprefix("http://testserver")


def main(response: Any) -> str:
    """What is special about a page."""
    return str(response.content.decode().split("<main")[1].split("</main")[0])
