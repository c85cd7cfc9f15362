"""What time makes due for letters. portal's `manage.py tick` composes these steps."""

from .actions import send_letters

STEPS = [send_letters]
