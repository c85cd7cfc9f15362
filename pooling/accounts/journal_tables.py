"""The journal and a pool's statement as tables for spreadsheets: amounts are numbers, days are days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from .journal import Entry
from .tables import text

Cells = list[str | int | Decimal | date]


def in_francs(rappen: int) -> Decimal:
    """A number that a spreadsheet can add up."""
    return Decimal(rappen).scaleb(-2)


def journal_columns() -> list[tuple[str, str]]:
    """Heading and meaning of each column, in the reader's language. Their order never changes."""
    return [
        (_("Entry"), _("Names the entry; the same in every export.")),
        (_("Entered on"), _("The day on which the portal learnt of it. The period counts by this day.")),
        (_("Value date"), _("The bank's day of a transfer; else the day of entering.")),
        (_("Kind"), _("A code for programs: see the table of kinds.")),
        (_("What"), _("The kind in words.")),
        (_("Document"), _("Number of the invoice or credit note, where there is one.")),
        (_("Pool"), _("The pool's id. It never changes.")),
        (_("Workshop"), _("The workshop's title today.")),
        (
            _("Organisation (id)"),
            _("The organisation's id. It never changes. Empty where the entry is of no organisation."),
        ),
        (_("Organisation"), _("The organisation's name today.")),
        (_("Amount"), _("In francs, with its sign: by so much the money of the pool grows or shrinks.")),
        (_("Moved"), _("In francs, with its sign: by so much the balance at the bank or the payment service changes.")),
        (_("Currency"), _("Always CHF.")),
        (_("Through"), _("bank, stripe or sandbox. Empty where no money moved.")),
        (_("Reference"), _("The bank's or the payment service's name of the payment.")),
        (_("VAT rate"), _("In per cent. Empty where the workshop is exempt.")),
        (_("VAT"), _("In francs, with its sign: the tax within the amount.")),
    ]


def journal_rows(entries: Iterable[Entry]) -> Iterable[Cells]:
    """The headings, then one row per entry."""
    yield [heading for heading, _meaning in journal_columns()]
    for entry in entries:
        vat = entry.vat
        yield [
            entry.id,
            localdate(entry.at),
            entry.day,
            entry.kind.value,
            str(entry.kind.label),
            entry.document,
            str(entry.pool.uuid),
            text(entry.pool.title()),
            str(entry.organisation_id or ""),
            text(entry.organisation_name),
            in_francs(entry.amount),
            in_francs(entry.moved),
            "CHF",
            entry.provider,
            text(entry.reference),
            "" if vat is None else Decimal(entry.pool.tax_rate or 0).scaleb(-2),
            "" if vat is None else in_francs(vat),
        ]
