"""What a pledge owes, and each call to a provider to collect it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField

from .method import PaysBy

if TYPE_CHECKING:
    from .bank import Receipt


class ChargeState(models.TextChoices):
    DUE = "due", _("is being prepared")
    SENDING = "sending", _("is on its way")
    SUCCEEDED = "succeeded", _("paid")
    ACTION_REQUIRED = "action_required", _("needs you")
    ISSUED = "issued", _("invoice to be paid")
    PART_PAID = "part_paid", _("paid in part")
    PAID = "paid", _("paid by invoice")
    FAILED = "failed", _("did not arrive")
    VOID = "void", _("void")


class ChargeQuerySet(models.QuerySet["Charge"]):
    def due(self) -> ChargeQuerySet:
        return self.filter(state=ChargeState.DUE)

    def live(self) -> ChargeQuerySet:
        return self.exclude(state=ChargeState.VOID)

    def open(self) -> ChargeQuerySet:
        """Nobody knows yet whether they will be paid."""
        return self.filter(state__in=[ChargeState.DUE, ChargeState.SENDING, *Charge.WAITING_STATES])

    def undecided(self, *, now: datetime) -> ChargeQuerySet:
        """The open ones of which time will tell. Invoices that are unpaid when the workshop starts stay receivables."""
        return self.open().exclude(state__in=Charge.INVOICED_STATES, pledge__pool__starts_at__lte=now)

    def overdue(self, *, now: datetime) -> ChargeQuerySet:
        """Waiting for the person longer than the mending window; an invoice longer than its term and that window."""
        late = self.filter(state__in=Charge.WAITING_STATES, mend_until__lte=now)
        return late.exclude(state__in=Charge.INVOICED_STATES, pledge__pool__starts_at__lte=now)

    def captured(self) -> ChargeQuerySet:
        return self.filter(captured__gt=0)


class Charge(models.Model):
    """`amount` Rappen that a pledge owes since prices locked. `captured` is what arrived for it, whatever its state."""

    # Waiting for the organisation: with a link to pay, or with an invoice.
    INVOICED_STATES: ClassVar = (ChargeState.ISSUED, ChargeState.PART_PAID)
    WAITING_STATES: ClassVar = (ChargeState.ACTION_REQUIRED, *INVOICED_STATES)
    SETTLED_STATES: ClassVar = (ChargeState.SUCCEEDED, ChargeState.PAID)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="charges")
    pays_by = models.CharField(max_length=8, choices=PaysBy.choices, default=PaysBy.CARD)
    amount = RappenField()
    captured = RappenField(default=0)
    state = models.CharField(max_length=16, choices=ChargeState.choices, default=ChargeState.DUE)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    mend_until = models.DateTimeField(null=True)
    given_up_from = models.DateTimeField(null=True)  # until then whoever gives it up is expected to have done so
    reminders = models.PositiveSmallIntegerField(default=0)  # that were written while it waits
    failure = models.CharField(max_length=60, blank=True)  # the provider's code of the last decline

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pledge"], condition=~Q(state="void"), name="pledge_has_one_live_charge"),
            models.CheckConstraint(condition=Q(state__in=ChargeState.values), name="charge_state_is_known"),
            models.CheckConstraint(
                condition=Q(amount__gte=1) & Q(captured__gte=0), name="charge_amounts_are_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["succeeded", "paid"]) | Q(captured__gte=models.F("amount")),
                name="charge_succeeded_was_captured",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["due", "issued"]) | Q(captured=0), name="charge_due_has_no_money"
            ),
            models.CheckConstraint(
                condition=~Q(state="part_paid") | Q(captured__gte=1, captured__lt=models.F("amount")),
                name="charge_part_paid_lacks_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["action_required", "issued", "part_paid"]) | Q(mend_until__isnull=False),
                name="charge_waits_until_some_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["failed", "void"])
                | Q(pays_by="card", state__in=["due", "sending", "action_required", "succeeded"])
                | Q(pays_by="twint", state__in=["action_required", "succeeded"])
                | Q(pays_by="invoice", state__in=["issued", "part_paid", "paid"]),
                name="charge_state_fits_how_it_is_paid",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def is_overdue(self, *, now: datetime) -> bool:
        """Whether it waits for the person although its mending window is over. An invoice does so until the start."""
        if self.state in self.INVOICED_STATES and self.pledge.pool.starts_at <= now:
            return False
        return self.state in self.WAITING_STATES and self.mend_until is not None and self.mend_until <= now

    def can_be_mended(self, *, now: datetime) -> bool:
        """Whether the person can pay it now by our link."""
        return self.state == ChargeState.ACTION_REQUIRED and not self.is_overdue(now=now)

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED_STATES

    @property
    def is_waiting(self) -> bool:
        """Whether the organisation still has to pay it, by the link or by invoice."""
        return self.state in self.WAITING_STATES

    @property
    def still_open(self) -> int:
        """Rappen that the organisation still has to pay by itself; 0 where it need not do anything."""
        return max(0, self.amount - self.captured) if self.is_waiting else 0

    def kept(self) -> Iterator[tuple[Attempt | Receipt, int]]:
        """What brought money for it, each with the Rappen of it that did not go back, by refund or by the payer's bank,
        and are not to go back.
        """
        receipts = list(self.receipts.all())
        booked_back = Counter[int | None]()
        for receipt in receipts:
            booked_back[receipt.reverses_id] -= receipt.amount if receipt.reverses_id else 0
        for source in (*self.attempts.all(), *receipts):
            left = source.captured - sum(refund.amount for refund in source.refunds.all())
            if isinstance(source, Attempt):
                left -= sum(dispute.charged_back for dispute in source.disputes.all())
            left -= booked_back[source.pk] if source in receipts else 0
            if left > 0:
                yield source, left


class AttemptKind(models.TextChoices):
    OFF_SESSION = "off_session", _("with the saved method")
    PAGE = "page", _("on the payment page")


class AttemptState(models.TextChoices):
    SENDING = "sending", _("sent, no answer yet")
    WAITING = "waiting", _("waits for the person")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def live(self) -> AttemptQuerySet:
        return self.filter(state__in=Attempt.LIVE_STATES)

    def unanswered(self, *, now: datetime) -> AttemptQuerySet:
        """Sent, but nobody is waiting for the answer any more: the process that asked is gone or was put off."""
        return self.filter(state=AttemptState.SENDING, next_look_at__lte=now)

    def to_look_at(self, *, now: datetime) -> AttemptQuerySet:
        """Waiting for a person; worth asking the provider again."""
        return self.filter(state=AttemptState.WAITING, next_look_at__lte=now)


class Attempt(models.Model):
    """One try to collect a charge: its number, key and parameters are stored before the provider hears of it, and
    replayed as they are.
    """

    LIVE_STATES: ClassVar = (AttemptState.SENDING, AttemptState.WAITING)

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=AttemptKind.choices)
    provider = models.CharField(max_length=12)
    key = models.CharField(max_length=80, unique=True)
    parameters = models.JSONField()
    state = models.CharField(max_length=10, choices=AttemptState.choices, default=AttemptState.SENDING)
    started_at = models.DateTimeField()
    abandoned_at = models.DateTimeField(null=True)  # since then nobody can finish the declined payment
    next_look_at = models.DateTimeField()  # until then whoever sent it is expected to record the answer
    tries = models.PositiveSmallIntegerField(default=1)
    intent_ref = models.CharField(max_length=255, blank=True)
    page_ref = models.CharField(max_length=255, blank=True)
    captured = RappenField(default=0)
    url = models.URLField(max_length=2000, blank=True)
    failure = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["charge", "number"]
        constraints = [
            models.UniqueConstraint(fields=["charge", "number"], name="attempt_number_is_unique"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state__in=["sending", "waiting"]), name="charge_has_one_live_attempt"
            ),
            models.UniqueConstraint(
                fields=["provider", "intent_ref"], condition=~Q(intent_ref=""), name="attempt_intent_is_unique"
            ),
            models.UniqueConstraint(
                fields=["provider", "page_ref"], condition=~Q(page_ref=""), name="attempt_page_is_unique"
            ),
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="attempt_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="succeeded", captured__gte=1) | ~Q(state="succeeded") & Q(captured=0),
                name="attempt_captured_when_it_succeeded",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_disputed(self) -> bool:
        """Whether a bank has yet to decide who gets its money: until then nothing of it is sent back."""
        return any(dispute.is_open and not dispute.is_inquiry for dispute in self.disputes.all())
