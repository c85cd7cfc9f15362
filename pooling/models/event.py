"""What happened to a pool, in order.

Rows are only ever added: the database refuses to change or delete one (see the migration).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from home.freshness import POOLS, changed

if TYPE_CHECKING:
    from members.models import User

    from .charge import Charge
    from .pledge import Pledge
    from .pool import Pool
    from .refund import Refund


class PoolEvent(models.Model):
    """One thing that happened. Ids and figures only, never a name: people may be erased, this may not."""

    pool = models.ForeignKey("pooling.Pool", on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    pledge = models.ForeignKey("pooling.Pledge", null=True, on_delete=models.PROTECT, related_name="events")
    charge = models.ForeignKey("pooling.Charge", null=True, on_delete=models.PROTECT, related_name="events")
    refund = models.ForeignKey("pooling.Refund", null=True, on_delete=models.PROTECT, related_name="events")
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("pool's event")
        verbose_name_plural = _("pool's events")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind}"


def event(
    pool: Pool,
    kind: str,
    *,
    now: datetime,
    by: User | None = None,
    pledge: Pledge | None = None,
    charge: Charge | None = None,
    refund: Refund | None = None,
    **figures: Any,
) -> PoolEvent:
    """An event that is not saved yet, for those who write many at once."""
    return PoolEvent(pool=pool, at=now, kind=kind, by=by, pledge=pledge, charge=charge, refund=refund, figures=figures)


def record(pool: Pool, kind: str, *, now: datetime, **details: Any) -> PoolEvent:
    """Add an event to the pool's history. Call it in the transaction that does what it tells.

    Pages that show pools are old when that is committed.
    """
    happened = event(pool, kind, now=now, **details)
    happened.save(force_insert=True)
    changed(POOLS)
    return happened


def record_all(pool: Pool, events: list[PoolEvent]) -> None:
    """Add several events at once, in their order. As record()."""
    pool.events.bulk_create(events)
    changed(POOLS)
