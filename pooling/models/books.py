"""When a provider's books are looked through as a whole, and what the last comparison with ours found."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundKind(models.TextChoices):
    NOTICES = "notices", _("notices that did not reach us")
    BOOKS = "books", _("comparison of the books")


class Round(models.Model):
    """Something that one process does every so often at one provider: whoever moves `next_at` on does it."""

    provider = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=RoundKind.choices)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)  # when it was last done to its end

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [models.UniqueConstraint(fields=["provider", "kind"], name="round_is_unique")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.kind}"


class Comparison(models.Model):
    """A provider's books compared with ours, since `since`. `differences` are codes with their figures, in order."""

    KEPT: ClassVar = 60  # of each provider; older ones are forgotten

    provider = models.CharField(max_length=12)
    since = models.DateTimeField()
    at = models.DateTimeField()
    payments = models.PositiveIntegerField()
    refunds = models.PositiveIntegerField()
    disputes = models.PositiveIntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        verbose_name = _("comparison of the books")
        verbose_name_plural = _("comparisons of the books")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.at:%Y-%m-%d %H:%M}"


def claim_round(*, provider: str, kind: RoundKind, first: datetime, following: datetime, now: datetime) -> Round | None:
    """The round, if it is due now and no other process has it; it is due again at `following`.

    One that was never due is so at `first`.
    """
    own = {"provider": provider, "kind": kind}
    Round.objects.get_or_create(**own, defaults={"next_at": first})
    claimed = Round.objects.filter(**own, next_at__lte=now).update(next_at=following)
    return Round.objects.get(**own) if claimed else None
