"""Which letters people choose, and which always come: every letter of the portal stands here once.

A test fails for a template that stands nowhere. Who adds a letter decides: does somebody lose money, a place or their
account by not reading it? Then it always comes, for one of the reasons of Why.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What people choose to hear of."""

    NEEDS = "needs", _("Needs that you follow")
    POOLS = "pools", _("Workshops that your organisation takes part in")
    WORKSHOPS = "workshops", _("New workshops")
    MEETINGS = "meetings", _("New meetings")
    RESOURCES = "resources", _("New resources")
    STAFF = "staff", _("What waits for you in the admin")


class Pace(models.TextChoices):
    """How often."""

    ONCE = "once", _("At once, a letter for each")
    DAILY = "daily", _("Daily, in one letter")
    WEEKLY = "weekly", _("Weekly, in one letter")
    NEVER = "never", _("Never")


MEANING: Mapping[Kind, Promise] = {
    Kind.NEEDS: _("When a need is answered, becomes a workshop, is merged or closed."),
    Kind.POOLS: _("Whether enough shares are there and whether the workshop takes place."),
    Kind.WORKSHOPS: _("When organisations can pledge shares of a workshop."),
    Kind.MEETINGS: _("When one can register for a barcamp or a working group."),
    Kind.RESOURCES: _("When the library has something new in your language."),
    Kind.STAFF: _(
        "In the morning of a working day on which something new waits. A dispute that has to be answered within three "
        "days is named in any case."
    ),
}

# Few: what somebody asked for or takes part in, and once a week what is new. It is said when people join.
DEFAULTS: Mapping[Kind, Pace] = {
    Kind.NEEDS: Pace.ONCE,
    Kind.POOLS: Pace.ONCE,
    Kind.WORKSHOPS: Pace.WEEKLY,
    Kind.MEETINGS: Pace.WEEKLY,
    Kind.RESOURCES: Pace.NEVER,
    Kind.STAFF: Pace.DAILY,
}

STAFF_PACES = (Pace.DAILY, Pace.NEVER)  # what waits is one letter a day, or none

BY_CHOICE: Mapping[str, Kind] = {
    "needs/letters/changed.txt": Kind.NEEDS,
    "needs/letters/first_word.txt": Kind.NEEDS,
    "pooling/letters/news.txt": Kind.POOLS,
    "workshops/letters/opened.txt": Kind.WORKSHOPS,
    "notices/letters/meeting.txt": Kind.MEETINGS,
    "resources/letters/published.txt": Kind.RESOURCES,
    "portal/letters/waiting.txt": Kind.STAFF,
}

COLLECTED = "notices/letters/collected.txt"  # what was chosen, in one letter


class Why(models.TextChoices):
    """Why a letter always comes."""

    MONEY = "money", _("Pledges, payments, invoices and refunds: they bind your organisation or move its money.")
    SAFETY = "safety", _("Your address, password and second factor: somebody else could be using your account.")
    PEOPLE = "people", _("Applications, invitations and roles: they decide who acts for an organisation.")
    PLACES = (
        "places",
        _("Places at meetings and workshops: whether somebody has one, and whether, when and where it takes place."),
    )
    WRITTEN = "written", _("Messages that somebody writes to your organisation: that person waits for an answer.")


ALWAYS: Mapping[Why, list[str]] = {
    Why.MONEY: [
        f"pooling/letters/{name}.txt"
        for name in [
            "approval_asked",
            "approval_declined",
            "approval_expired",
            "approval_given",
            "approval_reminder",
            "cancelled",
            "changed",
            "charged",
            "closed",
            "confirmed",
            "dispute",
            "dropped",
            "expired",
            "extended",
            "failed",
            "funded",
            "invoice_issued",
            "invoice_reminder",
            "lapsed",
            "list_ended",
            "mending",
            "method_changed",
            "method_ends",
            "more_ended",
            "offer_expired",
            "offered",
            "pledged",
            "received",
            "refunded",
            "seats_certain",
            "seats_given",
            "seats_taken_back",
            "short",
            "subsidised",
            "taken_back",
            "transfer_done",
            "transfer_ended",
            "transfer_off",
            "transfer_offered",
            "transfer_received",
            "twint_due",
            "waiting",
            "way_changed",
            "withdrawn",
        ]
    ],
    Why.SAFETY: [
        *(
            f"account/email/{name}.txt"
            for name in [
                "account_erased",
                "email_changed",
                "email_confirmation",
                "email_deleted",
                "login_code",
                "new_device",
                "password_changed",
                "password_reset",
                "password_reset_key",
                "password_set",
                "unknown_account",
            ]
        ),
        *(
            f"mfa/email/{name}.txt"
            for name in [
                "recovery_codes_generated",
                "totp_activated",
                "totp_deactivated",
                "webauthn_added",
                "webauthn_removed",
            ]
        ),
    ],
    Why.PEOPLE: [
        f"members/letters/{name}.txt"
        for name in [
            "application_approved",
            "application_confirm",
            "application_declined",
            "invited",
            "member_joined",
            "member_left",
            "membership_changed",
        ]
    ],
    Why.PLACES: [
        *(
            f"meetings/letters/meeting_{name}.txt"
            for name in ["called_off", "changed", "moved_up", "registered", "reminder", "removed", "waiting"]
        ),
        *(f"pooling/letters/attendee_{name}.txt" for name in ["called_off", "named", "reminder", "removed"]),
    ],
    Why.WRITTEN: ["members/letters/contact.txt"],
}
