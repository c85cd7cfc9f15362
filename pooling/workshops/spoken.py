"""The languages that are spoken at a workshop: a list of codes on its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SPOKEN = {
    "de": pgettext_lazy("spoken", "German"),
    "fr": pgettext_lazy("spoken", "French"),
    "it": pgettext_lazy("spoken", "Italian"),
    "rm": pgettext_lazy("spoken", "Romansh"),
    "en": pgettext_lazy("spoken", "English"),
    "sgg": pgettext_lazy("spoken", "Swiss German sign language"),
}


class SpokenLanguagesField(models.JSONField):
    """A list of codes of SPOKEN, in the order in which they stand there. Ticked in the admin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if not isinstance(value, list) or any(code not in SPOKEN for code in value):
            raise ValidationError(_("Please choose among the languages of the list."), code="spoken_unknown")

    def formfield(self, **kwargs: Any) -> forms.Field:  # type: ignore[override]  # not the JSON text that Django would offer
        return forms.MultipleChoiceField(
            choices=list(SPOKEN.items()),
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
        )


def names(codes: list[str]) -> list[Any]:
    """What the languages are called, for people to read."""
    return [SPOKEN[code] for code in codes if code in SPOKEN]
