"""What is planned for a time: pages that go live, and pages that expire.

Wagtail's command stops at the first page that refuses. Here the others are published, and the refused one waits until
it is complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Page, Revision


def expire_due(*, now: datetime) -> int:
    """Take the pages from the site whose time is over. Returns how many."""
    due = list(Page.objects.live().filter(expire_at__lt=now).order_by("expire_at").specific())
    for page in due:
        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return len(due)


def publish_due(*, now: datetime) -> int:
    """Publish what is planned for now or before. Returns how many were; what is incomplete waits."""
    return sum(1 for _revision, refusal in attempts(now=now) if refusal is None)


def due(*, now: datetime) -> QuerySet[Revision]:
    """What is planned for before now, the earliest first."""
    return Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")


def attempts(*, now: datetime) -> Iterator[tuple[Revision, str | None]]:
    """Each revision that is due, with the sentence why it was not published, if it wasn't."""
    for revision in due(now=now):
        try:
            with transaction.atomic():
                revision.publish(log_action="wagtail.publish.scheduled")
        except ValidationError as refusal:  # TranslationIncomplete, or a field that is no longer valid
            yield revision, f"{revision.object_str}: {' '.join(refusal.messages)}"
        else:
            yield revision, None
