"""A pool told for those who would rather look than read: its calendar, its history, and where its money goes."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from pooling.accounts import money_of
from pooling.calendar import Moment, calendar_of
from pooling.charts import Flow, History, flow_of, history_of_shares
from pooling.models import Pool, PoolState

register = template.Library()

# What each moment of the calendar is called, and what it means for the money. Texts may name %(n)d, the threshold, and
# %(days)d, the days of the mending window.
MOMENTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "opened": (_("Pledging began"), ""),
    "threshold": (
        ngettext_lazy("As soon as %(n)d share stands", "As soon as %(n)d shares stand", "n"),
        ngettext_lazy(
            "All pledges are binding then, and each organisation pays its shares. If a payment does not work, there is "
            "%(days)d day to mend it.",
            "All pledges are binding then, and each organisation pays its shares. If a payment does not work, there "
            "are %(days)d days to mend it.",
            "days",
        ),
    ),
    "enough": (
        ngettext_lazy("As soon as %(n)d share stands", "As soon as %(n)d shares stand", "n"),
        _("The workshop is financed then. With each further share all of them become cheaper."),
    ),
    "falling": (_("The threshold is reached"), _("With each further share all of them become cheaper.")),
    "locking": (
        _("Pledging ends, prices are locked"),
        ngettext_lazy(
            "If enough shares stand, each organisation pays its part of the cost, and there is %(days)d day to mend a "
            "payment. If shares are missing, nobody pays.",
            "If enough shares stand, each organisation pays its part of the cost, and there are %(days)d days to mend "
            "a payment. If shares are missing, nobody pays.",
            "days",
        ),
    ),
    "closing": (
        _("Pledging ends"),
        _("If shares are missing then, the workshop does not come about, and nobody pays."),
    ),
    "last_call": (_("Pledging ends"), _("Until then organisations can join as long as shares are free.")),
    "funded": (_("The threshold was reached"), _("Since then the pledges are binding.")),
    "collecting": (
        _("Payments are being collected"),
        ngettext_lazy(
            "If one does not work, the organisation has %(days)d day to mend it.",
            "If one does not work, the organisation has %(days)d days to mend it.",
            "days",
        ),
    ),
    "gap": (
        _("Money is missing"),
        _("Not all payments came in. Until the gap is closed, it is open whether the workshop takes place."),
    ),
    "confirmed": (_("The money was there"), _("Since then it is certain that the workshop takes place.")),
    "lapsed": (_("Pledging ended"), _("The threshold was not reached. Nobody was charged.")),
    "cancelled": (_("The workshop was called off"), _("Whoever had paid gets everything back.")),
    "closed": (_("The accounts were settled"), ""),
    "start": (_("The workshop begins"), ""),
    "started": (_("The workshop began"), ""),
    "today": (_("Today"), ""),
}
# What was certain since then is not once the workshop was called off.
CERTAIN = {"funded", "confirmed"}
PARTS = {
    "subsidy": _("Subsidy"),
    "paid": _("Paid by organisations"),
    "pledged": _("Pledged, not paid yet"),
    "guarantor": _("Given by the guarantor"),
    "operator": _("Borne by the operator"),
    "missing": _("Still missing"),
    "cost": _("Cost of the workshop"),
    "refunds": _("Refunds"),
    "surplus": _("Surplus"),
}


@register.filter
def moment_title(moment: Moment, pool: Pool) -> str:
    """What the moment is called; a pool's state in words where there is nothing better."""
    title, _meaning = MOMENTS.get(moment.kind, (pool.get_state_display(), ""))
    return str(title % figures_of(pool))


@register.filter
def moment_meaning(moment: Moment, pool: Pool) -> str:
    """What it means for the money, if anything."""
    if pool.state == PoolState.CANCELLED and moment.kind in CERTAIN:
        return ""
    _title, meaning = MOMENTS.get(moment.kind, ("", ""))
    return str(meaning % figures_of(pool))


@register.filter
def mark_title(kind: str, pool: Pool) -> str:
    """What a mark on the time axis is called."""
    return str(MOMENTS.get(kind, (pool.get_state_display(), ""))[0] % figures_of(pool))


def figures_of(pool: Pool) -> dict[str, int]:
    return {"n": pool.threshold, "days": pool.mending_days}


@register.filter
def part_title(kind: str) -> str:
    return str(PARTS[kind])


@register.inclusion_tag("pooling/_calendar.html")
def pool_calendar(pool: Pool) -> dict[str, Any]:
    """What happens when, as a list in which one sees where one stands."""
    return {"pool": pool, "moments": calendar_of(pool, now=timezone.now())}


@register.inclusion_tag("pooling/_story.html")
def pool_story(pool: Pool | None) -> dict[str, Any]:
    """The charts of a public pool: its shares over time, and its money unless it came to nothing."""
    if pool is None or pool.opened_at is None:
        return {"pool": None}
    events = pool.events.only("pool", "kind", "at", "pledge", "figures").order_by("pk")
    came_to_nothing = pool.state in (PoolState.LAPSED, PoolState.CANCELLED)
    return story_of(
        pool,
        history_of_shares(pool, events, now=timezone.now()),
        None if came_to_nothing else flow_of(pool, money_of(pool)),
    )


def story_of(pool: Pool, history: History | None, flow: Flow | None) -> dict[str, Any]:
    """What the charts' template reads."""
    sides = [(gettext("Comes from"), flow.comes_from), (gettext("Is for"), flow.goes_to)] if flow else []
    return {"pool": pool, "history": history, "flow": flow, "sides": sides}
