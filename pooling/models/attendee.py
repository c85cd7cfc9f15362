"""People whom an organisation sends to a workshop, each on a seat of its pledge."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models.attending import ADDRESSES, NAMES, REMINDED_BEFORE, Attending
from members.models.keeping import until
from members.models.outgoing import Outgoing

from .pledge import PledgeState
from .pool import PoolState


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def coming(self) -> AttendeeQuerySet:
        """Those who were not taken off the list."""
        return self.filter(ended_at=None)

    def named(self) -> AttendeeQuerySet:
        """Those who come and whose names are still there."""
        return self.coming().exclude(name="")

    def to_be_reminded(self, *, now: datetime) -> AttendeeQuerySet:
        """Those who heard that they come to what begins soon, and were not reminded of it."""
        heard = self.coming().filter(letter="", sent_at__isnull=False, reminded_at=None).exclude(email="")
        soon = heard.filter(pledge__pool__starts_at__gt=now, pledge__pool__starts_at__lte=now + REMINDED_BEFORE)
        return soon.filter(pledge__state=PledgeState.STANDING, pledge__pool__state=PoolState.CONFIRMED)

    def past(self, *, now: datetime) -> AttendeeQuerySet:
        """Those whose names are needed no more: it is long over, or they come no more and their letter is out."""
        gone = Q(ended_at__isnull=False, letter="") | Q(pledge__pool__starts_at__lte=until(NAMES, now=now))
        return self.filter(gone, forgotten_at=None)

    def addressed(self, *, now: datetime) -> AttendeeQuerySet:
        """Those whose address is needed no more."""
        return self.filter(pledge__pool__starts_at__lte=until(ADDRESSES, now=now)).exclude(email="")


class Attendee(Outgoing, Attending):
    """A person on a seat that the pledge's own organisation uses. Letters go to `email` if it is there. Seats of others
    are given by number (seats.py).

    Somebody who comes instead has a row of their own.
    """

    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="attendees")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # when they were taken off the list
    reminded_at = models.DateTimeField(null=True)

    objects: ClassVar = AttendeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("person at a workshop")
        verbose_name_plural = _("people at workshops")
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            *Attending.Meta.constraints,
            models.UniqueConstraint(
                "pledge", Lower("name"), condition=~Q(name="") & Q(ended_at=None), name="attendee_names_a_person_once"
            ),
            models.UniqueConstraint(
                "pledge",
                Lower("email"),
                condition=~Q(email="") & Q(ended_at=None),
                name="attendee_has_an_address_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.pk}"

    @property
    def has_heard(self) -> bool:
        """Whether a letter has reached their address, or may have. Read under the row's lock where it decides."""
        return bool(self.email) and (self.sent_at is not None or self.tries > 0)
