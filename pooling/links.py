"""Addresses that leave the portal: in letters, and as the way back from a provider's page.

They are needed where letters are written and pages are opened, so this module sits below the actions
(docs/decisions/0004-links-below-actions.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

if TYPE_CHECKING:
    from members.models import Organisation

    from .models import Approval, Charge, Pledge, Pool, SavedMethod, Transfer

MEND = "pooling.mend"
APPROVAL = "pooling.approval"
TRANSFER = "pooling.transfer"


def absolute(name: str, *args: object, language: str) -> str:
    """The full address of a page of ours in `language`."""
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse(name, args=args)}"


def pledge_url(pledge: Pledge, language: str) -> str:
    """The pledge's own page; it asks for log-in."""
    return absolute("pooling:pledge", pledge.uuid, language=language)


def offer_url(pledge: Pledge, language: str) -> str:
    """Where an offer is accepted or declined; it asks for log-in."""
    return absolute("pooling:offer", pledge.uuid, language=language)


def setup_return_url(pledge: Pledge, language: str) -> str:
    """Where a person comes back to from the page on which a method is given."""
    return absolute("pooling:setup_return", pledge.uuid, language=language)


def methods_url(organisation: Organisation, language: str) -> str:
    """The organisation's saved payment methods; it asks for log-in."""
    return absolute("pooling:methods", organisation.uuid, language=language)


def methods_return_url(organisation: Organisation, language: str) -> str:
    """Where a person comes back to from the page on which another method is given instead of a saved one."""
    return absolute("pooling:methods_return", organisation.uuid, language=language)


def replace_url(pledge: Pledge, method: SavedMethod, language: str) -> str:
    """Where another method takes the place of the pledge's one; it asks for log-in."""
    address = absolute("pooling:method_replace", pledge.organisation.uuid, method.pk, language=language)
    return f"{address}?pledge={pledge.uuid}"


def mend_url(charge: Charge, language: str) -> str:
    """Our own link to pay a charge that needs the person. It needs no account and outlives any page at a provider."""
    return absolute("pooling:mend", signing.dumps(str(charge.uuid), salt=MEND), language=language)


def mend_return_url(charge: Charge, language: str) -> str:
    """Where a person comes back to from the payment page."""
    return absolute("pooling:mend_return", signing.dumps(str(charge.uuid), salt=MEND), language=language)


def charge_of(token: str) -> UUID:
    """The charge that a mend link is about. Raises signing.BadSignature for a forged one."""
    return UUID(signing.loads(token, salt=MEND))


def approval_url(approval: Approval, language: str) -> str:
    """The approver's link. It needs no account; its end stands in the row, and a newer link replaces it."""
    return absolute("pooling:approval", approval_token(approval), language=language)


def approval_token(approval: Approval) -> str:
    return signing.dumps([str(approval.uuid), approval.link], salt=APPROVAL)


def approval_of(token: str) -> tuple[UUID, int]:
    """The approval that a link is about, and the link's number. Raises signing.BadSignature for a forged one."""
    uuid, link = signing.loads(token, salt=APPROVAL)
    return UUID(uuid), int(link)


def transfer_url(transfer: Transfer, language: str) -> str:
    """The link of an offer, for whoever it was sent to. Its end stands in the row."""
    return absolute("pooling:transfer_offer", transfer_token(transfer), language=language)


def transfer_return_url(transfer: Transfer, language: str) -> str:
    """Where a person who takes a pledge over comes back to from the page on which the method is given."""
    return absolute("pooling:transfer_return", transfer_token(transfer), language=language)


def transfer_record_url(transfer: Transfer, language: str) -> str:
    """What became of an offer, for the organisation that made it; it asks for log-in."""
    return absolute("pooling:transfer_record", transfer.uuid, language=language)


def transfer_token(transfer: Transfer) -> str:
    return signing.dumps(str(transfer.uuid), salt=TRANSFER)


def transfer_of(token: str) -> UUID:
    """The offer that a link is about. Raises signing.BadSignature for a forged one."""
    return UUID(signing.loads(token, salt=TRANSFER))


def workshop_url(pool: Pool, language: str) -> str:
    """The workshop's page, or the portal where nothing was published yet."""
    text = pool.text(language)
    return f"{settings.SITE_URL}{text.path}" if text else str(settings.SITE_URL)
