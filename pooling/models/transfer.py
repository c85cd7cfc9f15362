"""An organisation offers its pledge to another one, before prices lock: the same pledge gets a new holder."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.outgoing import Outgoing
from pooling.money import RappenField

# How long an offer stands, if the pool does not close before.
TRANSFER_LIFE = timedelta(days=7)


class TransferState(models.TextChoices):
    OFFERED = "offered", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted, a payment method is missing")
    DONE = "done", _("passed on")
    DECLINED = "declined", _("declined")
    TAKEN_BACK = "taken_back", _("taken back")
    EXPIRED = "expired", _("ended without an answer")


class TransferQuerySet(models.QuerySet["Transfer"]):
    def live(self) -> TransferQuerySet:
        return self.filter(state__in=Transfer.LIVE_STATES)

    def overdue(self, *, now: datetime) -> TransferQuerySet:
        """Those whose time is over. From closing on the pool's own end ends them."""
        return self.live().filter(expires_at__lte=now, pledge__pool__closes_at__gt=now)


class Transfer(Outgoing):
    """`giver` offers its pledge to whoever answers from `email`. Whoever does so for an organisation accepts the terms,
    which are kept here until the pledge passes to that `receiver`; until then the giver is bound.
    """

    LIVE_STATES: ClassVar = (TransferState.OFFERED, TransferState.ACCEPTED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="transfers")
    giver = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="transfers_given")
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TransferState.choices, default=TransferState.OFFERED)
    ended_at = models.DateTimeField(null=True)
    shares = models.PositiveIntegerField()
    most = RappenField()

    receiver = models.ForeignKey(
        "members.Organisation", null=True, on_delete=models.PROTECT, related_name="transfers_received"
    )
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    legal_version = models.CharField(max_length=20, blank=True)
    accepted_in = models.CharField(max_length=2, blank=True)  # the language in which the terms were read

    objects: ClassVar = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(
                fields=["pledge"],
                condition=Q(state__in=["offered", "accepted"]),
                name="transfer_is_one_live_per_pledge",
            ),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfer_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "accepted"], ended_at=None)
                | (~Q(state__in=["offered", "accepted"]) & Q(ended_at__isnull=False)),
                name="transfer_has_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "done"])
                | Q(receiver__isnull=False, accepted_by__isnull=False, accepted_at__isnull=False),
                name="transfer_is_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(receiver=None) | ~Q(receiver=F("giver")), name="transfer_is_to_another_organisation"
            ),
            models.CheckConstraint(condition=Q(shares__gte=1), name="transfer_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.state} {self.offered_at:%Y-%m-%d}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE_STATES

    def is_open(self, *, now: datetime) -> bool:
        """Whether it may still be accepted: read under the pool's lock where it decides."""
        return self.is_live and now < self.expires_at
