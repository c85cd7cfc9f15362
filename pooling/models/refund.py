"""Money that goes back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField

from .dispute import Dispute


class RefundState(models.TextChoices):
    DUE = "due", _("is being prepared")
    SENDING = "sending", _("is on its way")
    SUCCEEDED = "succeeded", _("paid back")
    FAILED = "failed", _("failed")
    PAID_OUT = "paid_out", _("paid back by transfer")
    VOID = "void", _("no longer needed")


class RefundReason(models.TextChoices):
    CANCELLED = "cancelled", _("The workshop was called off.")
    NOT_OWED = "not_owed", _("The payment was no longer owed.")
    SURPLUS = "surplus", _("More money came together than the workshop cost.")
    OUTSIDE = "outside", _("The operator paid it back.")


def is_disputed() -> Exists:
    """Whether the payment that a refund is of has a dispute which holds it up."""
    return Exists(Dispute.objects.holding().filter(attempt=OuterRef("attempt")))


class RefundQuerySet(models.QuerySet["Refund"]):
    def due(self, *, now: datetime) -> RefundQuerySet:
        """To be sent to a provider now: never sent, put off until now, or sent by a process that is gone.

        What is due of a payment that is disputed waits until that is decided.
        """
        unsent = self.filter(state__in=[RefundState.DUE, RefundState.SENDING], next_look_at__lte=now)
        return unsent.filter(attempt__isnull=False).exclude(Q(state=RefundState.DUE) & is_disputed())

    def by_hand(self) -> RefundQuerySet:
        """Those that staff have to transfer: of what was paid by invoice, and what no provider could send.

        None of a payment that is disputed: the bank might give it back, too.
        """
        waiting = self.filter(Q(state=RefundState.FAILED) | Q(state=RefundState.DUE, receipt__isnull=False))
        return waiting.exclude(is_disputed())

    def held_up(self) -> RefundQuerySet:
        """Those that wait until the dispute of their payment is decided."""
        return self.counted_as_due().filter(is_disputed())

    def counted_as_due(self) -> RefundQuerySet:
        """What DESIGN.md calls "refund due": due, sending and failed."""
        return self.exclude(state__in=Refund.DONE_STATES)


class Refund(models.Model):
    """`amount` Rappen of what `attempt` or `receipt` brought go back.

    To a provider they go back the way they came; the key and parameters are stored before it hears of it. What came by
    transfer waits as due until staff have sent it back, and so does what a provider could not send. If the bank takes
    the transfer back by itself, the refund shrinks, and is void when nothing is left of it.
    """

    DONE_STATES: ClassVar = (RefundState.SUCCEEDED, RefundState.PAID_OUT, RefundState.VOID)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    charge = models.ForeignKey("pooling.Charge", on_delete=models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey("pooling.Attempt", null=True, on_delete=models.PROTECT, related_name="refunds")
    receipt = models.ForeignKey("pooling.Receipt", null=True, on_delete=models.PROTECT, related_name="refunds")
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
    # The provider's name of a refund that staff made in its own dashboard, and that settled this one.
    settled_by = models.CharField(max_length=255, blank=True)
    settled_at = models.DateTimeField(null=True)
    # When it was transferred by hand: the day, the bank's reference, and who entered it. Nobody has entered what a
    # command found in a file of the bank.
    paid_on = models.DateField(null=True)
    paid_ref = models.CharField(max_length=100, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(null=True)  # since then a payment file for the bank names it

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="void", amount=0) | ~Q(state="void") & Q(amount__gte=1), name="refund_is_of_something"
            ),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_is_known"),
            models.CheckConstraint(
                condition=Q(reason="surplus", payout__isnull=False) | ~Q(reason="surplus") & Q(payout=None),
                name="refund_of_a_surplus_names_its_payout",
            ),
            models.UniqueConstraint(fields=["ref"], condition=~Q(ref=""), name="refund_ref_is_unique"),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False, receipt=None) | Q(attempt=None, receipt__isnull=False),
                name="refund_is_of_one_payment",
            ),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False) | Q(state__in=["due", "paid_out", "void"]),
                name="refund_by_hand_is_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(state="paid_out", paid_on__isnull=False) & ~Q(paid_ref="")
                | ~Q(state="paid_out") & Q(paid_on=None, paid_by=None, paid_ref=""),
                name="refund_paid_out_says_how",
            ),
            models.UniqueConstraint(fields=["paid_ref"], condition=~Q(paid_ref=""), name="refund_paid_ref_is_unique"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def waits_for_staff(self) -> bool:
        """Whether only staff can send it. Unlike RefundQuerySet.by_hand of one that is held up, too: what was
        transferred is entered.
        """
        return self.state == RefundState.FAILED or (self.state == RefundState.DUE and self.receipt_id is not None)

    @property
    def is_held_up(self) -> bool:
        """Whether it waits until the dispute of its payment is decided."""
        disputed = self.state not in self.DONE_STATES and self.attempt_id is not None
        return disputed and Dispute.objects.holding().filter(attempt=self.attempt_id).exists()

    @property
    def key(self) -> str:
        """The idempotency key of this refund at its provider."""
        return f"refund-{self.uuid}"
