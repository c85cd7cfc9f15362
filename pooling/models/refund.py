"""Money that goes back."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField


class RefundState(models.TextChoices):
    DUE = "due", _("is being prepared")
    SENDING = "sending", _("is on its way")
    SUCCEEDED = "succeeded", _("paid back")
    FAILED = "failed", _("failed")


class RefundReason(models.TextChoices):
    CANCELLED = "cancelled", _("The workshop was called off.")
    NOT_OWED = "not_owed", _("The payment was no longer owed.")
    SURPLUS = "surplus", _("More money came together than the workshop cost.")


class RefundQuerySet(models.QuerySet["Refund"]):
    def due(self, *, now: datetime) -> RefundQuerySet:
        """To be sent now: never sent, put off until now, or sent by a process that is gone."""
        return self.filter(state__in=[RefundState.DUE, RefundState.SENDING], next_look_at__lte=now)

    def counted_as_due(self) -> RefundQuerySet:
        """What DESIGN.md calls "refund due": due, sending and failed."""
        return self.exclude(state=RefundState.SUCCEEDED)


class Refund(models.Model):
    """`amount` Rappen of what `attempt` brought goes back the way it came.

    Its key and parameters are stored before the provider hears of it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    charge = models.ForeignKey("pooling.Charge", on_delete=models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey("pooling.Attempt", on_delete=models.PROTECT, related_name="refunds")
    amount = RappenField()
    payout = models.ForeignKey("pooling.Payout", null=True, on_delete=models.PROTECT, related_name="refunds")
    reason = models.CharField(max_length=12, choices=RefundReason.choices)
    state = models.CharField(max_length=10, choices=RefundState.choices, default=RefundState.DUE)
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    ref = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=60, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="refund_is_of_something"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_is_known"),
            models.CheckConstraint(
                condition=Q(reason="surplus", payout__isnull=False) | ~Q(reason="surplus") & Q(payout=None),
                name="refund_of_a_surplus_names_its_payout",
            ),
            models.UniqueConstraint(fields=["ref"], condition=~Q(ref=""), name="refund_ref_is_unique"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def key(self) -> str:
        """The idempotency key of this refund at its provider."""
        return f"refund-{self.uuid}"
