"""What the translation editor shows of ours."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from wagtail_localize.models import Translation

from home.localising.overview import Line, lines
from home.localising.segments import Progress, progress_of_all
from home.localising.states import all_types, rows

register = template.Library()


@register.simple_tag
def progress_of(translation: Translation) -> Progress:
    """How many segments there are, are missing, and were written by a machine."""
    return progress_of_all([translation.pk]).get(translation.pk, Progress())


@register.simple_tag(takes_context=True)
def languages_of(context: dict[str, Any], instance: Any) -> Line | None:
    """How `instance` stands in each language, with the way there; None for what is new or not translated here."""
    if instance.pk is None or type(instance) not in all_types():
        return None
    found = rows(types=[type(instance)], keys=[instance.translation_key])
    return lines(found, context["request"])[0] if found else None


@register.simple_tag(takes_context=True)
def form_token(context: dict[str, Any]) -> str:
    """For a form in a panel of Wagtail's, which is rendered without the context processors."""
    return get_token(context["request"])
