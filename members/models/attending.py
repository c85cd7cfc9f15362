"""Somebody whom an organisation sends: to a meeting (members/meetings), or to a workshop (pooling/models/attendee)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .organisation import Organisation
from .user import User

LONGEST_NAME = 100
REMINDED_BEFORE = timedelta(days=3)
# What of settings.KEEP_DAYS says for how long after it is over their names and their addresses are kept.
NAMES, ADDRESSES = "attendees", "attendee_addresses"


class Attending(models.Model):
    """`person` is set where that is somebody who acts for the organisation themselves: they are found by it when they
    want to be forgotten.
    """

    name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)  # emptied where it is forgotten
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(name="") ^ Q(forgotten_at=None), name="%(class)s_has_a_name_until_it_is_forgotten"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(email="", person=None), name="%(class)s_forgets_who_it_was"
            ),
        ]


def colleague(*, organisation: Organisation, name: str, email: str) -> User | None:
    """Who of those who act for the organisation is meant, if anybody: by address, else by name."""
    people = list(organisation.people.filter(is_active=True).order_by("pk"))
    by_address = [person for person in people if email and person.email == email.lower()]
    by_name = [person for person in people if not email and person.get_full_name().lower() == name.lower()]
    return next(iter([*by_address, *by_name]), None)
