"""What can go wrong with needs, each with a sentence for whoever did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from members.actions.errors import Refused

if TYPE_CHECKING:
    from .models import Need


class NotActing(Refused):
    def __str__(self) -> str:
        return _("Only people of an organisation that takes part can do this. Nothing was changed.")


class NeedMoved(Refused):
    """The need was merged: `into` is where it goes on."""

    def __init__(self, into: Need) -> None:
        super().__init__()
        self.into = into

    def __str__(self) -> str:
        return _("This need was merged with another one, which you see now. Nothing was changed.")


class NeedClosed(Refused):
    def __str__(self) -> str:
        return _("This need is closed. Nothing was changed.")


class OwnNeed(Refused):
    def __str__(self) -> str:
        return _("Your organisation wrote this need, so it can't take itself back. Please write to us to close it.")


class WrongNeedState(Refused):
    def __str__(self) -> str:
        return _("Somebody changed this need meanwhile. Please look at it again; nothing was changed.")
