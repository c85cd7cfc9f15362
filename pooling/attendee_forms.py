"""The form with which an organisation says who comes to a workshop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from members.meetings.forms import NamedPerson

from .forms import helper


class AttendeeForm(NamedPerson):
    """Who comes, as at meetings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = gettext_lazy(
            "For a letter once it is certain that the workshop takes place, and for a reminder. Only those who run the "
            "workshop see it, too."
        )
        self.helper = helper()
