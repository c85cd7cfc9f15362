"""What the translation editor shows of ours."""

from __future__ import annotations

from django import template
from wagtail_localize.models import Translation

from home.localising.segments import Progress, progress_of_all

register = template.Library()


@register.simple_tag
def progress_of(translation: Translation) -> Progress:
    """How many segments there are, are missing, and were written by a machine."""
    return progress_of_all([translation.pk]).get(translation.pk, Progress())
