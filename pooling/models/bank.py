"""Money that arrived on the operator's account, as staff read it off the bank's statement."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField


class Receipt(models.Model):
    """`amount` Rappen that a transfer brought for a charge by invoice, whether it was owed or not.

    Rows are only ever added: the database refuses to change or delete one. The bank's reference is unique, in capitals
    and without spaces, so that a payment which is entered twice counts once.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    charge = models.ForeignKey("pooling.Charge", on_delete=models.PROTECT, related_name="receipts")
    amount = RappenField()
    value_date = models.DateField()
    reference = models.CharField(max_length=100, unique=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects: ClassVar = models.Manager["Receipt"]()

    class Meta:
        verbose_name = _("payment by transfer")
        verbose_name_plural = _("payments by transfer")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="receipt_is_of_something"),
            models.CheckConstraint(condition=~Q(reference=""), name="receipt_has_its_reference"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def captured(self) -> int:
        """What it brought, called as it is for an attempt."""
        return self.amount
