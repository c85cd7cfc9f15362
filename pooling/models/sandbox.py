"""The sandbox provider's own memory: what a real provider would keep on its side. No money moves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SandboxEntry(models.Model):
    """A page, payment, refund or dispute in the sandbox.

    `key` makes hearing the same request twice change nothing, as at a real provider.
    """

    ref = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("setup", "page", "payment", "refund", "dispute")])
    key = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=16)
    amount = models.BigIntegerField(default=0)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("sandbox entry")
        verbose_name_plural = _("sandbox entries")
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="sandbox_key_is_unique")]

    def __str__(self) -> str:
        return self.ref
