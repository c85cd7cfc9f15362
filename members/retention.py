"""What is kept of people only for a while: how long is a setting, and tick lets go of what is older.

Any number of processes may run a step; again it changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from .letters.models import Letter
from .models import Application, ApplicationState, Invitation
from .models.keeping import until

CONTACT = "members/letters/contact.txt"


def delete_declined_applications(*, now: datetime) -> int:
    """Applications that led to nothing. Returns how many."""
    old = Application.objects.filter(
        state=ApplicationState.DECLINED, decided_at__lte=until("declined_applications", now=now)
    )
    count, by_model = old.delete()
    return by_model.get(Application._meta.label, 0) if count else 0


def forget_ended_invitations(*, now: datetime) -> int:
    """Invitations that nobody accepted, and the addresses of those that somebody did. Returns how many.

    An organisation without people keeps its last one: staff send the applicant another link.
    """
    limit = until("invitations", now=now)
    over = Q(revoked_at__lte=limit) | Q(revoked_at=None, expires_at__lte=limit)
    gone, _by_model = Invitation.objects.filter(over, accepted_at=None).exclude(organisation__memberships=None).delete()
    used = Invitation.objects.filter(accepted_at__lte=limit).exclude(email="")
    return gone + used.update(email="", first_name="", last_name="", digest="", letter="", last_error="")


def blank_contact_messages(*, now: datetime) -> int:
    """What was written to organisations through the directory: they have it in their mail. Returns how many."""
    return Letter.objects.filter(template=CONTACT, queued_at__lte=until("contact_messages", now=now)).blank(now=now)


def blank_old_letters(*, now: datetime) -> int:
    """What letters said. That they were sent, to whom and when, stays. Returns how many."""
    return Letter.objects.filter(queued_at__lte=until("letters", now=now)).blank(now=now)


STEPS = (delete_declined_applications, forget_ended_invitations, blank_contact_messages, blank_old_letters)
