"""What readers say about a resource without an account: how many, per day and language, and nothing about who."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Said(models.TextChoices):
    """What a reader may say."""

    HELPED = "helped", _("This has helped me")
    WORKSHOP = "workshop", _("We need a workshop on this")


class ReaderCount(models.Model):
    """How many said the same about one resource on one day, in the language in which they read the portal.

    Keyed on the page's translation key: what is said about a translation counts for all of them.
    """

    page_key = models.UUIDField()
    language = models.CharField(max_length=2)
    said = models.CharField(max_length=10, choices=Said.choices)
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of readers")
        verbose_name_plural = _("counts of readers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["page_key", "language", "said", "day"], name="reader_count_is_one_per_page_language_and_day"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="reader_count_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.language} {self.said}: {self.number}"
