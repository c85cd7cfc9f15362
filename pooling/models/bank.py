"""Money that arrived on the operator's account: as staff read it off a statement, or as the bank's files say."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField, format_francs


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def by_hand(self) -> ReceiptQuerySet:
        """Payments that staff have entered, and of which no imported file has told."""
        return self.filter(bank_line=None, bank_part=None, reverses=None)


class Receipt(models.Model):
    """`amount` Rappen that a transfer brought for a charge by invoice, whether it was owed or not.

    Negative where the bank has booked (a part of) the transfer that it `reverses` back. Rows are only ever added: the
    database refuses to change or delete one. The bank's reference is unique, in capitals and without spaces, so that a
    payment which is entered twice counts once. Nobody has entered what a command imported.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    charge = models.ForeignKey("pooling.Charge", on_delete=models.PROTECT, related_name="receipts")
    amount = RappenField()
    value_date = models.DateField()
    reference = models.CharField(max_length=100, unique=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment by transfer")
        verbose_name_plural = _("payments by transfer")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, reverses=None) | Q(amount__lte=-1, reverses__isnull=False),
                name="receipt_is_of_something",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="receipt_has_its_reference"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def captured(self) -> int:
        """What it brought, called as it is for an attempt."""
        return self.amount

    @property
    def line(self) -> BankLine | None:
        """The line of the bank's files that tells of it, if one does."""
        whole: BankLine | None = getattr(self, "bank_line", None)
        part: BankLinePart | None = getattr(self, "bank_part", None)
        return part.line if part else whole


class BankFile(models.Model):
    """A file of the bank (camt.053 or camt.054) that was imported. The same file again is no second one."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256
    message = models.CharField(max_length=140, blank=True)
    kind = models.CharField(max_length=8)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    seen = models.PositiveIntegerField(default=0)  # lines in it that were known before
    skipped = models.PositiveIntegerField(default=0)  # entries in it by which no money came in

    objects: ClassVar = models.Manager["BankFile"]()

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(digest=""), name="bank_file_has_its_digest")]

    def __str__(self) -> str:
        return self.message or self.digest[:8]


class BankLineState(models.TextChoices):
    MATCHED = "matched", _("booked")
    SPLIT = "split", _("booked in parts")
    PROPOSED = "proposed", _("to be confirmed")
    WAITING = "waiting", _("to be assigned")
    DISMISSED = "dismissed", _("not ours")
    COVERED = "covered", _("told in its parts")


class BankLineQuerySet(models.QuerySet["BankLine"]):
    def queue(self) -> BankLineQuerySet:
        """Those that wait for staff to say what they are for."""
        return self.filter(state__in=BankLine.QUEUED_STATES)


class BankLine(models.Model):
    """One payment that the bank has told of, in however many files: `amount` Rappen that came in, or were booked back.

    `identity` is of what all of the bank's files say alike of it, and `ordinal` tells apart what has the same one; a
    bank's reference alone is shared by a whole batch. `charge` is what it is for, or might be; `receipt` what it
    became. One that staff have split over several charges has `parts` instead. What is in another currency than francs
    can't be booked here: `amount` is in hundredths of it.
    """

    QUEUED_STATES: ClassVar = (BankLineState.PROPOSED, BankLineState.WAITING)
    BOOKED_STATES: ClassVar = (BankLineState.MATCHED, BankLineState.SPLIT)

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    identity = models.CharField(max_length=64)
    ordinal = models.PositiveSmallIntegerField()
    booking = models.CharField(max_length=64, db_index=True)  # the identity of the booking that it is a part of
    account = models.CharField(max_length=34)
    amount = RappenField()
    currency = models.CharField(max_length=3, default="CHF")
    booked_on = models.DateField()
    value_date = models.DateField()
    is_credit = models.BooleanField(default=True)
    is_reversal = models.BooleanField(default=False)
    is_total = models.BooleanField(default=False)
    is_doubtful = models.BooleanField(default=False)
    entry_ref = models.CharField(max_length=140, blank=True)
    own_ref = models.CharField(max_length=140, blank=True)
    uetr = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=140, blank=True)
    reference = models.CharField(max_length=27, blank=True, db_index=True)
    text = models.CharField(max_length=500, blank=True)
    debtor = models.CharField(max_length=140, blank=True)
    debtor_iban = models.CharField(max_length=140, blank=True)
    state = models.CharField(max_length=10, choices=BankLineState.choices, default=BankLineState.WAITING)
    charge = models.ForeignKey("pooling.Charge", null=True, on_delete=models.PROTECT, related_name="bank_lines")
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="bank_line")
    note = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = BankLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the bank")
        verbose_name_plural = _("lines of the bank")
        ordering = ["pk"]
        permissions = [("import_bankfile", "Can import bank files and assign their lines")]
        constraints = [
            models.UniqueConstraint(fields=["identity", "ordinal"], name="bank_line_is_told_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="bank_line_is_of_something"),
            models.CheckConstraint(condition=Q(state__in=BankLineState.values), name="bank_line_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="matched", receipt__isnull=False, charge__isnull=False)
                | ~Q(state="matched") & Q(receipt=None),
                name="bank_line_matched_has_its_receipt",
            ),
            models.CheckConstraint(
                condition=Q(currency="CHF") | Q(state__in=["waiting", "dismissed", "covered"]),
                name="bank_line_booked_is_in_francs",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(charge__isnull=False), name="bank_line_proposed_names_a_charge"
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | Q(decided_by__isnull=False) & ~Q(note=""),
                name="bank_line_dismissed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.entry_ref or self.identity[:8]

    @property
    def is_queued(self) -> bool:
        return self.state in self.QUEUED_STATES

    @property
    def is_foreign(self) -> bool:
        return self.currency != "CHF"

    @property
    def figure(self) -> str:
        """The amount with its currency; with a minus where the bank took it back."""
        return f"{'−' if self.takes_back else ''}{self.currency}\u00a0{format_francs(self.amount)}"

    @property
    def takes_back(self) -> bool:
        """Whether the bank booked back what had come in. The other reversals are of transfers that were ours."""
        return self.is_reversal and not self.is_credit


class SentBack(models.Model):
    """`amount` Rappen that went out for `refund`, as the bank's files tell: it names the refund as we had ordered it.

    `identity` is of what all files say alike of it, so that it is one row, however many tell of it.
    """

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="sent_back")
    refund = models.ForeignKey("pooling.Refund", on_delete=models.PROTECT, related_name="sent_back")
    identity = models.CharField(max_length=64, unique=True)
    amount = RappenField()
    booked_on = models.DateField()
    reference = models.CharField(max_length=100)

    objects: ClassVar = models.Manager["SentBack"]()

    class Meta:
        verbose_name = _("transfer back that the bank told of")
        verbose_name_plural = _("transfers back that the bank told of")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="sent_back_is_of_something"),
            models.CheckConstraint(condition=~Q(reference=""), name="sent_back_has_its_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


class BankLinePart(models.Model):
    """One of the payments that a line stands for, where a payer paid several invoices at once (or the bank took such a
    transfer back). Their amounts sum to the line's.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="parts")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="bank_part")

    objects: ClassVar = models.Manager["BankLinePart"]()

    class Meta:
        verbose_name = _("part of a bank's line")
        verbose_name_plural = _("parts of a bank's line")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.receipt}"
