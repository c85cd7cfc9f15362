"""For how long something about people is kept: settings.KEEP_DAYS."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings


def until(name: str, *, now: datetime) -> datetime:
    """Whatever of this kind is older than this is let go. `name` is one of settings.KEEP_DAYS."""
    return now - timedelta(days=settings.KEEP_DAYS[name])
