"""What a provider told us by webhook. The id is unique, so hearing the same thing twice changes nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WebhookEvent(models.Model):
    """One verified notice. `handled_at` stays empty until what it points to was looked up and recorded."""

    provider = models.CharField(max_length=12)
    ref = models.CharField(max_length=255)
    kind = models.CharField(max_length=80)
    about = models.CharField(max_length=255, blank=True)  # the id of the object it is about
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("provider's notice")
        verbose_name_plural = _("provider's notices")
        constraints = [models.UniqueConstraint(fields=["provider", "ref"], name="webhook_event_is_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
