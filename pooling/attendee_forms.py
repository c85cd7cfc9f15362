"""The form with which an organisation says who comes to a workshop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from members.meetings.forms import NamedPerson

from .forms import helper


class AttendeeForm(NamedPerson):
    """Who comes, as at meetings; only that nobody gets a letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = gettext_lazy(
            "Only those who run the workshop see it. We write to nobody here."
        )
        self.helper = helper()
