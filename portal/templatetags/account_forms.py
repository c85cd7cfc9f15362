"""allauth's forms in our form pack."""

from django import template
from django.forms import BaseForm

register = template.Library()

WITH_A_LINK = ("password", "oldpassword")


@register.filter
def tidied(form: BaseForm) -> BaseForm:
    """What allauth's fields need to be ours.

    The labels stand above the fields, so a placeholder that repeats them only looks like an entry already made. A link
    in a password's help would come before the field for those who use the Tab key: pages have it below their button.
    """
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in WITH_A_LINK:
            field.help_text = form[name].help_text = ""  # the bound field has a copy of its own
        if name == "code":
            field.widget.attrs["inputmode"] = "numeric"
    return form


@register.filter
def grouped(secret: str) -> str:
    """A long key in groups of four, as people can copy it. Apps don't mind the spaces."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
