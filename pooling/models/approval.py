"""Somebody of the organisation has to approve a pledge before it may stand: who was asked what, and the answer."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import LANGUAGES
from pooling.money import RappenField

from .terms import LEAST_SHARE

# How long places are held while the board decides, if the pool does not close before.
APPROVAL_HOLD = timedelta(days=10)


class ApprovalState(models.TextChoices):
    ASKED = "asked", _("waits for an answer")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("ended without an answer")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ApprovalLetter(models.TextChoices):
    """What the approver is to be told; the names of the letters' templates."""

    ASKED = "approval_asked"
    REMINDER = "approval_reminder"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def asked(self) -> ApprovalQuerySet:
        """Those without an answer so far."""
        return self.filter(state=ApprovalState.ASKED)

    def approved(self) -> ApprovalQuerySet:
        return self.filter(state=ApprovalState.APPROVED)

    def own(self) -> ApprovalQuerySet:
        """Those of the organisation that holds the pledge now."""
        return self.filter(is_former=False)

    def for_more(self) -> ApprovalQuerySet:
        """Requests for more shares than stand; the others are about a pledge that does not stand yet."""
        return self.filter(before__gt=0)

    def overdue(self, *, now: datetime) -> ApprovalQuerySet:
        """Requests for more whose time is over. From closing on the pool's own end ends them."""
        return self.asked().for_more().filter(expires_at__lte=now, pledge__pool__closes_at__gt=now)

    def most_approved(self) -> int | None:
        """So many shares were approved at most; None where nobody had to approve."""
        most: int | None = self.own().approved().aggregate(most=models.Max("shares"))["most"]
        return most

    def fall_short_of(self, shares: int) -> bool:
        """Whether approval was needed, and given for fewer shares only."""
        most = self.most_approved()
        return most is not None and most < shares

    def to_remind(self, *, now: datetime) -> ApprovalQuerySet:
        """Those whose half time has come without an answer, and who were not reminded yet."""
        return self.asked().filter(reminded_at=None, remind_at__lte=now, expires_at__gt=now)

    def letter_due(self, *, now: datetime) -> ApprovalQuerySet:
        """Those whose approver is to be written to. After the end the link would explain only: nothing is sent then."""
        return self.asked().exclude(letter="").filter(next_try_at__lte=now, expires_at__gt=now)

    def end(self, *, state: ApprovalState, now: datetime) -> int:
        """End those that have no answer, with their pledge. Call it under the pool's lock."""
        return self.asked().update(state=state, ended_at=now, letter="")


class Approval(models.Model):
    """`name` was asked to approve a pledge of `shares` that costs `most` Rappen at most, and what came of it.

    It is the only row that knows the person, who needs no account. It is the queue of the letters to them as well:
    such a letter is written when it is sent, so that neither the person nor the link is kept anywhere else.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="approvals")
    state = models.CharField(max_length=10, choices=ApprovalState.choices, default=ApprovalState.ASKED)
    name = models.CharField(max_length=100)
    email = models.EmailField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    remind_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    shares = models.PositiveIntegerField()  # in all
    before = models.PositiveIntegerField(default=0)  # so many stand while it is asked for more of them
    most = RappenField()
    legal_version = models.CharField(max_length=20)
    is_former = models.BooleanField(default=False)  # given for an organisation that held the pledge before
    link = models.PositiveSmallIntegerField(default=1)  # the number of the link that is good; those before it are dead
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)  # the sentence that a refusal may carry

    letter = models.CharField(max_length=20, choices=ApprovalLetter.choices, blank=True)  # the one that is due
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    sent_again_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(state="asked"), name="approval_is_one_open_per_pledge"
            ),
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="approval_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None) | (~Q(state="asked") & Q(ended_at__isnull=False)),
                name="approval_has_its_end",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(email=""), name="approval_is_asked_of_somebody"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="approval_language_is_known"
            ),
            models.CheckConstraint(
                condition=Q(asked_at__lt=F("expires_at")) & Q(remind_at__lte=F("expires_at")),
                name="approval_ends_after_it_was_asked",
            ),
            models.CheckConstraint(condition=Q(shares__gt=F("before")), name="approval_is_for_more_than_before"),
            models.CheckConstraint(
                condition=Q(shares__gte=1) & Q(most__gte=LEAST_SHARE) & Q(link__gte=1), name="approval_is_of_something"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=~Q(letter=""), name="approval_letter_due"),
            models.Index(fields=["remind_at"], condition=Q(state="asked", reminded_at=None), name="approval_to_remind"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.state} {self.asked_at:%Y-%m-%d}"

    @property
    def is_for_more(self) -> bool:
        return self.before > 0

    @property
    def added(self) -> int:
        """Shares beside those that stand. A request for more holds their places itself."""
        return self.shares - self.before

    def is_open(self, *, now: datetime) -> bool:
        """Whether it may still be answered: read under the pool's lock where it decides."""
        return self.state == ApprovalState.ASKED and now < self.expires_at
