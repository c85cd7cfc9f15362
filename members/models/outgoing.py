"""Letters to an address without an account: the row that they are about is their queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .user import LANGUAGES


class Outgoing(models.Model):
    """A row whose letter, if one is due, goes to `email`. It is written when it is sent, so that neither the address
    nor a link is kept anywhere else.
    """

    email = models.EmailField(blank=True)  # emptied where it is needed no more
    language = models.CharField(max_length=2, choices=LANGUAGES)
    letter = models.CharField(max_length=20, blank=True)  # the name of the template of the one that is due
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(letter="") | ~Q(email=""), name="%(class)s_letter_has_an_address"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="%(class)s_language_is_known"
            ),
        ]
