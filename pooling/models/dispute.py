"""A payer's bank doubts a payment and asks for it back: what the provider says of it, and what it took."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField


class DisputeState(models.TextChoices):
    NEEDS_RESPONSE = "needs_response", _("waits for the operator's answer")
    UNDER_REVIEW = "under_review", _("is being examined by the bank")
    WON = "won", _("decided for the operator")
    LOST = "lost", _("decided for the payer")
    CLOSED = "closed", _("ended without a decision")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def undecided(self) -> DisputeQuerySet:
        """All that are open, mere questions of a bank included."""
        return self.filter(state__in=Dispute.OPEN_STATES)

    def holding(self) -> DisputeQuerySet:
        """Those during which the provider sends nothing of the payment back. A bank's question holds nothing up."""
        return self.undecided().filter(is_inquiry=False)

    def unanswered(self) -> DisputeQuerySet:
        return self.filter(state=DisputeState.NEEDS_RESPONSE)

    def lost(self) -> DisputeQuerySet:
        return self.filter(state=DisputeState.LOST)

    def charged_back(self) -> int:
        """Rappen that banks took back for good."""
        return int(self.aggregate(sum=Coalesce(Sum("charged_back"), 0))["sum"])


class Dispute(models.Model):
    """The bank of whoever paid `attempt` doubts `amount` Rappen of it.

    While it is open the provider holds `withdrawn` Rappen, which count as paid until it is decided. One that is lost
    charges `charged_back` back: `amount`, or what was left of the payment where it had been refunded before; the rest
    is a loss of the operator beside the pool. An inquiry only asks, and withdraws nothing.
    """

    OPEN_STATES: ClassVar = (DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW)

    provider = models.CharField(max_length=12)
    ref = models.CharField(max_length=255)
    attempt = models.ForeignKey("pooling.Attempt", on_delete=models.PROTECT, related_name="disputes")
    amount = RappenField()
    reason = models.CharField(max_length=60, blank=True)  # the provider's code
    is_inquiry = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=DisputeState.choices)
    opened_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True)  # until then the operator may answer
    closed_at = models.DateTimeField(null=True)
    withdrawn = RappenField(default=0)
    reinstated = RappenField(default=0)
    movements = models.PositiveSmallIntegerField(default=0)  # of the provider's balance: they only ever become more
    charged_back = RappenField(default=0)
    next_look_at = models.DateTimeField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "ref"], name="dispute_ref_is_unique"),
            models.CheckConstraint(condition=Q(state__in=DisputeState.values), name="dispute_state_is_known"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, withdrawn__gte=0, reinstated__gte=0), name="dispute_is_of_something"
            ),
            models.CheckConstraint(
                condition=Q(state="lost", charged_back__gte=0, charged_back__lte=F("amount"))
                | ~Q(state="lost") & Q(charged_back=0),
                name="dispute_charges_back_once_it_is_lost",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["needs_response", "under_review"], closed_at=None)
                | Q(state__in=["won", "lost", "closed"], closed_at__isnull=False),
                name="dispute_decided_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def beyond(self) -> int:
        """Rappen that the bank took although they had been refunded before: a loss beside the pool's money."""
        return self.amount - self.charged_back if self.state == DisputeState.LOST else 0
