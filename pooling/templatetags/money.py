"""`{{ amount|chf }}`: Rappen as people read them; `{{ amount|francs }}` without the currency, in columns.

Pages and letters have the minus of print; files for a spreadsheet keep the one of the keyboard.
"""

from django import template

from pooling.money import format_chf, format_francs

register = template.Library()


@register.filter
def chf(rappen: int) -> str:
    return format_chf(rappen).replace("-", "\N{MINUS SIGN}")


@register.filter
def francs(rappen: int) -> str:
    return format_francs(rappen).replace("-", "\N{MINUS SIGN}")
