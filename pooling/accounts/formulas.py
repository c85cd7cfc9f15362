"""Each figure of a cost sheet with the sentence by which a reader with a calculator can check it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pooling.models import PayoutTo, Pool, PoolState
from pooling.money import format_chf

from .cost_sheet import CostSheet


@dataclass(frozen=True)
class Figure:
    """A figure: its name, how it comes about, and an amount in Rappen or a number of shares."""

    label: str
    sentence: str = ""
    amount: int | None = None
    number: int | None = None


def cost_figures(sheet: CostSheet) -> list[Figure]:
    """What the workshop costs, and what is to be raised of it."""
    pool = sheet.pool
    return [
        Figure(_("Cost of the workshop"), amount=pool.cost),
        Figure(_("Subsidy"), amount=pool.subsidy),
        Figure(
            _("To be raised"),
            _("Cost less subsidy: %(cost)s − %(subsidy)s = %(to_raise)s.")
            % {
                "cost": format_chf(pool.cost),
                "subsidy": format_chf(pool.subsidy),
                "to_raise": format_chf(pool.to_raise),
            },
            amount=pool.to_raise,
        ),
    ]


def share_figures(sheet: CostSheet) -> list[Figure]:
    """From how many shares on the workshop is financed, and what one costs."""
    pool = sheet.pool
    return [
        Figure(_("Ceiling per share"), _("The most that one share can cost."), amount=pool.ceiling),
        Figure(_("Minimum number of shares"), minimum_sentence(sheet), number=pool.minimum),
        Figure(_("Threshold"), threshold_sentence(sheet), number=pool.threshold),
        Figure(_("Shares at most"), number=pool.capacity),
        Figure(_("Shares that stand"), _("The sum of the shares that stand in the table below."), number=pool.standing),
        Figure(
            _("Price of a share now") if pool.state in Pool.OPEN_STATES else _("Price of a share"),
            price_sentence(sheet),
            amount=sheet.price_now,
        ),
    ]


def minimum_sentence(sheet: CostSheet) -> str:
    return (
        _("So many shares are wanted at least, whatever they bring.")
        if sheet.pool.minimum > 1
        else _("No more than one share is wanted for its own sake.")
    )


def threshold_sentence(sheet: CostSheet) -> str:
    """N0 = max(minimum, ceil(C / M)), in words and figures."""
    return _(
        "What is to be raised, divided by the ceiling and rounded up to whole shares: %(to_raise)s ÷ %(ceiling)s gives "
        "%(needed)d. The threshold is the larger of this and the minimum of %(minimum)d."
    ) % {
        "to_raise": format_chf(sheet.pool.to_raise),
        "ceiling": format_chf(sheet.pool.ceiling),
        "needed": sheet.needed,
        "minimum": sheet.pool.minimum,
    }


def price_sentence(sheet: CostSheet) -> str:
    """How the price of a share comes about: fixed, or q and r of q, r = divmod(C, N)."""
    figures = {
        "to_raise": format_chf(sheet.pool.to_raise),
        "ceiling": format_chf(sheet.pool.ceiling),
        "n": sheet.divided_by,
        "r": sheet.remainder,
        "q": format_chf(sheet.quotient),
        "more": format_chf(sheet.quotient + 1),
    }
    if not sheet.pool.is_split:
        return _("The price is fixed: every share costs the ceiling, and what pledges pay is shares × price.")
    if not sheet.divided_by:
        return (
            _(
                "What is to be raised is split evenly over the shares that stand once prices lock. As long as the "
                "threshold is not reached, it is certain only that a share costs %(ceiling)s at most."
            )
            % figures
        )
    if not sheet.remainder:
        return _("What is to be raised, split evenly over %(n)d shares: %(to_raise)s ÷ %(n)d = %(q)s.") % figures
    return (
        ngettext(
            "What is to be raised, split evenly over %(n)d shares: each costs %(q)s, and %(r)d times 0.01 is left "
            "over. So the first share in order of pledging costs %(more)s, each other one %(q)s.",
            "What is to be raised, split evenly over %(n)d shares: each costs %(q)s, and %(r)d times 0.01 is left "
            "over. So the first %(r)d shares in order of pledging cost %(more)s each, the others %(q)s.",
            sheet.remainder,
        )
        % figures
    )


def money_figures(sheet: CostSheet) -> list[Figure]:
    """From what organisations paid to what is missing or left over."""
    money = sheet.money
    figures = [
        Figure(_("Paid by the organisations"), _("The sum of the column “Paid”."), amount=money.captured),
        Figure(
            _("Less what was not owed"),
            _("The sums of “To be paid back” and “Paid back”, without what is paid out as a surplus below."),
            amount=-sheet.not_kept,
        ),
        Figure(_("Drawn from the guarantee"), amount=money.drawn),
        Figure(_("Borne by the operator"), amount=money.absorbed),
        Figure(_("There is"), _("The sum of the four lines above."), amount=sheet.available),
        Figure(_("To be raised"), amount=sheet.pool.to_raise),
    ]
    if sheet.difference < 0:
        came_to_nothing = sheet.pool.state in (PoolState.LAPSED, PoolState.CANCELLED)
        label = _("Not raised") if came_to_nothing else _("Still missing")
        return [*figures, Figure(label, _("To be raised, less what there is."), amount=-sheet.difference)]
    return [*figures, Figure(_("Surplus"), _("What there is, less what is to be raised."), amount=sheet.difference)]


def payout_figures(sheet: CostSheet) -> list[Figure]:
    """Who got the surplus; nothing where none was paid out."""
    labels = {
        PayoutTo.OPERATOR: _("To the operator, who had borne as much"),
        PayoutTo.GUARANTOR: _("To the guarantor"),
        PayoutTo.PAYER: _("To the organisations that paid, by shares"),
        PayoutTo.FUND: _("To the solidarity fund"),
    }
    paid = [Figure(labels[to], amount=sheet.payouts[to]) for to in labels if sheet.payouts.get(to)]
    if not paid:
        return []
    rest = _("The surplus, less what was paid out: %(surplus)s − %(paid_out)s.") % {
        "surplus": format_chf(sheet.difference),
        "paid_out": format_chf(sheet.paid_out),
    }
    return [*paid, Figure(_("Left over"), rest, amount=sheet.rest)]
