"""How organisations and people come in: an organisation applies, its people are invited."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .details import Details
from .organisation import Organisation, Role
from .outgoing import Outgoing

LINK_BYTES = 32


def digest_of(token: str) -> str:
    """What is kept of a link's end, so that nobody who reads the database can follow it: SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class Linked(Outgoing):
    """A row whose letter holds a link. The link is made when the letter is written, and a newer one ends it."""

    digest = models.CharField(max_length=64, blank=True)

    class Meta(Outgoing.Meta):
        abstract = True

    def new_token(self) -> str:
        """The end of a link that opens this row from now on. It is kept nowhere; the caller writes it into a letter."""
        token = secrets.token_urlsafe(LINK_BYTES)
        self.digest = digest_of(token)
        self.save(update_fields=["digest"])
        return token


class ApplicationState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("address not confirmed")
    WAITING = "waiting", _("to be decided")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def waiting(self) -> ApplicationQuerySet:
        return self.filter(state=ApplicationState.WAITING)

    def never_confirmed(self, *, now: datetime) -> ApplicationQuerySet:
        """Those whose link was not followed in time. Nobody ever read them."""
        return self.filter(state=ApplicationState.UNCONFIRMED, applied_at__lte=now - Application.TO_CONFIRM)


class Application(Details, Linked):
    """An organisation would like to take part. `email` is the applicant's, letters go there in `language`."""

    TO_CONFIRM = timedelta(days=7)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topics = models.ManyToManyField("home.Topic", verbose_name=_("topics"), blank=True, related_name="+")
    why = models.TextField(_("why you would like to take part"), max_length=2000)
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    state = models.CharField(
        _("state"), max_length=12, choices=ApplicationState.choices, default=ApplicationState.UNCONFIRMED
    )
    applied_at = models.DateTimeField(_("applied on"))
    confirmed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(_("decided on"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    organisation = models.OneToOneField(
        Organisation, null=True, on_delete=models.PROTECT, related_name="application", verbose_name=_("organisation")
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-applied_at", "-pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.UNCONFIRMED, confirmed_at=None)
                | (~Q(state=ApplicationState.UNCONFIRMED) & ~Q(confirmed_at=None)),
                name="application_is_confirmed_before_anything",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) ^ Q(state__in=[ApplicationState.APPROVED, ApplicationState.DECLINED]),
                name="application_says_when_it_was_decided",
            ),
            models.CheckConstraint(
                condition=Q(organisation=None) ^ Q(state=ApplicationState.APPROVED),
                name="application_made_one_organisation",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.DECLINED) | ~Q(reason=""), name="application_declined_with_reason"
            ),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="application_has_its_own_link"),
        ]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither accepted nor taken back; some may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(Linked):
    """Somebody is asked to act for an organisation. Whoever has the link of the letter has the address."""

    LASTS = timedelta(days=14)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=14, choices=Role.choices)
    first_name = models.CharField(max_length=150, blank=True)  # as the applicant gave them
    last_name = models.CharField(max_length=150, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_is_open_once_per_address",
            ),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="invitation_has_its_own_link"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | (~Q(accepted_at=None) & ~Q(accepted_by=None)),
                name="invitation_is_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_is_accepted_or_taken_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.role}"

    def is_open(self, *, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
