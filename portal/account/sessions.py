"""Sessions that are over: Django leaves their rows, in which it stands whose they were."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def forget_sessions(*, now: datetime) -> int:
    """Delete those that are over. Returns how many."""
    over, _by_model = Session.objects.filter(expire_date__lte=now).delete()
    return over
