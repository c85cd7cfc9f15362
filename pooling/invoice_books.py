"""The promises about invoices and credit notes, checked over all rows at once. Reads only; see invariants.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F, Q

from .models import ChargeState, CreditNote, Invoice, NumberSeries, PoolState, WriteOff


def credit_notes_cancel_what_is_not_owed() -> Iterator[str]:
    """3, too: an invoice that is owed no more has a credit note of its whole amount, and no other has one."""
    notes = CreditNote.objects.exclude(amount=F("invoice__charge__amount"))
    for note in notes.select_related("invoice__charge"):
        owed = note.invoice.charge.amount
        yield f"3: credit note {note.number} is of {note.amount}, invoice {note.invoice} of {owed}"
    over = Q(charge__state__in=[ChargeState.VOID, ChargeState.FAILED])
    over |= Q(charge__pledge__pool__state=PoolState.CANCELLED)
    for invoice in Invoice.objects.filter(over, credit_note=None):
        yield f"3: invoice {invoice.number} is owed no more and has no credit note"
    for invoice in Invoice.objects.exclude(over).exclude(credit_note=None):
        yield f"3: invoice {invoice.number} is owed and has a credit note"


def only_what_is_lost_is_written_off() -> Iterator[str]:
    """3, too: no more is written off than an invoice is of, once its workshop has started, and nothing credited."""
    for row in WriteOff.objects.filter(amount__gt=F("invoice__charge__amount")).select_related("invoice__charge"):
        yield f"3: of invoice {row.invoice} of {row.invoice.charge.amount}, {row.amount} were written off"
    for row in WriteOff.objects.filter(at__lt=F("invoice__charge__pledge__pool__starts_at")).select_related("invoice"):
        yield f"3: invoice {row.invoice} was written off before its workshop had started"
    for row in WriteOff.objects.exclude(invoice__credit_note=None).select_related("invoice"):
        yield f"3: invoice {row.invoice} was written off, and credited as well"


def numbers_have_no_gaps() -> Iterator[str]:
    """5, too: the invoices and credit notes of a year are numbered one after the other."""
    given: dict[int, list[int]] = defaultdict(list)
    for number in [
        *Invoice.objects.values_list("number", flat=True),
        *CreditNote.objects.values_list("number", flat=True),
    ]:
        year, place = number.split("-")
        given[int(year)].append(int(place))
    series = {each.year: each for each in NumberSeries.objects.all()}
    for year in sorted(given.keys() | series.keys()):
        first, last = (series[year].first, series[year].last) if year in series else (1, 0)
        if sorted(place for place in given[year] if place >= first) != list(range(first, last + 1)):
            yield f"5: the numbers of {year} from {first} to {last} have gaps or doubles"
