"""What can go wrong with meetings, each with a sentence for whoever did it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actions.errors import Refused


class MeetingBegan(Refused):
    def __str__(self) -> str:
        return _("This meeting has begun or is over, so its list of people is closed. Nothing was changed.")


class MeetingCalledOff(Refused):
    def __str__(self) -> str:
        return _("This meeting is called off. Nothing was changed.")


class NamedAlready(Refused):
    def __str__(self) -> str:
        return _(
            "Your organisation has registered somebody with this name or this e-mail address already. If it is "
            "somebody else, please write the name so that one can tell them apart; nothing was changed."
        )


class TooManyPeople(Refused):
    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __str__(self) -> str:
        return ngettext(
            "An organisation can register %(n)d person for a meeting, so that others find a place too. Nothing was "
            "changed.",
            "An organisation can register %(n)d people for a meeting, so that others find a place too. Nothing was "
            "changed.",
            self.most,
        ) % {"n": self.most}


class RegistrationEnded(Refused):
    def __str__(self) -> str:
        return _("This person was signed off meanwhile. Nothing was changed.")


class TooFewPlaces(Refused):
    def __init__(self, taken: int) -> None:
        super().__init__()
        self.taken = taken

    def __str__(self) -> str:
        return ngettext(
            "%(n)d person is registered already: please leave at least so many places. Nothing was changed.",
            "%(n)d people are registered already: please leave at least so many places. Nothing was changed.",
            self.taken,
        ) % {"n": self.taken}


class WrongMeetingState(Refused):
    def __str__(self) -> str:
        return _("Somebody changed this meeting meanwhile. Please look at it again; nothing was changed.")
