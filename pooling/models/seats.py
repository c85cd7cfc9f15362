"""Seats of a pledge that another organisation may use. Who pays, and who gets refunds, stays as it was."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.attending import ADDRESSES
from members.models.keeping import until
from members.models.outgoing import Outgoing


class SeatGiftQuerySet(models.QuerySet["SeatGift"]):
    def live(self) -> SeatGiftQuerySet:
        """Those that were not taken back."""
        return self.filter(taken_back_at=None)

    def number(self) -> int:
        """How many seats in all."""
        return int(self.aggregate(sum=models.Sum("number"))["sum"] or 0)

    def forgettable(self, *, now: datetime) -> SeatGiftQuerySet:
        """Those whose address is needed no more."""
        over = Q(taken_back_at__isnull=False) | Q(pledge__pool__starts_at__lte=until(ADDRESSES, now=now))
        return self.filter(over, letter="").exclude(email="")


class SeatGift(Outgoing):
    """`number` seats of a pledge for the organisation called `name`, which need not be here. The letter goes to
    `email`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="seat_gifts")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=70)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    objects: ClassVar = SeatGiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("seats for another organisation")
        verbose_name_plural = _("seats for other organisations")
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(number__gte=1) & ~Q(name=""), name="seatgift_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.number}"
