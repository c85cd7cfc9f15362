"""The statement of one pool for those who look after the money: every amount of it, with the organisations' names. It
agrees with the public cost sheet, with the journal, and with what check_money adds up. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from pooling.models import Invoice, PayoutTo, Pool
from pooling.money import format_chf

from .cost_sheet import CostSheet, Line, cost_sheet
from .formulas import Figure, cost_figures, money_figures, payout_figures, share_figures
from .journal import Entry, journal
from .journal_tables import Cells, in_francs
from .tables import text


@dataclass(frozen=True)
class Owing:
    """A pledge's line with what only staff see: who it is, and the invoice."""

    line: Line
    number: str

    @property
    def name(self) -> str:
        return self.line.pledge.organisation.name

    @property
    def net(self) -> int:
        return self.line.paid - self.line.refunded - self.line.going_back

    @property
    def left(self) -> int:
        """Rappen that are owed and not there; a surplus that was paid out is not owed again."""
        return max(0, self.line.owed - self.line.paid)


@dataclass(frozen=True)
class Statement:
    sheet: CostSheet
    owing: list[Owing]
    entries: list[Entry]

    @property
    def pool(self) -> Pool:
        return self.sheet.pool

    @property
    def paid_to_others(self) -> int:
        """Of a surplus, what did not go back to those who paid: their part is in refunds."""
        return self.sheet.paid_out - self.sheet.payouts.get(PayoutTo.PAYER, 0)

    @property
    def journal_sum(self) -> int:
        return sum(entry.amount for entry in self.entries)

    @property
    def net_figures(self) -> list[Figure]:
        """From what came in to the net that check_money adds up, and from there to the journal's sum."""
        money = self.sheet.money
        return [
            Figure(_("Received"), amount=money.captured),
            Figure(_("Paid back"), amount=-money.refunded),
            Figure(_("To be paid back"), amount=-money.refund_due),
            Figure(_("Charged back after disputes"), amount=-money.charged_back),
            Figure(_("Net"), _("The sum of the lines above, as check_money has it."), amount=money.net),
            Figure(_("Drawn from the guarantee"), amount=money.drawn),
            Figure(_("Borne by the operator"), amount=money.absorbed),
            Figure(_("Surplus to others than payers"), amount=-self.paid_to_others),
            Figure(
                _("Balance of the pool"),
                _("The net and the lines below it: the sum of the column “Amount” of the journal."),
                amount=self.journal_sum,
            ),
        ]

    @property
    def locked_figures(self) -> list[Figure]:
        """So many shares at so much each, since prices are locked."""
        return [
            Figure(
                _("Shares at one price"),
                f"{shares} × {format_chf(amount)}",
                amount=shares * amount,
            )
            for amount, shares in sorted(self.sheet.locked.items(), reverse=True)
        ]


def statement_of(pool: Pool, *, now: datetime) -> Statement:
    sheet = cost_sheet(pool, now=now)
    numbers = dict(Invoice.objects.filter(charge__pledge__pool=pool).values_list("charge__pledge", "number"))
    owing = [Owing(line, numbers.get(line.pledge.pk, "")) for line in sheet.lines]
    return Statement(sheet, owing, journal(pool=pool))


def statement_rows(statement: Statement) -> Iterable[Cells]:
    """The whole of it for a spreadsheet, its headings first. Columns keep their place."""
    yield [
        _("Part"),
        _("What"),
        _("Document"),
        _("Date"),
        _("Shares"),
        _("Locked"),
        _("Paid"),
        _("To be paid back"),
        _("Paid back"),
        _("Amount"),
        _("Remark"),
    ]
    sheet = statement.sheet
    parts = [
        (_("Workshop"), [*cost_figures(sheet), *share_figures(sheet)]),
        (_("Locked"), statement.locked_figures),
    ]
    for part, figures in parts:
        yield from (figure_row(part, figure) for figure in figures)
    for each in statement.owing:
        line = each.line
        amounts = map(in_francs, (line.locked, line.paid, line.going_back, line.refunded, each.net))
        yield [_("Pledge"), text(each.name), each.number, "", line.shares, *amounts, text(line.state)]
    for part, figures in (
        (_("Money"), [*money_figures(sheet), *payout_figures(sheet)]),
        (_("Net"), statement.net_figures),
    ):
        yield from (figure_row(part, figure) for figure in figures)
    for entry in statement.entries:
        what = f"{entry.kind.label}, {entry.organisation_name}".rstrip(", ")
        row: Cells = [_("Journal"), text(what), entry.document, localdate(entry.at), *[""] * 5]
        yield [*row, in_francs(entry.amount), text(entry.reference)]


def figure_row(part: str, figure: Figure) -> Cells:
    number = "" if figure.number is None else figure.number
    amount = "" if figure.amount is None else in_francs(figure.amount)
    return [part, text(figure.label), "", "", number, *[""] * 4, amount, text(figure.sentence)]
