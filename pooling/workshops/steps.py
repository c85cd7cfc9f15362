"""What staff can do with a pool after it has opened, beside calling it off: each step, when it is possible, and what it
will do in figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.timezone import now as time_now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.dates import date_in_words
from pooling.actions.backing import absorb_gap, balance_of, can_be_drawn, draw_guarantee, record_guarantee
from pooling.actions.closing import UNDER_WAY, close_pool, settlement_of
from pooling.actions.revising import extend_pool, grow_subsidy
from pooling.models import Charge, Pool, PoolState
from pooling.money import format_chf

from .bank_steps import BANK_STEPS
from .forms import MomentFormField, RappenFormField
from .step import Step, Typed, letters


class ExtendForm(forms.Form):
    closes_at = MomentFormField(label=gettext_lazy("New closing time"))


class SubsidyForm(forms.Form):
    subsidy = RappenFormField(label=gettext_lazy("New subsidy in CHF"))


class GuaranteeForm(forms.Form):
    guarantor = forms.CharField(label=gettext_lazy("Guarantor"), max_length=200)
    limit = RappenFormField(label=gettext_lazy("At most, in CHF"))
    promised_on = forms.DateField(
        label=gettext_lazy("Promised in writing on"), widget=forms.DateInput(attrs={"type": "date"})
    )


def why_not_to_revise(pool: Pool, now: datetime) -> str:
    if pool.state != PoolState.OPEN or now >= pool.closes_at:
        return _("This is possible only while the pool is open and its threshold is not reached.")
    return ""


def why_not_to_extend(pool: Pool, now: datetime) -> str:
    if pool.extended_from is not None:
        return _("The closing time was moved once already. It can't be moved again.")
    return why_not_to_revise(pool, now)


def why_not_to_promise(pool: Pool, now: datetime) -> str:
    if pool.state not in Pool.OPEN_STATES:
        return _("The pool has ended.")
    if balance_of(pool).drawn:
        return _("The guarantee has been drawn on already. It can't be changed any more.")
    return ""


def why_not_to_draw(pool: Pool, now: datetime) -> str:
    if why_not := why_not_to_absorb(pool, now):
        return why_not
    return "" if can_be_drawn(pool) > 0 else _("There is no guarantee left to draw on.")


def why_not_to_absorb(pool: Pool, now: datetime) -> str:
    if pool.state != PoolState.SHORT:
        return _("This is possible only when all payments are final and money is missing.")
    return ""


def why_not_to_close(pool: Pool, now: datetime) -> str:
    if pool.state != PoolState.CONFIRMED:
        return _("Only a workshop that takes place can be settled.")
    if now < pool.starts_at:
        return _("The workshop has not begun yet. It is settled after it was held.")
    if Charge.objects.filter(pledge__pool=pool, state__in=UNDER_WAY).exists():
        return _("Payments are still on their way. Please try again in a few minutes.")
    return ""


def effects_of_extending(pool: Pool, typed: Typed) -> list[str]:
    moments = {
        "before": date_in_words(pool.closes_at, "DATETIME_FORMAT"),
        "after": date_in_words(typed["closes_at"], "DATETIME_FORMAT"),
    }
    moved = _("The closing time moves from %(before)s to %(after)s. It can't be moved a second time.") % moments
    return [moved, letters(pool.pledges.live().count())]


def effects_of_subsidy(pool: Pool, typed: Typed) -> list[str]:
    kept = {name: getattr(pool, name) for name in ("cost", "ceiling", "minimum", "pricing", "capacity", "closes_at")}
    grown = Pool(**kept, subsidy=typed["subsidy"], state=pool.state, standing=pool.standing)
    figures = {"before": format_chf(pool.subsidy), "after": format_chf(typed["subsidy"])}
    lines = [
        _("The subsidy grows from %(before)s to %(after)s.") % figures,
        _("The threshold falls from %(before)d to %(after)d shares. Nobody's price rises.")
        % {"before": pool.threshold, "after": grown.threshold},
    ]
    if grown.locks_prices(now=time_now()):
        lines.append(
            _("%(n)d shares stand already: prices lock at once, and %(amount)s are charged.")
            % {"n": pool.standing, "amount": format_chf(grown.worth_of(grown.standing))}
        )
    return [*lines, letters(pool.pledges.placed().count())]


def effects_of_promise(pool: Pool, typed: Typed) -> list[str]:
    figures = {"who": typed["guarantor"], "amount": format_chf(typed["limit"])}
    return [
        _("%(who)s gives up to %(amount)s, if money is missing after all payments are final.") % figures,
        _("It does not count for the threshold, and nothing is drawn before you say so."),
    ]


def effects_of_drawing(pool: Pool, typed: Typed) -> list[str]:
    gap, amount = balance_of(pool).gap, can_be_drawn(pool)
    lines = [_("%(amount)s are drawn from the guarantee.") % {"amount": format_chf(amount)}]
    if gap > amount:
        return [*lines, _("%(amount)s are missing then.") % {"amount": format_chf(gap - amount)}]
    return [*lines, _("The workshop takes place."), letters(pool.pledges.standing().count())]


def effects_of_absorbing(pool: Pool, typed: Typed) -> list[str]:
    bears = _("The operator bears %(amount)s.") % {"amount": format_chf(balance_of(pool).gap)}
    return [bears, _("The workshop takes place."), letters(pool.pledges.standing().count())]


def effects_of_closing(pool: Pool, typed: Typed) -> list[str]:
    will = settlement_of(pool)
    parts = [
        (will.absorbed, _("The operator bears %(amount)s that are missing.")),
        (will.operator, _("%(amount)s go to the operator, who absorbed as much.")),
        (will.guarantor, _("%(amount)s go back to the guarantor.")),
        (will.payers, _("%(amount)s go back to the organisations that paid, %(each)s per share.")),
        (will.fund, _("%(amount)s go to the solidarity fund.")),
    ]
    lines = [
        sentence % {"amount": format_chf(amount), "each": format_chf(will.per_share)}
        for amount, sentence in parts
        if amount
    ]
    return [*(lines or [_("Nothing is left over, and nothing is missing.")]), letters(pool.pledges.standing().count())]


STEPS = (
    Step(
        slug="extend",
        title=gettext_lazy("More time to pledge"),
        button=gettext_lazy("Move the closing time"),
        done=gettext_lazy("The closing time is moved, and everybody is told."),
        why_not=why_not_to_extend,
        effects=effects_of_extending,
        run=lambda pool, typed, by, now: extend_pool(pool=pool, closes_at=typed["closes_at"], by=by, now=now),
        form=ExtendForm,
    ),
    Step(
        slug="subsidy",
        title=gettext_lazy("More subsidy"),
        button=gettext_lazy("Let the subsidy grow"),
        done=gettext_lazy("The subsidy has grown, and everybody is told."),
        why_not=why_not_to_revise,
        effects=effects_of_subsidy,
        run=lambda pool, typed, by, now: grow_subsidy(pool=pool, subsidy=typed["subsidy"], by=by, now=now),
        form=SubsidyForm,
    ),
    Step(
        slug="guarantee",
        title=gettext_lazy("Guarantee"),
        button=gettext_lazy("Write down the guarantee"),
        done=gettext_lazy("The guarantee is written down."),
        why_not=why_not_to_promise,
        effects=effects_of_promise,
        run=lambda pool, typed, by, now: record_guarantee(pool=pool, by=by, now=now, **typed),
        form=GuaranteeForm,
    ),
    Step(
        slug="draw",
        title=gettext_lazy("Draw on the guarantee"),
        button=gettext_lazy("Draw on the guarantee"),
        done=gettext_lazy("The guarantee was drawn on."),
        why_not=why_not_to_draw,
        effects=effects_of_drawing,
        run=lambda pool, typed, by, now: draw_guarantee(pool=pool, by=by, now=now),
    ),
    Step(
        slug="absorb",
        title=gettext_lazy("Bear what is missing"),
        button=gettext_lazy("Bear what is missing"),
        done=gettext_lazy("The operator bears what is missing. The workshop takes place."),
        why_not=why_not_to_absorb,
        effects=effects_of_absorbing,
        run=lambda pool, typed, by, now: absorb_gap(pool=pool, by=by, now=now),
    ),
    Step(
        slug="close",
        title=gettext_lazy("Settle"),
        button=gettext_lazy("Settle the workshop"),
        done=gettext_lazy("The workshop is settled. Letters and refunds go out within the next minutes."),
        why_not=why_not_to_close,
        effects=effects_of_closing,
        run=lambda pool, typed, by, now: close_pool(pool=pool, by=by, now=now),
    ),
    *BANK_STEPS,
)


@dataclass(frozen=True)
class Offered:
    """A step as the pool's page shows it: possible, or why not."""

    step: Step
    why_not: str


def steps_of(pool: Pool, *, may_publish: bool, now: datetime) -> list[Offered]:
    """All steps, with the reason for those that are not possible now."""
    forbidden = "" if may_publish else _("Only people who may publish this page can do this.")
    return [Offered(step, forbidden or step.why_not(pool, now)) for step in STEPS]
