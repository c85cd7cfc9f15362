"""allauth's forms in our form pack."""

from django import template
from django.forms import BaseForm

register = template.Library()


@register.filter
def without_placeholders(form: BaseForm) -> BaseForm:
    """The labels stand above the fields, so a placeholder that repeats them only looks like an entry already made."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form
