"""Money beside what organisations pay: a guarantor's promise, a gap that the operator absorbs, and what a surplus paid.

Rows are added and never changed: what was drawn and what went back stand side by side.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField


class Guarantee(models.Model):
    """A written promise to give up to `limit` Rappen if money is missing. It never counts for the threshold."""

    pool = models.OneToOneField("pooling.Pool", on_delete=models.PROTECT, related_name="guarantee")
    guarantor = models.CharField(_("guarantor"), max_length=200)
    limit = RappenField(_("at most"), validators=[MinValueValidator(1)])
    promised_on = models.DateField(_("promised in writing on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("guarantee")
        verbose_name_plural = _("guarantees")
        constraints = [models.CheckConstraint(condition=Q(limit__gte=1), name="guarantee_is_of_something")]

    def __str__(self) -> str:
        return f"{self.guarantor}: {self.limit}"


class BackingKind(models.TextChoices):
    DRAWN = "drawn", _("drawn from the guarantee")
    RETURNED = "returned", _("given back to the guarantor")
    ABSORBED = "absorbed", _("absorbed by the operator")
    REVERSED = "reversed", _("no longer absorbed")


class Backing(models.Model):
    """`amount` Rappen that fill a pool's gap, or that are taken back because it was called off."""

    pool = models.ForeignKey("pooling.Pool", on_delete=models.PROTECT, related_name="backings")
    kind = models.CharField(max_length=10, choices=BackingKind.choices)
    amount = RappenField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("backing")
        verbose_name_plural = _("backings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="backing_is_of_something"),
            models.CheckConstraint(condition=Q(kind__in=BackingKind.values), name="backing_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.kind} {self.amount}"


class PayoutTo(models.TextChoices):
    OPERATOR = "operator", _("the operator, for what was absorbed")
    GUARANTOR = "guarantor", _("the guarantor")
    PAYER = "payer", _("an organisation that paid")
    FUND = "fund", _("the solidarity fund")


class Payout(models.Model):
    """`amount` Rappen of a surplus. To an organisation it goes as refunds of its payment, which name this row.

    What a bank charges back before such a refund was sent is taken off, down to nothing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pool = models.ForeignKey("pooling.Pool", on_delete=models.PROTECT, related_name="payouts")
    to = models.CharField(max_length=10, choices=PayoutTo.choices)
    pledge = models.ForeignKey("pooling.Pledge", null=True, on_delete=models.PROTECT, related_name="payouts")
    amount = RappenField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1) | Q(to="payer", amount=0), name="payout_is_of_something"),
            models.CheckConstraint(
                condition=Q(to="payer", pledge__isnull=False)
                | Q(to__in=["operator", "guarantor", "fund"], pledge__isnull=True),
                name="payout_names_who_paid",
            ),
            models.UniqueConstraint(fields=["pledge"], name="payout_is_one_per_pledge"),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.amount}"
