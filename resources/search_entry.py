"""What search knows of each page: one row per live page, in the page's language."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What somebody may look for."""

    RESOURCE = "resource", _("Resources")
    WORKSHOP = "workshop", _("Workshops")
    PAGE = "page", _("Pages")


class SearchEntry(models.Model):
    """The words of one live page. Written when it is published, gone when it is taken off the site.

    On PostgreSQL the table has a column more, `vector`, which the database makes of the stems by itself, with an index
    (migration 0002). Other databases look through the stems one by one.
    """

    page = models.OneToOneField("wagtailcore.Page", on_delete=models.CASCADE, related_name="search_entry")
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    summary = models.TextField(blank=True)
    text = models.TextField(blank=True)  # plain, for the snippet
    title_stems = models.TextField(blank=True)  # one space before and after each
    stems = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("entry of the search")
        verbose_name_plural = _("entries of the search")
        indexes: ClassVar = [models.Index(fields=["language", "kind"], name="search_by_language_and_kind")]

    def __str__(self) -> str:
        return f"{self.language} {self.page_id}"
