"""`{{ amount|chf }}`: Rappen as people read them; `{{ amount|francs }}` without the currency, in columns."""

from django import template

from pooling.money import format_chf, format_francs

register = template.Library()
register.filter("chf", format_chf)
register.filter("francs", format_francs)
