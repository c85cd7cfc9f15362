"""What time makes due for those who join. Any number of processes may run a step; again it changes nothing."""

from .actions.applications import forget_unconfirmed
from .actions.joining_letters import send_application_letters, send_invitation_letters
from .retention import STEPS as RETENTION

STEPS = (forget_unconfirmed, send_application_letters, send_invitation_letters, *RETENTION)
