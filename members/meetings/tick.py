"""What time makes due for meetings. Any number of processes may run a step; again it changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members.models.attending import ADDRESSES, NAMES
from members.models.keeping import until

from .letters import send_meeting_letters, tell_everybody
from .models import Meeting, Registration, RegistrationState


def remind_of_meetings(*, now: datetime) -> int:
    """Tell those who are registered that it begins soon, once. Returns of how many meetings."""
    count = 0
    while remind_of_next(now=now):
        count += 1
    return count


@transaction.atomic
def remind_of_next(*, now: datetime) -> bool:
    due = Meeting.objects.to_be_reminded_of(now=now).order_by("starts_at", "pk")
    meeting = due.select_for_update(no_key=True, skip_locked=True).first()
    if meeting is None:
        return False
    meeting.reminded_at = now
    meeting.save(update_fields=["reminded_at"])
    tell_everybody(meeting=meeting, what="reminder", now=now)
    return True


def forget_attendees(*, now: datetime) -> int:
    """Empty names and addresses that are needed no more: of who was signed off once the letter is out, of others some
    time after the meeting. Numbers stay. Returns how many rows were emptied.
    """
    gone = Q(state=RegistrationState.CANCELLED, letter="") | Q(meeting__ends_at__lte=until(NAMES, now=now))
    rows = Registration.objects.filter(gone, forgotten_at=None)
    count = rows.update(name="", email="", person=None, letter="", last_error="", forgotten_at=now)
    addresses = Registration.objects.filter(meeting__ends_at__lte=until(ADDRESSES, now=now)).exclude(email="")
    return count + addresses.update(email="", letter="", last_error="")


STEPS = (remind_of_meetings, send_meeting_letters, forget_attendees)
