"""People whom an organisation sends to a workshop, each on a seat of its pledge."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models.attending import ADDRESSES, NAMES, Attending
from members.models.keeping import until


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def past(self, *, now: datetime) -> AttendeeQuerySet:
        """Those whose names are needed no more."""
        return self.filter(forgotten_at=None, pledge__pool__starts_at__lte=until(NAMES, now=now))

    def addressed(self, *, now: datetime) -> AttendeeQuerySet:
        """Those whose address is needed no more."""
        return self.filter(pledge__pool__starts_at__lte=until(ADDRESSES, now=now)).exclude(email="")


class Attendee(Attending):
    """A person on a seat that the pledge's own organisation uses. Seats of others are given by number (seats.py)."""

    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="attendees")
    email = models.EmailField(blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    objects: ClassVar = AttendeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("person at a workshop")
        verbose_name_plural = _("people at workshops")
        ordering = ["pk"]
        constraints = [
            *Attending.Meta.constraints,
            models.UniqueConstraint(
                "pledge", Lower("name"), condition=~Q(name=""), name="attendee_names_a_person_once"
            ),
            models.UniqueConstraint(
                "pledge", Lower("email"), condition=~Q(email=""), name="attendee_has_an_address_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.pk}"
