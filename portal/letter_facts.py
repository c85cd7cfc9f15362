"""What the samples of letters share: who writes to whom, when, and addresses. See letter_samples.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

Facts = dict[str, object]
States = dict[str, Facts]

LANGUAGES = ("de", "fr", "it")
ORGANISATION = "Verein Quartierhilfe Länggasse"
PERSON = "Anna Keller"
NOW = datetime(2027, 3, 1, 9, 12, tzinfo=UTC)
CLOSES = datetime(2027, 3, 12, 18, 0, tzinfo=ZoneInfo("Europe/Zurich"))
STARTS = datetime(2027, 5, 20, 9, 0, tzinfo=ZoneInfo("Europe/Zurich"))
IN_A_WEEK = NOW + timedelta(days=7)


def address(path: str) -> dict[str, str]:
    """An address of the portal in each language."""
    return {language: f"{settings.SITE_URL}/{language}/{path}" for language in LANGUAGES}
