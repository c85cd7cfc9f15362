"""The `date` filter of every template: Django's own, with a French "1er" where a date stands in words."""

from __future__ import annotations

from datetime import date as Date
from datetime import time
from typing import Any

from django import template
from django.template.defaultfilters import date as django_date

from home.dates import with_first

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Date | time | str | None, form: str | None = None) -> Any:
    return with_first(django_date(value, form), form)
