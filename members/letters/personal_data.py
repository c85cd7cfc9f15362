"""Letters to a person, and letters that name them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.models import User
from members.naming import Naming

from .models import Letter

TEXTS = ("subject", "text", "html", "last_error")


def about(person: User) -> dict[str, Any]:
    """What was written to the person. Older letters were blanked: of them only the day is known."""
    letters = Letter.objects.filter(person=person).select_related("organisation").order_by("-pk")
    return {
        "letters": [
            {
                "subject": letter.subject,
                "organisation": letter.organisation.name if letter.organisation else None,
                "written on": letter.queued_at.isoformat(timespec="seconds"),
                "sent on": letter.sent_at.isoformat(timespec="seconds") if letter.sent_at else None,
                "text": letter.text,
            }
            for letter in letters
        ]
    }


def forget(person: User, *, now: datetime) -> None:
    """Letters to the person are blanked, and letters to others that name them.

    What is still to be sent to others is not lost: it leaves without the name.
    """
    naming = Naming.of(person)
    Letter.objects.filter(person=person).blank(now=now)
    others = Letter.objects.filter(blanked_at=None)
    sent = {letter.pk for letter in naming.rows_in(others.exclude(sent_at=None), [*TEXTS, "reply_to"])}
    others.filter(pk__in=sent).blank(now=now)
    others.filter(naming.has("reply_to")).update(reply_to="")
    naming.take_out(others, *TEXTS)
