"""`{{ amount|chf }}`: Rappen as people read them."""

from django import template

from pooling.money import format_chf

register = template.Library()
register.filter("chf", format_chf)
