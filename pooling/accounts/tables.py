"""The cost sheet and the explanation of a pledge as tables that a spreadsheet opens.

Columns keep their place; their headings are in the reader's language. No cell is ever taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .cost_sheet import CostSheet, Line
from .explain import Explanation
from .formulas import Figure, cost_figures, money_figures, payout_figures, share_figures

Row = list[str | int]
Rows = Iterable[Row]

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def francs(rappen: int | None) -> str:
    """125000 -> "1250.00": plain, with a point, so that a program reads it in every country."""
    if rappen is None:
        return ""
    whole, rest = divmod(abs(rappen), 100)
    return f"{'-' if rappen < 0 else ''}{whole}.{rest:02d}"


def text(value: str) -> str:
    """Words, which somebody may have typed: with an apostrophe in front where they could be taken for a formula."""
    return f"'{value}" if value.lstrip().startswith(FORMULA_STARTS) or value.startswith(FORMULA_STARTS) else value


def as_csv(rows: Rows) -> bytes:
    """Semicolons between cells, lines ended by CR LF, and UTF-8 with its mark at the start, as Swiss spreadsheets
    expect it.
    """
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def cost_sheet_columns() -> list[tuple[str, str]]:
    """Heading and meaning of each column of the cost sheet's file."""
    return [
        (_("Part"), _("Which part of the cost sheet the line belongs to.")),
        (_("What"), _("The name of the figure, or the organisation.")),
        (_("Number"), _("A number of shares.")),
        (_("Price of a share"), _("In francs, since prices are locked; the lower one where two differ by 0.01.")),
        (_("Shares at 0.01 more"), _("How many of the pledge's shares cost 0.01 more.")),
        (_("Owed"), _("In francs: shares × price, plus 0.01 for each dearer share, while the pledge is owed.")),
        (_("Paid"), _("In francs: what arrived.")),
        (_("To be paid back"), _("In francs: what is to be paid back.")),
        (_("Paid back"), _("In francs: what was paid back.")),
        (_("Amount"), _("In francs: a figure of the whole workshop.")),
        (_("Remark"), _("The state of the pledge, or how the figure comes about.")),
    ]


def cost_sheet_rows(sheet: CostSheet) -> Rows:
    """The whole cost sheet, its headings first."""
    yield [heading for heading, _meaning in cost_sheet_columns()]
    as_of = localtime(sheet.as_of).isoformat(timespec="minutes")
    yield figure_row(_("Workshop"), Figure(sheet.pool.title(), _("As of %(when)s") % {"when": as_of}))
    for figure in [*cost_figures(sheet), *share_figures(sheet)]:
        yield figure_row(_("Workshop"), figure)
    for line in sheet.lines:
        yield line_row(line)
    totals = sheet.totals
    yield [
        _("Total"),
        _("All pledges"),
        totals.standing,
        "",
        "",
        *map(francs, (totals.owed, totals.paid, totals.going_back, totals.refunded)),
        "",
        _("Of the shares, those that stand are counted."),
    ]
    for figure in [*money_figures(sheet), *payout_figures(sheet)]:
        yield figure_row(_("Money"), figure)


def figure_row(part: str, figure: Figure) -> Row:
    number = "" if figure.number is None else figure.number
    return [part, text(figure.label), number, *[""] * 6, francs(figure.amount), text(figure.sentence)]


def line_row(line: Line) -> Row:
    lowest = line.prices[-1].amount if line.prices else None
    dearer = sum(price.shares for price in line.prices if price.amount != lowest)
    return [
        _("Pledge"),
        text(line.label),
        line.shares,
        francs(lowest),
        dearer if line.prices else "",
        *map(francs, (line.owed, line.paid, line.going_back, line.refunded)),
        "",
        text(line.state),
    ]


def explanation_columns() -> list[tuple[str, str]]:
    """Heading and meaning of each column of the explanation's file."""
    return [
        (_("When"), _("Date and time in Switzerland.")),
        (_("What happened"), _("The step, and what it meant for the money.")),
        (_("Who"), _("Through whom it happened.")),
        (_("Amount"), _("In francs: what the step is about.")),
        (_("Owed"), _("In francs, after the step: what the pledge costs, whether it was paid or not.")),
        (_("Paid"), _("In francs, after the step: what arrived so far.")),
        (_("To be paid back"), _("In francs, after the step: what is still to be paid back.")),
        (_("Paid back"), _("In francs, after the step: what was paid back so far.")),
        (_("Reference"), _("Names the payment, the refund or the pledge.")),
        (_("Taken back by the bank"), _("In francs, after the step: what the bank took back after disputes.")),
    ]


def explanation_rows(explanation: Explanation) -> Rows:
    """Every step, the headings first."""
    yield [heading for heading, _meaning in explanation_columns()]
    for step in explanation.steps:
        after = step.after
        yield [
            localtime(step.at).isoformat(sep=" ", timespec="seconds"),
            text(step.sentence),
            text(step.who),
            francs(step.amount),
            *map(francs, (after.owed, after.paid, after.going_back, after.refunded)),
            step.reference,
            francs(after.charged_back),
        ]
