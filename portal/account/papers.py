"""What an organisation files: invoices, credit notes and receipts of its pledges, the newest first. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from pooling.models import Pledge


@dataclass(frozen=True)
class Paper:
    """One document. `amount` is in Rappen; `at` is missing where only a part was paid so far."""

    title: str
    pledge: Pledge
    url: str
    amount: int
    at: datetime | None


def papers_of(pledges: Iterable[Pledge]) -> list[Paper]:
    """Of pledges that came with their charges. One statement more, however many there are."""
    pledges = list(pledges)
    prefetch_related_objects(pledges, "charges__invoice__credit_note")
    found = [paper for pledge in pledges for paper in of_pledge(pledge)]
    dated = sorted((paper for paper in found if paper.at), key=lambda paper: (paper.at, paper.title), reverse=True)
    return [*(paper for paper in found if not paper.at), *dated]


def of_pledge(pledge: Pledge) -> Iterator[Paper]:
    """As pooling/views/documents.py has them: one invoice at most, and the receipt of what was paid last."""
    charges = sorted(pledge.charges.all(), key=lambda charge: charge.pk)
    for charge in charges:
        invoice = getattr(charge, "invoice", None)
        if invoice is None:
            continue
        title = _("Invoice %(number)s") % {"number": invoice.number}
        url = reverse("pooling:pledge_invoice", args=[pledge.uuid])
        yield Paper(title, pledge, url, charge.amount, invoice.issued_at)
        note = getattr(invoice, "credit_note", None)
        if note is not None:
            title = _("Credit note %(number)s") % {"number": note.number}
            url = reverse("pooling:pledge_credit_note", args=[pledge.uuid])
            yield Paper(title, pledge, url, note.amount, note.issued_at)
    paid = [charge for charge in charges if charge.captured]
    if paid:
        url = reverse("pooling:pledge_receipt", args=[pledge.uuid])
        yield Paper(_("Receipt of payment"), pledge, url, paid[-1].captured, paid[-1].settled_at)
