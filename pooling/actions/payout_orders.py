"""Refunds that staff transfer: whose account they go to, and the file by which the bank is asked to send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from pooling.invoices.pain import Order, Payer, write_orders
from pooling.models import Creditor, Refund
from pooling.models.invoice import compact, is_qr_iban, validate_iban
from pooling.models.refund import RefundQuerySet

from .errors import NoAccountToPayFrom, NothingToOrder


@dataclass(frozen=True)
class ToTransfer:
    """A refund that waits for staff, and the account that its payment came from, if the bank's files told it."""

    refund: Refund
    iban: str

    @property
    def can_be_ordered(self) -> bool:
        """Whether a payment file can name it: the account is Swiss and takes transfers without a QR reference."""
        if not self.iban or is_qr_iban(self.iban):
            return False
        try:
            validate_iban(self.iban)
        except ValidationError:
            return False
        return True


def to_transfer() -> list[ToTransfer]:
    """All refunds that only staff can send, the oldest first."""
    return [ToTransfer(refund, account_of(refund)) for refund in waiting()]


def waiting() -> RefundQuerySet:
    people = "charge__pledge__organisation", "charge__pledge__pool", "charge__invoice"
    lines = "receipt__bank_line", "receipt__bank_part__line"
    return Refund.objects.by_hand().select_related(*people, *lines).order_by("created_at", "pk")


def account_of(refund: Refund) -> str:
    """Where its money came from, as the bank's file said; empty if nobody knows."""
    line = refund.receipt.line if refund.receipt else None
    return compact(line.debtor_iban) if line else ""


@dataclass(frozen=True)
class OrderFile:
    """What is downloaded: a name, and the XML."""

    name: str
    content: bytes
    number: int


@transaction.atomic
def order_refunds(*, now: datetime) -> OrderFile:
    """A payment file for all refunds that can be ordered and were in none yet. They are marked, so that none is ordered
    twice; they count as paid back once staff have entered that the bank has sent them.

    Raises NothingToOrder, NoAccountToPayFrom.
    """
    ids = [each.refund.pk for each in to_transfer() if each.can_be_ordered and each.refund.ordered_at is None]
    marked = Refund.objects.select_for_update(no_key=True).filter(pk__in=ids, ordered_at=None).by_hand()
    marked_ids = [refund.pk for refund in marked.order_by("pk")]
    if not marked_ids:
        raise NothingToOrder
    payer_of()
    Refund.objects.filter(pk__in=marked_ids).update(ordered_at=now)
    return ordered_file(at=now)


def ordered_file(*, at: datetime) -> OrderFile:
    """The file of those that were ordered at that moment and are not paid out, as it was. Raises NothingToOrder."""
    refunds = list(waiting().filter(ordered_at=at))
    if not refunds:
        raise NothingToOrder
    name = f"U2G-{localtime(at):%Y%m%d-%H%M%S}"
    orders = [order_of(refund) for refund in refunds]
    content = write_orders(id=name, orders=orders, payer=payer_of(), on=localdate(at), made_at=localtime(at))
    return OrderFile(f"{name}.xml", content, len(orders))


def payer_of() -> Payer:
    """The operator's account. Raises NoAccountToPayFrom without one that can be debited."""
    account = Creditor.objects.first()
    ibans = [compact(iban) for iban in (account.plain_iban, account.iban)] if account else []
    plain = [iban for iban in ibans if iban and not is_qr_iban(iban)]
    if account is None or not plain:
        raise NoAccountToPayFrom
    return Payer(account.name, plain[0])


def order_of(refund: Refund) -> Order:
    of = refund.charge.pledge.organisation
    with translation.override(of.language):
        text = _("Refund, invoice %(number)s") % {"number": refund.charge.invoice.number}
    return Order(
        id=refund.uuid.hex,
        amount=refund.amount,
        name=of.name,
        iban=account_of(refund),
        street=of.street,
        house_number=of.house_number,
        postcode=of.postcode,
        town=of.town,
        country=of.country,
        text=text,
    )


@transaction.atomic
def forget_order(*, refund: Refund) -> Refund:
    """The bank did not send it after all: it may be ordered again."""
    refund = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
    refund.ordered_at = None
    refund.save(update_fields=["ordered_at"])
    return refund
