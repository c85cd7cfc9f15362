"""What can go wrong when organisations and people come and go, each with a sentence for whoever did it."""

from __future__ import annotations

from django.utils.translation import gettext as _


class Refused(Exception):
    """Something was asked for that the rules forbid.

    Nothing has changed. `str()` of it is a sentence in the active language.
    """


class OnlyAdministrators(Refused):
    def __str__(self) -> str:
        return _("Only an administrator of the organisation can do this. Nothing was changed.")


class LinkEnded(Refused):
    def __str__(self) -> str:
        return _("This link is no longer valid. Please ask for a new one.")


class AlreadyDecided(Refused):
    def __str__(self) -> str:
        return _("This application has been decided already. Nothing was changed.")


class TakenUid(Refused):
    def __str__(self) -> str:
        return _("Another organisation has this UID already. Correct it there first; nothing was changed.")


class AlreadyMember(Refused):
    def __str__(self) -> str:
        return _("This person acts for the organisation already. No invitation was sent.")


class HasAccount(Refused):
    def __str__(self) -> str:
        return _("There is an account with this address already. Please log in with it, then open the link once more.")


class AlreadyInvited(Refused):
    def __str__(self) -> str:
        return _("This address has an open invitation already. You can send it again below.")


class TooManyInvitations(Refused):
    def __str__(self) -> str:
        return _("So many invitations are open that no more can be sent. Please take some back first.")


class OtherPerson(Refused):
    def __str__(self) -> str:
        return _("This invitation went to another address than the one you are logged in with. Nothing was changed.")


class ClosedAccount(Refused):
    def __str__(self) -> str:
        return _("The account with this address is closed. Please write to us; nothing was changed.")


class LastAdministrator(Refused):
    def __str__(self) -> str:
        return _(
            "An organisation needs an administrator. Please make somebody else an administrator first; nothing was "
            "changed."
        )


class NotListed(Refused):
    def __str__(self) -> str:
        return _("This organisation is no longer in the directory. Your message was not sent.")
