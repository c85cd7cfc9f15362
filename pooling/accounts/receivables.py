"""What organisations still owe, by age: each invoice that is unpaid or paid in part, each payment that waits for the
person. Reads only.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Case, CharField, Count, F, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _

from pooling.models import Charge
from pooling.models.charge import ChargeQuerySet

# The last day of overdue of each age but the first and the last one.
AGES = (("d30", 30), ("d60", 60), ("d90", 90))
NOT_DUE, OLDEST = "not_due", "older"
LABELS = {
    NOT_DUE: _("not due yet"),
    "d30": _("1 to 30 days overdue"),
    "d60": _("31 to 60 days overdue"),
    "d90": _("61 to 90 days overdue"),
    OLDEST: _("more than 90 days overdue"),
}


def receivables(*, now: datetime, written_off: bool = False) -> ChargeQuerySet:
    """All of them, each with `due` (a moment), `left` (Rappen) and `age`, which is counted in whole days of ours.

    A payment by card is due at the end of its mending window: until then it costs nobody a place. Those that were
    written off are none any more; `written_off` gives them instead.
    """
    midnight = make_aware(datetime.combine(localtime(now).date(), time.min))
    since = [When(due__gte=midnight, then=Value(NOT_DUE))]
    since += [When(due__gte=days_before(midnight, days), then=Value(age)) for age, days in AGES]
    waiting: ChargeQuerySet = Charge.objects.filter(state__in=Charge.WAITING_STATES)
    waiting = waiting.filter(invoice__write_off__isnull=not written_off)
    return waiting.annotate(due=Coalesce("invoice__due_at", "mend_until"), left=F("amount") - F("captured")).annotate(
        age=Case(*since, default=Value(OLDEST), output_field=CharField())
    )


def days_before(midnight: datetime, days: int) -> datetime:
    """The midnight so many days earlier, whatever clocks did in between."""
    return make_aware(datetime.combine((midnight - timedelta(days=days)).date(), time.min))


def sums_by_age(charges: ChargeQuerySet) -> list[tuple[str, int, int]]:
    """Age, number and Rappen that are open, youngest first; ages of which there are none as well."""
    rows = charges.order_by().values("age").annotate(n=Count("pk"), total=Sum("left"))
    found = {row["age"]: (row["n"], row["total"]) for row in rows}
    return [(age, *found.get(age, (0, 0))) for age in LABELS]
