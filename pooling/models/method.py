"""Payment methods that an organisation saved with a provider, and the hosted pages on which they are given."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TWINT_MOST = 500_000  # Rappen a payment: https://docs.stripe.com/payments/twint


class PaysBy(models.TextChoices):
    """How an organisation pays for a pledge."""

    CARD = "card", _("by card")
    INVOICE = "invoice", _("by invoice")
    TWINT = "twint", _("with TWINT")  # while it can't be saved; a saved TWINT is charged as a card is


class ProviderCustomer(models.Model):
    """How a provider names an organisation."""

    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=12)
    ref = models.CharField(max_length=255)

    class Meta:
        verbose_name = _("provider's customer")
        verbose_name_plural = _("provider's customers")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "provider"], name="customer_is_one_per_organisation"),
            models.UniqueConstraint(fields=["provider", "ref"], name="customer_ref_is_unique"),
        ]

    def __str__(self) -> str:
        return self.ref


class SavedMethod(models.Model):
    """A card or TWINT mandate. We keep how to name it, never the number itself.

    From `released_at` on no pledge may use it; at `forgotten_at` the provider had forgotten it.
    """

    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="methods")
    provider = models.CharField(max_length=12)
    customer_ref = models.CharField(max_length=255)
    ref = models.CharField(max_length=255)
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=60)  # as people recognise it: "Visa •••• 4242"
    name = models.CharField(_("name"), max_length=40, blank=True)  # the organisation's own
    expires_on = models.DateField(null=True)
    saved_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)  # when the provider was asked last
    gone_at = models.DateTimeField(null=True)  # since then the provider charges it no more, though pledges name it
    released_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [
            models.UniqueConstraint(fields=["provider", "ref"], name="method_ref_is_unique"),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(released_at__isnull=False), name="method_forgotten_was_released"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.label})" if self.name else self.label


class SetupState(models.TextChoices):
    """Nobody reads these: the pledge says what people need to know."""

    OPENING = "opening"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class SetupPage(models.Model):
    """A provider's hosted page on which a method is given: for one pledge, by its holder or whoever takes it over; or
    instead of a saved one that it `replaces`, for the pledges named.
    """

    pledge = models.ForeignKey("pooling.Pledge", null=True, on_delete=models.PROTECT, related_name="setup_pages")
    transfer = models.ForeignKey("pooling.Transfer", null=True, on_delete=models.PROTECT, related_name="setup_pages")
    replaces = models.ForeignKey(SavedMethod, null=True, on_delete=models.PROTECT, related_name="setup_pages")
    replaces_for = models.ManyToManyField("pooling.Pledge", related_name="+")
    gave = models.ForeignKey(SavedMethod, null=True, on_delete=models.PROTECT, related_name="+")  # instead of that one
    # Whose method it will be: a pledge may have passed to another organisation before the page is finished.
    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.CharField(max_length=12)
    key = models.CharField(max_length=80, unique=True)
    parameters = models.JSONField()
    ref = models.CharField(max_length=255, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=SetupState.choices, default=SetupState.OPENING)
    expires_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("page for a payment method")
        verbose_name_plural = _("pages for payment methods")
        constraints = [
            models.UniqueConstraint(fields=["provider", "ref"], condition=~Q(ref=""), name="setup_ref_is_unique"),
            models.UniqueConstraint(
                fields=["pledge", "organisation"],
                condition=Q(state__in=["opening", "open"], transfer=None),
                name="setup_is_one_live_per_pledge",
            ),
            models.UniqueConstraint(
                fields=["transfer"], condition=Q(state__in=["opening", "open"]), name="setup_is_one_live_per_transfer"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["opening", "open"], pledge=None),
                name="setup_is_one_live_per_organisation",
            ),
            models.CheckConstraint(
                condition=Q(pledge__isnull=False, replaces=None)
                | Q(pledge=None, transfer=None, replaces__isnull=False),
                name="setup_is_for_a_pledge_or_replaces",
            ),
        ]

    def __str__(self) -> str:
        return self.key
