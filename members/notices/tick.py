"""What time makes due for notices. portal's `manage.py tick` composes these steps, before letters are sent."""

from .delivery import collect_notices, forget_told_news, hand_out_news

STEPS = (hand_out_news, collect_notices, forget_told_news)
